"""Statistics and patterns of the primes of an interval."""

from typing import Self, cast

import strawberry

from engine.results import GapFrequency as GapFrequencyResult
from engine.results import PrimeBucket as PrimeBucketResult
from engine.results import PrimeGap as PrimeGapResult
from engine.results import PrimeGapStatistics
from engine.results import ResidueCount as ResidueCountResult
from resolvers.pagination import Page
from resolvers.pricing.shown import TUPLE
from resolvers.questions.patterns import CONSTELLATION_COUNT, ConstellationAnswers
from schema.directives import ListSize
from schema.fields import priced
from schema.objects.connections import PageInfo
from schema.scalars import BigInt, SafeInt


@strawberry.type(
    description="The first gap of its length in the interval, from prime start to the next prime."
)
class PrimeGap:
    """The engine's gap, for clients."""

    start: BigInt = strawberry.field(description="The prime at which the gap starts.")
    end: BigInt = strawberry.field(description="The next prime.")
    length: BigInt = strawberry.field(description="end - start.")
    merit: float = strawberry.field(description="length / ln(start).")

    @classmethod
    def of(cls, result: PrimeGapResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            start=BigInt(result.start),
            end=BigInt(result.end),
            length=BigInt(result.length),
            merit=result.merit,
        )


@strawberry.type(description="How often a gap length occurs.")
class GapFrequency:
    """The engine's frequency, for clients."""

    length: SafeInt = strawberry.field(description="The gap length.")
    count: BigInt = strawberry.field(description="How many gaps have it, at least 1.")

    @classmethod
    def of(cls, result: GapFrequencyResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(length=SafeInt(result.length), count=BigInt(result.count))


@strawberry.type(
    description=(
        "Gaps between consecutive primes that both lie in the interval; null where there are fewer"
        " than two primes."
    )
)
class PrimeGaps:
    """The engine's gap statistics, for clients."""

    count: BigInt = strawberry.field(description="How many gaps there are.")
    maximum: PrimeGap | None = strawberry.field(description="The first of the longest gaps.")
    minimum: PrimeGap | None = strawberry.field(description="The first of the shortest gaps.")
    mean: float | None = strawberry.field(description="The mean length.")
    frequencies: list[GapFrequency] = strawberry.field(
        directives=[ListSize(assumed_size=100, require_one_slicing_argument=False)],
        description="Every gap length that occurs, ascending, with how often.",
    )

    @classmethod
    def of(cls, result: PrimeGapStatistics) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            count=BigInt(result.count),
            maximum=PrimeGap.of(result.maximum),
            minimum=PrimeGap.of(result.minimum),
            mean=result.mean,
            frequencies=[GapFrequency.of(frequency) for frequency in result.frequencies],
        )


@strawberry.type(description="The primes p + o of one p, for each offset o.")
class Constellation:
    """One constellation, for clients."""

    primes: list[BigInt] = priced(
        TUPLE,
        ListSize(assumed_size=4, require_one_slicing_argument=False),
        description="The primes, in the order of the offsets.",
    )


@strawberry.type(description="A page of constellations, ascending by their first prime.")
class ConstellationConnection:
    """Relay's connection over a page of constellations."""

    page: strawberry.Private[Page]
    found: strawberry.Private[list[Constellation]]
    answers: strawberry.Private[ConstellationAnswers]

    @strawberry.field(description="The constellations of the page.")
    def nodes(self) -> list[Constellation]:
        return self.found

    @strawberry.field(description="Where the page lies in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo.of(self.page)

    @priced(
        CONSTELLATION_COUNT,
        description=(
            "The constellations of the whole interval, whatever the page. Null if that is out of"
            " reach."
        ),
    )
    async def total_count(self) -> BigInt | None:
        return BigInt(await self.answers.count())

    @classmethod
    async def of(cls, answers: ConstellationAnswers, first: int, after: str | None) -> Self:
        """Return the page that ``first`` and ``after`` ask for."""
        page, constellations = await answers.page(first, after)
        found = [Constellation(primes=cast(list[BigInt], primes)) for primes in constellations]
        return cls(page=page, found=found, answers=answers)


@strawberry.type(description="How many primes lie in [low, high], one part of an interval.")
class PrimeBucket:
    """The engine's bucket, for clients."""

    low: BigInt = strawberry.field(description="The lower end of the part; it belongs to it.")
    high: BigInt = strawberry.field(description="The upper end of the part; it belongs to it.")
    count: SafeInt = strawberry.field(description="How many primes lie in the part.")

    @classmethod
    def of(cls, result: PrimeBucketResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(low=BigInt(result.low), high=BigInt(result.high), count=SafeInt(result.count))


@strawberry.type(description="How many primes leave one residue.")
class ResidueCount:
    """The engine's residue count, for clients."""

    residue: int = strawberry.field(description="The residue, from 0 to modulus - 1.")
    count: BigInt = strawberry.field(description="How many primes leave it, at least 1.")

    @classmethod
    def of(cls, result: ResidueCountResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(residue=result.residue, count=BigInt(result.count))
