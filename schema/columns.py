"""Fields that answer for many objects at once, better than one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from resolvers import columns
from resolvers.context import RequestContext
from resolvers.integers import IntegerAnswers
from schema.integers import Integer

Column = Callable[
    [Sequence[Any], RequestContext, Sequence[Mapping[str, Any]]],
    list[Any] | Awaitable[list[Any]],
]


def _integers(
    _sources: Sequence[Any], context: RequestContext, arguments: Sequence[Mapping[str, Any]]
) -> list[Any]:
    """Return Query.integer for the arguments of each alias."""
    return [Integer.of(IntegerAnswers(context, one["value"])) for one in arguments]


def _values(
    sources: Sequence[Integer], _context: RequestContext, _arguments: Sequence[Any]
) -> list[Any]:
    """Return Integer.value of each."""
    return [source.answers.value for source in sources]


def _asked(question: columns.WordQuestion) -> Column:
    """Return a field of Integer that asks a question of each."""

    def column(
        sources: Sequence[Integer], context: RequestContext, _arguments: Sequence[Any]
    ) -> list[Any] | Awaitable[list[Any]]:
        return question.of(context, [source.answers for source in sources])

    return column


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "Query.integer": _integers,
        "Integer.value": _values,
        "Integer.isPrime": _asked(columns.IS_PRIME),
        "Integer.isProbablePrime": _asked(columns.IS_PROBABLE_PRIME),
        "Integer.nextPrime": _asked(columns.NEXT_PRIME),
        "Integer.previousPrime": _asked(columns.PREVIOUS_PRIME),
    }
)
