"""The service itself: its version and the limits in force."""

from typing import Self

import strawberry

from resolvers.limits import Limits as LimitSettings


@strawberry.type(description="The limits in force, so that clients can stay within them.")
class Limits:
    """The settings that clients can meet."""

    max_request_cost: int = strawberry.field(
        description="The most that one request may cost, in points of 100 microseconds of one core."
    )
    max_digits: int = strawberry.field(description="Decimal digits of a BigInt argument.")
    max_page_size: int = strawberry.field(description="Entries of one page of a list.")
    max_batch_size: int = strawberry.field(description="Integers in one batch argument.")
    max_request_bytes: int = strawberry.field(description="Bytes of a request's body.")
    deadline_milliseconds: int = strawberry.field(
        description="Time from a request's arrival until what is not answered yet is given up."
    )

    @classmethod
    def of(cls, limits: LimitSettings) -> Self:
        """Return the limits in the schema's words."""
        return cls(
            max_request_cost=limits.max_request_cost,
            max_digits=limits.max_digits,
            max_page_size=limits.max_page_size,
            max_batch_size=limits.max_batch_size,
            max_request_bytes=limits.max_request_bytes,
            deadline_milliseconds=limits.deadline_milliseconds,
        )


@strawberry.type(description="The service itself.")
class Service:
    """What the service says of itself."""

    version: str = strawberry.field(description="The version that answers.")
    limits: Limits = strawberry.field(description="The limits in force.")
