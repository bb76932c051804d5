"""Fields that declare what they cost: the question that a field asks, or what it shows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import strawberry
from strawberry.types.field import StrawberryField

from resolvers.context import RequestContext
from resolvers.pricing.fields import FieldPrice
from resolvers.questions.integer_columns import IntegerQuestion
from schema.directives import Cost, ListSize

Found = list[Any] | Awaitable[list[Any]]
Show = Callable[[Sequence[Any], list[Any]], list[Any]]
Column = Callable[[Sequence[Any], RequestContext, Sequence[Mapping[str, Any]]], Found]
"""Answers a field for many objects at once, an exception where there is no answer."""

_PRICE: Final = "price"
_COLUMN: Final = "column"


def priced(
    asked: FieldPrice,
    size: ListSize | None = None,
    *,
    description: str,
    column: Column | None = None,
    show: Show | None = None,
) -> Any:
    """Return ``strawberry.field`` of what asks a question, or shows what has a price.

    Args:
        asked: The question; or the price of a field that asks none.
        size: How long its list is, or the lists of its sized fields.
        description: For clients.
        column: Answers for many objects at once, if the question does not.
        show: Puts answers to a question for many into the schema's words, if that is not done by
            the answers themselves.
    """
    directives: list[Any] = []
    if asked.weight is not None:
        directives.append(Cost(weight=f"{asked.weight:g}"))
    if size is not None:
        directives.append(size)
    if isinstance(asked, IntegerQuestion) and asked.many is not None:
        column = _asked_of_many(asked, show)
    return strawberry.field(
        directives=directives,
        description=description,
        metadata={_PRICE: asked, _COLUMN: column},
    )


def at_hand(column: Column, *, description: str) -> Any:
    """Return ``strawberry.field`` of what is read off many objects at once."""
    return strawberry.field(description=description, metadata={_COLUMN: column})


def declared_price(definition: StrawberryField) -> FieldPrice | None:
    """Return what a field declares of its price; None if that follows from its type."""
    found: FieldPrice | None = definition.metadata.get(_PRICE)
    return found


def column_of(definition: StrawberryField) -> Column | None:
    """Return what answers a field for many objects at once; None if nothing does."""
    found: Column | None = definition.metadata.get(_COLUMN)
    return found


def _asked_of_many(question: IntegerQuestion[Any], show: Show | None) -> Column:
    """Return what asks a question of each integer, and shows the answers."""

    def column(sources: Sequence[int], context: RequestContext, _arguments: Any) -> Found:
        found = question.of(context, sources)
        if show is None:
            return found
        if isinstance(found, list):
            return show(sources, found)
        return _shown_later(show, sources, found)

    return column


async def _shown_later(
    show: Show, sources: Sequence[int], found: Awaitable[list[Any]]
) -> list[Any]:
    """Return answers in the schema's words, once they are there."""
    return show(sources, await found)
