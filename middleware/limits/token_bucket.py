"""Token buckets: the budget of each client in points, kept in this process."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from middleware.limits.clients import Client
from middleware.limits.tier import Tier

# 300 bytes each, 30 MB at most. A bucket that is full again is removed.
MAX_CLIENTS: Final = 100_000


class Taken(NamedTuple):
    """The outcome of an attempt to spend points.

    ``remaining`` is the points left. ``reset_seconds`` is the time until the bucket is full.
    ``retry_after`` is the time until the same attempt would succeed; 0 if it did succeed.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    retry_after: float


def taken(tier: Tier, is_allowed: bool, spent: float, cost: float) -> Taken:
    """Return the outcome of an attempt; ``spent`` points are then missing from the bucket."""
    missing = 0.0 if is_allowed else min(spent + cost - tier.points, spent)
    return Taken(
        is_allowed,
        tier.points,
        max(0, math.floor(tier.points - spent)),
        spent / tier.restore_rate,
        missing / tier.restore_rate,
    )


class Budget(Protocol):
    """The budgets of all clients."""

    async def start(self) -> None:
        """Prepare, at the start of the service."""

    async def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them; a cost of 0 only reads the bucket."""

    def give_back(self, client: Client, points: float) -> None:
        """Refund unused points; a negative number charges points, whatever the bucket holds."""

    async def close(self) -> None:
        """Close connections."""


class LocalBuckets:
    """The buckets of this process.

    At most ``max_clients`` are kept. The least recently used is removed first. Its client gains
    points only if the bucket was not full again, which takes at most ``points / restore_rate``
    seconds.
    """

    def __init__(
        self, max_clients: int = MAX_CLIENTS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.max_clients = max_clients
        self._clock = clock
        # By client: the points missing, the time of that figure, the time when it is full again.
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
        """Remove the least recently used bucket if it is full again, or if there are too many."""
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
        """Refund unused points; a negative number charges points, whatever the bucket holds."""
        self.note(client, self.spent(client) - points)


class LocalBudget:
    """A budget of this process alone."""

    def __init__(self, buckets: LocalBuckets) -> None:
        self._buckets = buckets

    async def start(self) -> None:
        """Do nothing."""

    async def take(self, client: Client, cost: float) -> Taken:
        """Spend ``cost`` points if the client has them; a cost of 0 only reads the bucket."""
        return self._buckets.take(client, cost)

    def give_back(self, client: Client, points: float) -> None:
        """Refund unused points; a negative number charges points, whatever the bucket holds."""
        self._buckets.give_back(client, points)

    async def close(self) -> None:
        """Do nothing."""
