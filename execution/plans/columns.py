"""Columns: one value for each object, at hand or to be awaited."""

from collections.abc import Awaitable, Mapping
from typing import Any, Final, TypeAlias

from execution.output.tables import Rows, Table

Column: TypeAlias = list[Any]
Eventually: TypeAlias = Column | Awaitable[Column]
EventualRows: TypeAlias = Rows | Awaitable[Rows]

NONE = type(None)
# What is at hand; for isinstance, which takes three times as long for a union.
ROWS: Final = (list, Table)


def merged(found: Rows, others: Mapping[int, Any]) -> Column:
    """Return a column of what was found, with the others at their indices."""
    rest = iter(found)
    return [
        others[index] if index in others else next(rest)
        for index in range(len(found) + len(others))
    ]


async def merged_later(found: Awaitable[Rows], others: Mapping[int, Any]) -> Column:
    """Return the same, once it is there."""
    return merged(await found, others)
