"""A budget that processes share, and the one of this process that takes over when they cannot."""

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

# How long points given back wait for others to travel with.
FLUSH_SECONDS: Final = 0.01
FLUSHED_AT_ONCE: Final = 100
# Spends what it has at once: the probe must write, since a full Redis still answers questions.
PROBE: Final = Client("probe", Tier(ANONYMOUS, 1_000_000, 1_000_000.0, 1, 1, 1))


class SharedBuckets(Protocol):
    """The buckets that processes share."""

    async def connect(self) -> None:
        """Get ready for attempts that no request shall wait for.

        Raises:
            SharedStateError: It cannot be done; raised within a second or so.
        """

    async def take(
        self, client: Client, cost: float, owed: float, known: float
    ) -> tuple[bool, float]:
        """Spend ``cost`` points in one round trip; return whether, and how many are now missing.

        Args:
            client: Whose bucket.
            cost: Points to spend if the client has them.
            owed: Points to spend in any case before, or to return if negative.
            known: The points missing from the bucket if the shared state has lost it.

        Raises:
            SharedStateError: It cannot be done; raised within 100 ms.
        """

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(slots=True)
class BudgetStats(OutageStats):
    """What has happened since the start; for metrics."""

    shared_takes: int = 0
    local_takes: int = 0
    refusals: int = 0


class SharedBudget:
    """One budget per client for all processes.

    This process keeps what it last saw of each bucket. While the shared state cannot be reached,
    it spends from that: then a client can spend at most one bucket, and what flows back, per
    process. What was spent so is owed to the shared state, and told when it is back. A shared
    state that has lost a bucket is told what this process knows of it.

    Args:
        shared: The buckets that processes share.
        local: What this process knows of them.
        probe_seconds: How often to try a shared state that failed; requests don't try it.
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
        """Spend ``cost`` points if the client has them, else none; 0 only asks what is left."""
        outcome = await self._take_shared(client, cost) if self.stats.is_shared else None
        if outcome is None:
            outcome = self._take_locally(client, cost)
        self.stats.refusals += not outcome.is_allowed
        return outcome

    def give_back(self, client: Client, points: float) -> None:
        """Return points that were taken and not used; other processes see them a moment later."""
        self._local.give_back(client, points)
        self._owe(client, -points)
        if self._flush is None and self.stats.is_shared:
            self._flush = asyncio.create_task(self._flush_soon())

    async def close(self) -> None:
        """Give back what is to be given back, and let go of connections."""
        self._breaker.close()
        if self._flush is not None:
            await self._flush
        await self._shared.close()

    async def _take_shared(self, client: Client, cost: float) -> Taken | None:
        """Spend from the shared bucket; None if it cannot be reached."""
        _, owed = self._owed.pop(client.id, (client, 0.0))
        known = self._local.spent(client)
        attempt = asyncio.ensure_future(self._shared.take(client, cost, owed, known))
        try:
            is_allowed, spent = await asyncio.shield(attempt)
        except asyncio.CancelledError:
            # Whoever asked is gone; the answer still tells what became of the points.
            attempt.add_done_callback(partial(self._return_unused, client, cost, owed))
            raise
        except SharedStateError as error:
            # Whether the points arrived is not known: a debt is told again, a gift is not.
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
        """Give back what an attempt has spent that nobody waits for any more."""
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
        """Spend from the bucket of this process."""
        outcome = self._local.take(client, cost)
        self.stats.local_takes += 1
        if outcome.is_allowed:
            self._owe(client, cost)
        return outcome

    def _owe(self, client: Client, points: float) -> None:
        """Remember points to be told to the shared state, as long as there is room."""
        if points and (client.id in self._owed or len(self._owed) < self._local.max_clients):
            _, owed = self._owed.get(client.id, (client, 0.0))
            self._owed[client.id] = (client, owed + points)

    async def _connect(self) -> None:
        """Reach the shared state, and write."""
        await self._shared.connect()
        await self._shared.take(PROBE, 1.0, 0.0, self._local.spent(PROBE))

    async def _flush_soon(self) -> None:
        """Tell the shared state what is owed, once more has gathered."""
        await asyncio.sleep(FLUSH_SECONDS)
        self._flush = None
        await self._tell_all()

    async def _tell_all(self) -> None:
        """Tell the shared state everything that is owed to it."""
        while self._owed and self.stats.is_shared:
            some = [self._owed.popitem()[1] for _ in range(min(len(self._owed), FLUSHED_AT_ONCE))]
            await asyncio.gather(*(self._tell(client, owed) for client, owed in some))

    async def _tell(self, client: Client, owed: float) -> None:
        """Tell the shared state what is owed to it; remember a debt that it did not take."""
        try:
            await self._shared.take(client, 0.0, owed, self._local.spent(client))
        except SharedStateError as error:
            self._owe(client, max(0.0, owed))
            self._breaker.fail(error)
