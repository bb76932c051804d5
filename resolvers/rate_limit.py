"""What a client has left to spend, as its request found it."""

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class RateLimitStatus(NamedTuple):
    """A client's bucket of points after its request was charged ``cost``.

    ``restore_rate`` is in points per second; in ``reset_seconds`` the bucket is full again.
    """

    limit: int
    remaining: int
    restore_rate: float
    reset_seconds: float
    cost: int

    @property
    def reset_at(self) -> datetime:
        """When the bucket is full again: now plus the seconds left, rounded up."""
        return datetime.now(UTC) + timedelta(seconds=math.ceil(self.reset_seconds))


NOT_LIMITED = RateLimitStatus(0, 0, 0.0, 0.0, 0)
"""What a caller has who need not pay, such as the command line."""
