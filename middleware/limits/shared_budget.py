"""Budgets that all processes share, with a local fallback while the shared state is unreachable."""

import asyncio
import logging
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from middleware.limits.clients import Client
from middleware.limits.tier import ANONYMOUS, Tier
from middleware.limits.token_bucket import LocalBuckets, Taken, taken
from resolvers.remembering.circuit_breaker import (
    PROBE_SECONDS,
    CircuitBreaker,
    Complaints,
    OutageStats,
    SharedStateError,
)

logger = logging.getLogger("primeql.budget")

# Refunds wait this long, to be sent together.
FLUSH_SECONDS: Final = 0.01
FLUSHED_AT_ONCE: Final = 100
# The probe spends points, because it must write: a full Redis still answers reads.
PROBE: Final = Client("probe", Tier(ANONYMOUS, 1_000_000, 1_000_000.0, 1, 1, 1))


class SharedBuckets(Protocol):
    """The buckets that processes share."""

    async def connect(self) -> None:
        """Connect, so that no request has to wait for it.

        Raises:
            SharedStateError: It failed; raised within about a second.
        """

    async def take(
        self, client: Client, cost: float, owed: float, known: float
    ) -> tuple[bool, float]:
        """Spend ``cost`` points in one round trip.

        Args:
            client: The owner of the bucket.
            cost: Points to spend if the client has them.
            owed: Points to spend first in any case, or to refund if negative.
            known: The points missing from the bucket, in case the shared state has lost it.

        Returns:
            Whether the points were spent, and how many points are now missing from the bucket.

        Raises:
            SharedStateError: It failed; raised within 100 ms.
        """

    async def close(self) -> None:
        """Close the connections."""


@dataclass(slots=True)
class BudgetStats(OutageStats):
    """Counters since the start, for metrics."""

    shared_takes: int = 0
    local_takes: int = 0
    refusals: int = 0


class SharedBudget:
    """One budget for each client, shared by all processes.

    This process keeps the last known state of each bucket. While the shared state is unreachable,
    it spends from this local copy. Then a client can spend at most one bucket, plus its restored
    points, in each process. The points spent locally are owed: they are sent to the shared state
    when it is back. If the shared state has lost a bucket, this process sends what it knows.

    Args:
        shared: The buckets that processes share.
        local: The local copies.
        probe_seconds: The time between two probes of a shared state that failed. Requests do not
            try it.
    """

    def __init__(
        self,
        shared: SharedBuckets,
        local: LocalBuckets,
        probe_seconds: float = PROBE_SECONDS,
    ) -> None:
        self.stats = BudgetStats()
        self._shared = shared
        self._local = local
        self._owed: dict[str, tuple[Client, float]] = {}
        self._flush: asyncio.Task[None] | None = None
        complaints = Complaints(
            logger,
            "budgets are kept per process, Redis failed",
            "budgets are shared again, Redis is back",
        )
        self._breaker = CircuitBreaker(
            self._connect, self.stats, complaints, probe_seconds, self._tell_all
        )

    async def start(self) -> None:
        """Connect, so that no request has to wait for it."""
        await self._breaker.connects()

    async def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them; a cost of 0 only reads the bucket."""
        outcome = await self._take_shared(client, cost) if self.stats.is_shared else None
        if outcome is None:
            outcome = self._take_locally(client, cost)
        self.stats.refusals += not outcome.is_allowed
        return outcome

    def give_back(self, client: Client, points: float) -> None:
        """Refund unused points; other processes see them a moment later."""
        self._local.give_back(client, points)
        self._owe(client, -points)
        if self._flush is None and self.stats.is_shared:
            self._flush = asyncio.create_task(self._flush_soon())

    async def close(self) -> None:
        """Send the pending refunds, and close the connections."""
        self._breaker.close()
        if self._flush is not None:
            await self._flush
        await self._shared.close()

    async def _take_shared(self, client: Client, cost: float) -> Taken | None:
        """Spend from the shared bucket; return None if it is unreachable."""
        _, owed = self._owed.pop(client.id, (client, 0.0))
        known = self._local.spent(client)
        attempt = asyncio.ensure_future(self._shared.take(client, cost, owed, known))
        try:
            is_allowed, spent = await asyncio.shield(attempt)
        except asyncio.CancelledError:
            # The request was cancelled. The reply still shows whether points were spent.
            attempt.add_done_callback(partial(self._return_unused, client, cost, owed))
            raise
        except SharedStateError as error:
            # It is unknown whether the points arrived: send a debt again, but not a refund.
            self._owe(client, max(0.0, owed))
            self._breaker.fail(error)
            return None
        self._local.note(client, spent)
        self.stats.shared_takes += 1
        return taken(client.tier, is_allowed, spent, cost)

    def _return_unused(
        self,
        client: Client,
        cost: float,
        owed: float,
        attempt: "asyncio.Future[tuple[bool, float]]",
    ) -> None:
        """Refund the points that an abandoned attempt has spent."""
        if attempt.cancelled():
            return
        error = attempt.exception()
        if error is not None:
            self._owe(client, max(0.0, owed))
            if isinstance(error, SharedStateError):
                self._breaker.fail(error)
            return
        is_allowed, spent = attempt.result()
        self._local.note(client, spent)
        if is_allowed and cost:
            self.give_back(client, cost)

    def _take_locally(self, client: Client, cost: float) -> Taken:
        """Spend from the local copy of the bucket."""
        outcome = self._local.take(client, cost)
        self.stats.local_takes += 1
        if outcome.is_allowed:
            self._owe(client, cost)
        return outcome

    def _owe(self, client: Client, points: float) -> None:
        """Add points to those owed to the shared state, if there is room for the client."""
        if points and (client.id in self._owed or len(self._owed) < self._local.max_clients):
            _, owed = self._owed.get(client.id, (client, 0.0))
            self._owed[client.id] = (client, owed + points)

    async def _connect(self) -> None:
        """Connect to the shared state, and test it by a write."""
        await self._shared.connect()
        await self._shared.take(PROBE, 1.0, 0.0, self._local.spent(PROBE))

    async def _flush_soon(self) -> None:
        """Send the points owed after a short wait, in which more may be added."""
        await asyncio.sleep(FLUSH_SECONDS)
        self._flush = None
        await self._tell_all()

    async def _tell_all(self) -> None:
        """Send all points owed to the shared state."""
        while self._owed and self.stats.is_shared:
            some = [self._owed.popitem()[1] for _ in range(min(len(self._owed), FLUSHED_AT_ONCE))]
            await asyncio.gather(*(self._tell(client, owed) for client, owed in some))

    async def _tell(self, client: Client, owed: float) -> None:
        """Send the points that one client owes; keep a debt that could not be sent."""
        try:
            await self._shared.take(client, 0.0, owed, self._local.spent(client))
        except SharedStateError as error:
            self._owe(client, max(0.0, owed))
            self._breaker.fail(error)
