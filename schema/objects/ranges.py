"""The primes of a closed interval."""

from typing import Annotated, Self, cast

import strawberry

from resolvers.pagination import Page
from resolvers.pricing import shown
from resolvers.questions import patterns, ranges
from resolvers.questions.ranges import RangeAnswers, safe_integers
from schema.arguments import given
from schema.directives import ListSize
from schema.fields import priced
from schema.objects.connections import PageInfo
from schema.objects.patterns import (
    ConstellationConnection,
    PrimeBucket,
    PrimeGaps,
    ResidueCount,
)
from schema.scalars import BigInt, SafeInt


@strawberry.type(description="One prime of a page, with its place.")
class PrimeEdge:
    """Relay's edge."""

    node: BigInt = strawberry.field(description="The prime.")
    cursor: str = strawberry.field(description="Its place in the list, for after and before.")


@strawberry.type(description="A page of the primes of an interval, ascending.")
class PrimeConnection:
    """Relay's connection over a page of primes."""

    page: strawberry.Private[Page]
    range_answers: strawberry.Private[RangeAnswers]

    @priced(
        shown.ARRAY,
        description="The primes of the page, ascending.",
    )
    def nodes(self) -> list[BigInt]:
        return cast(list[BigInt], self.page.values)

    @priced(
        shown.NUMBERS,
        description=(
            "nodes as JSON numbers; null with an error of code OUT_OF_RANGE if one is above"
            " 2^53 - 1."
        ),
    )
    def numbers(self) -> list[SafeInt] | None:
        return cast(list[SafeInt], safe_integers(self.page))

    @strawberry.field(description="The primes of the page with their cursors.")
    async def edges(self) -> list[PrimeEdge]:
        return cast(list[PrimeEdge], await self.page.edges())

    @strawberry.field(description="Where the page lies in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo.of(self.page)

    @priced(
        ranges.TOTAL_COUNT,
        description=(
            "PrimeRange.count: the primes of the whole interval, whatever the page. Null if that"
            " is out of reach."
        ),
    )
    async def total_count(self) -> BigInt | None:
        return BigInt(await self.range_answers.count())


@strawberry.type(description="The primes of the closed interval [low, high].")
class PrimeRange:
    """Questions about one interval."""

    answers: strawberry.Private[RangeAnswers]

    @classmethod
    def of(cls, answers: RangeAnswers) -> Self:
        """Return the interval whose questions ``answers`` answers."""
        return cls(answers=answers)

    @strawberry.field(description="The lower end; it belongs to the interval.")
    def low(self) -> BigInt:
        return BigInt(self.answers.low)

    @strawberry.field(description="The upper end; it belongs to the interval.")
    def high(self) -> BigInt:
        return BigInt(self.answers.high)

    @priced(
        ranges.COUNT,
        description="How many primes lie in [low, high]. Null if that is out of reach.",
    )
    async def count(self) -> BigInt | None:
        return BigInt(await self.answers.count())

    @priced(
        ranges.SMALLEST,
        description="The least prime in [low, high]; null without an error if there is none.",
    )
    async def smallest(self) -> BigInt | None:
        return cast(BigInt | None, await self.answers.smallest())

    @priced(
        ranges.LARGEST,
        description="The greatest prime in [low, high]; null without an error if there is none.",
    )
    async def largest(self) -> BigInt | None:
        return cast(BigInt | None, await self.answers.largest())

    @priced(
        ranges.SUM,
        description="The sum of the primes in [low, high]. Null if that is out of reach.",
    )
    async def sum(self) -> BigInt | None:
        return BigInt(await self.answers.ask(ranges.SUM))

    @priced(
        ranges.FIRST_PRIMES,
        ListSize(
            assumed_size=100,
            slicing_arguments=["first", "last"],
            sized_fields=["nodes", "numbers", "edges"],
            require_one_slicing_argument=False,
        ),
        description=(
            "The primes by page, ascending; first = 100 if neither first nor last is given. A page"
            " costs by the page, not by the width of the interval. Above 2^64 the primes listed"
            " pass BPSW; ask integer(value).isPrime for a proof. Null if the page is refused or"
            " its time ran out."
        ),
    )
    async def primes(
        self,
        first: Annotated[
            int | None, strawberry.argument(description="So many primes from the low end.")
        ] = strawberry.UNSET,
        after: Annotated[
            str | None, strawberry.argument(description="Only primes above this cursor's.")
        ] = strawberry.UNSET,
        last: Annotated[
            int | None, strawberry.argument(description="So many primes from the high end.")
        ] = strawberry.UNSET,
        before: Annotated[
            str | None, strawberry.argument(description="Only primes below this cursor's.")
        ] = strawberry.UNSET,
    ) -> PrimeConnection | None:
        page = await self.answers.primes(given(first), given(after), given(last), given(before))
        return PrimeConnection(page=page, range_answers=self.answers)

    @priced(
        patterns.GAPS,
        description=(
            "Gaps between the primes of the interval. Null without an error where there are fewer"
            " than two primes, with one if that is out of reach."
        ),
    )
    async def gaps(self) -> PrimeGaps | None:
        found = await self.answers.ask(patterns.GAPS)
        return None if found is None else PrimeGaps.of(found)

    @priced(
        patterns.CONSTELLATIONS,
        ListSize(
            assumed_size=100,
            slicing_arguments=["first"],
            sized_fields=["nodes"],
            require_one_slicing_argument=False,
        ),
        description=(
            "Prime pairs and larger patterns: every prime p with p + o prime for each offset o, all"
            " within [low, high]. offsets starts with 0 and ascends: [0, 2] are the twins. Offsets"
            " that cover every residue modulo a prime q are refused, saying so, unless the interval"
            " holds one of the few exceptions, in which q itself takes part."
        ),
    )
    async def constellations(
        self,
        offsets: Annotated[
            list[int], strawberry.argument(description="Distances from p, ascending from 0.")
        ],
        first: Annotated[int, strawberry.argument(description="The size of the page.")] = 100,
        after: Annotated[
            str | None, strawberry.argument(description="Only constellations above this cursor's.")
        ] = strawberry.UNSET,
    ) -> ConstellationConnection | None:
        answers = self.answers.constellations(offsets)
        return await ConstellationConnection.of(answers, first, given(after))

    @priced(
        patterns.HISTOGRAM,
        ListSize(
            assumed_size=50, slicing_arguments=["buckets"], require_one_slicing_argument=False
        ),
        description=(
            "Primes counted in equal, adjacent parts of [low, high], whose widths differ by at most"
            " 1: for charts. An interval of fewer integers than buckets has a part for each."
        ),
    )
    async def histogram(
        self,
        buckets: Annotated[
            int, strawberry.argument(description="How many parts, at least 1.")
        ] = 50,
    ) -> list[PrimeBucket] | None:
        return [
            PrimeBucket.of(part) for part in await self.answers.ask(patterns.HISTOGRAM, buckets)
        ]

    @priced(
        patterns.RESIDUES,
        ListSize(slicing_arguments=["modulus"]),
        description="Primes counted by residue class: every residue that occurs, ascending.",
    )
    async def residues(
        self, modulus: Annotated[int, strawberry.argument(description="At least 1.")]
    ) -> list[ResidueCount] | None:
        return [
            ResidueCount.of(found) for found in await self.answers.ask(patterns.RESIDUES, modulus)
        ]
