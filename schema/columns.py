"""Fields that answer for many objects at once, better than one by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from resolvers import columns
from resolvers.context import RequestContext
from resolvers.integers import IntegerAnswers
from schema.factorizations import Factorization
from schema.integers import Integer
from schema.primality import Primality, PrimalityMethod, PrimalityVerdict

Found = list[Any] | Awaitable[list[Any]]
Column = Callable[[Sequence[Any], RequestContext, Sequence[Mapping[str, Any]]], Found]


class WordPrimality(NamedTuple):
    """A Primality whose witness is not looked for until it is asked for."""

    value: int
    verdict: PrimalityVerdict
    method: PrimalityMethod


_KINDS = tuple(
    (PrimalityVerdict[verdict.name], PrimalityMethod[method.name])
    for verdict, method in columns.PRIMALITY_KINDS
)


def _integers(
    _sources: Sequence[Any], context: RequestContext, arguments: Sequence[Mapping[str, Any]]
) -> Found:
    """Return Query.integer for the arguments of each alias."""
    return [Integer(answers=IntegerAnswers(context, one["value"])) for one in arguments]


def _values(sources: Sequence[Integer], _context: RequestContext, _arguments: Any) -> Found:
    """Return Integer.value of each."""
    return [source.answers.value for source in sources]


def _asked(
    question: columns.IntegerQuestion, shown: Callable[[Integer, Any], Any] | None = None
) -> Column:
    """Return a field of Integer that asks a question of each, and shows the answers."""

    def column(sources: Sequence[Integer], context: RequestContext, _arguments: Any) -> Found:
        found = question.of(context, [source.answers for source in sources])
        if shown is None:
            return found
        if isinstance(found, list):
            return _shown(shown, sources, found)
        return _shown_later(shown, sources, found)

    return column


def _shown(
    shown: Callable[[Integer, Any], Any], sources: Sequence[Integer], found: list[Any]
) -> list[Any]:
    """Return answers in the schema's words."""
    return [
        answer if isinstance(answer, Exception) else shown(source, answer)
        for source, answer in zip(sources, found, strict=True)
    ]


async def _shown_later(
    shown: Callable[[Integer, Any], Any], sources: Sequence[Integer], found: Awaitable[list[Any]]
) -> list[Any]:
    """Return the same, once they are there."""
    return _shown(shown, sources, await found)


def _primality(source: Integer, answer: Any) -> WordPrimality | Primality:
    """Return Integer.primality for a kind, or for the engine's own answer."""
    if isinstance(answer, int):
        return WordPrimality(source.answers.value, *_KINDS[answer])
    return Primality.of(answer)


def _factorization(_source: Integer, answer: Any) -> Factorization:
    """Return Integer.factorization."""
    return Factorization(result=answer)


def _witnesses(sources: Sequence[Any], context: RequestContext, _arguments: Any) -> Found:
    """Return Primality.witness of each."""
    open_ones = [
        index
        for index, source in enumerate(sources)
        if isinstance(source, WordPrimality) and source.verdict is PrimalityVerdict.COMPOSITE
    ]
    known = [getattr(source, "witness", None) for source in sources]
    found = columns.WITNESS.of(context, [sources[index].value for index in open_ones])
    if isinstance(found, list):
        return _filled(known, open_ones, found)
    return _filled_later(known, open_ones, found)


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
        "Query.integer": _integers,
        "Integer.value": _values,
        "Integer.isPrime": _asked(columns.IS_PRIME),
        "Integer.isProbablePrime": _asked(columns.IS_PROBABLE_PRIME),
        "Integer.primality": _asked(columns.PRIMALITY, _primality),
        "Integer.nextPrime": _asked(columns.NEXT_PRIME),
        "Integer.previousPrime": _asked(columns.PREVIOUS_PRIME),
        "Integer.factorization": _asked(columns.FACTORIZATION, _factorization),
        "Primality.witness": _witnesses,
    }
)
