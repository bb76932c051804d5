"""Pages of ascending integers, in Relay's shape."""

from typing import Self

import strawberry

from resolvers.pagination import Page


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    """Relay's PageInfo."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(
        description="Whether the list has entries before this page."
    )
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first entry, for before; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last entry, for after; null on an empty page."
    )

    @classmethod
    def of(cls, page: Page) -> Self:
        """Return what a page says of its place."""
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursor(0),
            end_cursor=page.cursor(-1),
        )
