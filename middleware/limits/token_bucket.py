"""The budget of each client: a bucket of points that fills by itself, kept in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from middleware.limits.clients import Client
from middleware.limits.tier import Tier

# 300 bytes each: 30 MB when all are in use. Those whose bucket is full again are forgotten.
MAX_CLIENTS: Final = 100_000


class Taken(NamedTuple):
    """What became of an attempt to spend points.

    ``remaining`` is what is left, ``reset_seconds`` when the bucket will be full again,
    ``retry_after`` in how many seconds the same attempt would succeed: 0 if it did.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    retry_after: float


def taken(tier: Tier, is_allowed: bool, spent: float, cost: float) -> Taken:
    """Return the outcome of an attempt after which ``spent`` points of the bucket are missing."""
    missing = 0.0 if is_allowed else min(spent + cost - tier.points, spent)
    return Taken(
        is_allowed,
        tier.points,
        max(0, math.floor(tier.points - spent)),
        spent / tier.restore_rate,
        missing / tier.restore_rate,
    )


class Budget(Protocol):
    """What clients have left to spend."""

    async def start(self) -> None:
        """Get ready, at the start of the service."""

    async def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them, else none; 0 only asks what is left."""

    def give_back(self, client: Client, points: float) -> None:
        """Return points that were taken and not used; spend as many in any case if negative."""

    async def close(self) -> None:
        """Let go of connections."""


class LocalBuckets:
    """The buckets of this process, as points spent and when that was so.

    At most ``max_clients`` are kept. The one used longest ago makes room, which gains its client
    something only if it has not filled by itself meanwhile; a tier's ``points / restore_rate`` is
    how long that takes.
    """

    def __init__(
        self, max_clients: int = MAX_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.max_clients = max_clients
        self._clock = clock
        # By client: what was spent, when that was so, and when nothing is any more.
        self._states: OrderedDict[str, tuple[float, float, float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._states)

    def spent(self, client: Client) -> float:
        """Return how many points are missing from a client's bucket."""
        state = self._states.get(client.id)
        if state is None:
            return 0.0
        spent, at, _ = state
        restored = (self._clock() - at) * client.tier.restore_rate
        return min(max(0.0, spent - restored), client.tier.points)

    def note(self, client: Client, spent: float) -> None:
        """Set how many points are missing from a client's bucket."""
        states = self._states
        if spent <= 0.0:
            states.pop(client.id, None)
            return
        now = self._clock()
        states[client.id] = (spent, now, now + spent / client.tier.restore_rate)
        states.move_to_end(client.id)
        self._drop_oldest(now)

    def _drop_oldest(self, now: float) -> None:
        """Forget the bucket used longest ago if it is full again, or one too many."""
        states = self._states
        if len(states) > self.max_clients or states[next(iter(states))][2] <= now:
            states.popitem(last=False)

    def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them."""
        spent = self.spent(client)
        is_allowed = spent + cost <= client.tier.points
        if is_allowed and cost:
            spent += cost
            self.note(client, spent)
        return taken(client.tier, is_allowed, spent, cost)

    def give_back(self, client: Client, points: float) -> None:
        """Return points that were taken and not used; spend as many in any case if negative."""
        self.note(client, self.spent(client) - points)


class LocalBudget:
    """A budget of this process alone."""

    def __init__(self, buckets: LocalBuckets) -> None:
        self._buckets = buckets

    async def start(self) -> None:
        """Be ready."""

    async def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them, else none; 0 only asks what is left."""
        return self._buckets.take(client, cost)

    def give_back(self, client: Client, points: float) -> None:
        """Return points that were taken and not used; spend as many in any case if negative."""
        self._buckets.give_back(client, points)

    async def close(self) -> None:
        """Have nothing to let go of."""
