"""What is known about the primality of one integer."""

import enum
from collections.abc import Awaitable, Sequence
from typing import Any, Self

import strawberry

from engine.results import Primality as PrimalityResult
from resolvers.context import RequestContext
from resolvers.pricing.shown import WITNESS
from resolvers.questions.integers import PRIMALITY_KINDS, witnesses
from schema.fields import Found, at_hand, priced
from schema.scalars import BigInt


@strawberry.enum(description="What is known about the primality of an integer.")
class PrimalityVerdict(enum.Enum):
    """The verdicts, under the engine's names."""

    NEITHER = strawberry.enum_value(
        "NEITHER",
        description="value <= 1: neither prime nor composite (0, 1 and negative integers).",
    )
    COMPOSITE = strawberry.enum_value(
        "COMPOSITE", description="A product of two smaller integers above 1."
    )
    PROBABLE_PRIME = strawberry.enum_value(
        "PROBABLE_PRIME",
        description=(
            "Passes BPSW, not proven: only above the size that the service can prove within the"
            " limits in force."
        ),
    )
    PRIME = strawberry.enum_value("PRIME", description="Proven prime.")


@strawberry.enum(description="How a verdict on primality was reached.")
class PrimalityMethod(enum.Enum):
    """The methods, under the engine's names."""

    BY_DEFINITION = strawberry.enum_value(
        "BY_DEFINITION", description="Nothing was computed: integers below 2."
    )
    TRIAL_DIVISION = strawberry.enum_value(
        "TRIAL_DIVISION", description="Division by small primes settled it."
    )
    SIEVE = strawberry.enum_value("SIEVE", description="Looked up in a sieved table of primes.")
    BPSW_64 = strawberry.enum_value(
        "BPSW_64",
        description=(
            "A deterministic test below 2^64: strong probable prime tests to bases that were"
            " checked against every exception there."
        ),
    )
    APR_CL = strawberry.enum_value(
        "APR_CL",
        description=(
            "A proof for larger integers: by the factors of value - 1 and value + 1 where they"
            " suffice, by the APR-CL test where not."
        ),
    )
    ECPP = strawberry.enum_value(
        "ECPP",
        description=(
            "A proof for larger integers, by elliptic curves. Kept for later: this version returns"
            " it for no integer."
        ),
    )
    BPSW = strawberry.enum_value(
        "BPSW",
        description="The BPSW test alone: it proves an integer composite, never prime above 2^64.",
    )


# What is known of a word's primality stands for a Primality: the word, and which of these it is.
# Its witness is not looked for until it is asked for.
_KINDS = tuple(
    (PrimalityVerdict[verdict.name], PrimalityMethod[method.name])
    for verdict, method in PRIMALITY_KINDS
)
_VERDICTS, _METHODS = zip(*_KINDS, strict=True)


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
    found = witnesses(context, [sources[index][0] for index in composites])
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


@strawberry.type(description="A verdict on primality and how it was reached.")
class Primality:
    """The engine's verdict, for clients."""

    verdict: PrimalityVerdict = at_hand(_verdicts, description="The verdict.")
    method: PrimalityMethod = at_hand(_methods, description="How it was reached.")
    witness: BigInt | None = priced(
        WITNESS,
        column=_witnesses,
        description=(
            "A base to which value fails the strong probable prime test, for anyone to check that"
            " it is composite; null unless verdict is COMPOSITE. It need not divide value: ask"
            " factorization for divisors."
        ),
    )

    @classmethod
    def of(cls, result: PrimalityResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            verdict=PrimalityVerdict[result.verdict.name],
            method=PrimalityMethod[result.method.name],
            witness=None if result.witness is None else BigInt(result.witness),
        )


def primalities(sources: Sequence[int], found: list[Any]) -> list[Any]:
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
