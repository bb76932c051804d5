"""The caller's budget."""

from datetime import UTC
from typing import Self

import strawberry

from resolvers.rate_limit import RateLimitStatus


@strawberry.type(
    description=(
        "The caller's budget: a bucket of points that fills by itself. Prices are listed in"
        " docs/limits-and-costs.md."
    )
)
class RateLimit:
    """The bucket as this request found it."""

    limit: int = strawberry.field(description="Bucket size, points.")
    remaining: int = strawberry.field(
        description="Points left, this request's reserve already taken."
    )
    restore_rate: float = strawberry.field(description="Points given back per second.")
    reset_at: str = strawberry.field(description="When the bucket is full again, ISO 8601 UTC.")
    cost: int = strawberry.field(description="What this request was charged.")

    @classmethod
    def of(cls, status: RateLimitStatus) -> Self:
        """Return the status in the schema's words."""
        reset_at = status.reset_at.astimezone(UTC).isoformat(timespec="seconds")
        return cls(
            limit=status.limit,
            remaining=status.remaining,
            restore_rate=status.restore_rate,
            reset_at=reset_at.replace("+00:00", "Z"),
            cost=status.cost,
        )
