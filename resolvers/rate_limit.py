"""What a client has left to spend, as its request found it."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """A client's bucket of points after its request was charged ``cost``.

    ``restore_rate`` is in points per second; at ``reset_at`` the bucket is full again.
    """

    limit: int
    remaining: int
    restore_rate: float
    reset_at: datetime
    cost: int


NOT_LIMITED = RateLimitStatus(0, 0, 0.0, datetime.fromtimestamp(0, UTC), 0)
"""What a caller has who need not pay, such as the command line."""
