"""Fields that answer for many objects at once, better than one by one.

In plans an Integer is the integer itself.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from resolvers.context import RequestContext
from resolvers.questions import integer_columns, integer_lists
from schema.objects.factorizations import Factorization
from schema.objects.primality import Primality, PrimalityMethod, PrimalityVerdict

Found = list[Any] | Awaitable[list[Any]]
Show = Callable[[Sequence[int], list[Any]], list[Any]]
Column = Callable[[Sequence[Any], RequestContext, Sequence[Mapping[str, Any]]], Found]


# What is known of a word's primality stands for a Primality: the word, and which of these it is.
# Its witness is not looked for until it is asked for.
_KINDS = tuple(
    (PrimalityVerdict[verdict.name], PrimalityMethod[method.name])
    for verdict, method in integer_columns.PRIMALITY_KINDS
)
_VERDICTS, _METHODS = zip(*_KINDS, strict=True)


def _integer(
    _sources: Sequence[Any], _context: RequestContext, arguments: Sequence[Mapping[str, Any]]
) -> Found:
    """Return Query.integer for the arguments of each alias."""
    return [one["value"] for one in arguments]


def _integers(
    _sources: Sequence[Any], context: RequestContext, arguments: Sequence[Mapping[str, Any]]
) -> Found:
    """Return Query.integers for the arguments of each alias."""
    return integer_lists.each_batch(context, [one["values"] for one in arguments])


def _values(sources: Sequence[int], _context: RequestContext, _arguments: Any) -> Found:
    """Return Integer.value of each."""
    return list(sources)


def _asked(question: integer_columns.IntegerQuestion, show: Show | None = None) -> Column:
    """Return a field of Integer that asks a question of each, and shows the answers."""

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


def _primalities(sources: Sequence[int], found: list[Any]) -> list[Any]:
    """Return Integer.primality for kinds, and for the engine's own answers."""
    if set(map(type, found)) == {int}:
        return list(zip(sources, found, strict=True))
    return [
        (
            (source, answer)
            if type(answer) is int
            else answer if isinstance(answer, Exception) else Primality.of(answer)
        )
        for source, answer in zip(sources, found, strict=True)
    ]


def _factorizations(_sources: Sequence[int], found: list[Any]) -> list[Any]:
    """Return Integer.factorization."""
    return [
        answer if isinstance(answer, Exception) else Factorization(result=answer)
        for answer in found
    ]


def _verdicts(sources: Sequence[Any], _context: RequestContext, _arguments: Any) -> Found:
    """Return Primality.verdict of each."""
    if set(map(type, sources)) == {tuple}:
        return [_VERDICTS[kind] for _, kind in sources]
    return [_VERDICTS[one[1]] if type(one) is tuple else one.verdict for one in sources]


def _methods(sources: Sequence[Any], _context: RequestContext, _arguments: Any) -> Found:
    """Return Primality.method of each."""
    return [_METHODS[one[1]] if type(one) is tuple else one.method for one in sources]


def _witnesses(sources: Sequence[Any], context: RequestContext, _arguments: Any) -> Found:
    """Return Primality.witness of each."""
    known = [None if type(one) is tuple else one.witness for one in sources]
    composites = [
        index
        for index, one in enumerate(sources)
        if type(one) is tuple and _VERDICTS[one[1]] is PrimalityVerdict.COMPOSITE
    ]
    found = integer_columns.witnesses(context, [sources[index][0] for index in composites])
    if isinstance(found, list):
        return _filled(known, composites, found)
    return _filled_later(known, composites, found)


def _filled(column: list[Any], indices: Sequence[int], found: list[Any]) -> list[Any]:
    """Return a column with what was found at some indices."""
    for index, answer in zip(indices, found, strict=True):
        column[index] = answer
    return column


async def _filled_later(
    column: list[Any], indices: Sequence[int], found: Awaitable[list[Any]]
) -> list[Any]:
    """Return the same, once it is there."""
    return _filled(column, indices, await found)


COLUMNS: Mapping[str, Column] = MappingProxyType(
    {
        "Query.integer": _integer,
        "Query.integers": _integers,
        "Integer.value": _values,
        "Integer.isPrime": _asked(integer_columns.IS_PRIME),
        "Integer.isProbablePrime": _asked(integer_columns.IS_PROBABLE_PRIME),
        "Integer.primality": _asked(integer_columns.PRIMALITY, _primalities),
        "Integer.nextPrime": _asked(integer_columns.NEXT_PRIME),
        "Integer.previousPrime": _asked(integer_columns.PREVIOUS_PRIME),
        "Integer.factorization": _asked(integer_columns.FACTORIZATION, _factorizations),
        "Primality.verdict": _verdicts,
        "Primality.method": _methods,
        "Primality.witness": _witnesses,
    }
)
