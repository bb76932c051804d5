"""Everything the service can tell about one integer."""

from collections.abc import Sequence
from typing import Annotated, Any, Self, cast

import strawberry

from engine.results import PrimeNeighbours as NeighboursResult
from resolvers.context import RequestContext
from resolvers.questions import integer_answers, integers
from resolvers.questions.integer_answers import IntegerAnswers
from schema.arguments import given
from schema.directives import ListSize
from schema.fields import Found, at_hand, priced
from schema.objects.classes import PrimeClass, schema_classes
from schema.objects.factorizations import (
    ArithmeticFunctions,
    DivisorConnection,
    Factorization,
    factorizations,
)
from schema.objects.primality import Primality, primalities
from schema.scalars import BigInt


@strawberry.type(description="The primes around value.")
class PrimeNeighbours:
    """The engine's neighbours, for clients."""

    below: list[BigInt] = strawberry.field(
        description=(
            "The count primes below value, descending from value (fewer if the primes end at 2)."
        )
    )
    above: list[BigInt] = strawberry.field(description="The count primes above value, ascending.")
    nearest: BigInt = strawberry.field(
        description="The prime closest to value, value itself if prime; on a tie the smaller."
    )
    gap: BigInt | None = strawberry.field(
        description=(
            "nextPrime - previousPrime if value is not prime, nextPrime - value if it is; null"
            " below 2."
        )
    )

    @classmethod
    def of(cls, result: NeighboursResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            below=cast(list[BigInt], result.below),
            above=cast(list[BigInt], result.above),
            nearest=BigInt(result.nearest),
            gap=cast(BigInt | None, result.gap),
        )


def _values(sources: Sequence[int], _context: RequestContext, _arguments: Any) -> Found:
    """Return Integer.value of each; in plans an Integer is the integer itself."""
    return list(sources)


@strawberry.type(
    description=(
        "One integer. Each field is computed when it is asked for; one that is refused or runs out"
        " of time is null with an error at its path, and the others answer."
    )
)
class Integer:
    """Questions about one integer."""

    answers: strawberry.Private[IntegerAnswers]

    @classmethod
    def of(cls, answers: IntegerAnswers) -> Self:
        """Return the integer whose questions ``answers`` answers."""
        return cls(answers=answers)

    @at_hand(_values, description="The integer itself.")
    def value(self) -> BigInt:
        return BigInt(self.answers.value)

    @priced(
        integers.IS_PRIME,
        description=(
            "True only if value is proven prime (see primality.method). Every answer below 2^64 is"
            " proven. Null with code OUT_OF_RANGE for a probable prime too large to prove, and if"
            " the time ran out."
        ),
    )
    async def is_prime(self) -> bool | None:
        return await self.answers.ask(integers.IS_PRIME)

    @priced(
        integers.IS_PROBABLE_PRIME,
        description=(
            "True if value passes the BPSW test or is known to be prime: every prime does, and no"
            " composite is known that does. Cheap at any size."
        ),
    )
    async def is_probable_prime(self) -> bool:
        return await self.answers.ask(integers.IS_PROBABLE_PRIME)

    @priced(
        integers.PRIMALITY,
        show=primalities,
        description="The verdict, how it was reached and a witness; null if the time ran out.",
    )
    async def primality(self) -> Primality | None:
        return Primality.of(await self.answers.ask(integers.PRIMALITY))

    @priced(
        integer_answers.FACTORIZATION,
        show=factorizations,
        description=(
            "The prime factorization; what was found so far if the time ran out (see isComplete)."
            " Null with code DEADLINE_EXCEEDED if not even that is known, whether value is"
            " composite."
        ),
    )
    async def factorization(self) -> Factorization | None:
        return Factorization.of(await self.answers.factorization())

    @priced(
        integers.NEIGHBOURS,
        ListSize(
            assumed_size=1,
            slicing_arguments=["count"],
            sized_fields=["below", "above"],
            require_one_slicing_argument=False,
        ),
        description=(
            "The primes on both sides of value. Above 2^64 they pass BPSW; ask their isPrime for a"
            " proof. Null if the time ran out."
        ),
    )
    async def neighbours(
        self,
        count: Annotated[
            int, strawberry.argument(description="How many primes on each side, at least 1.")
        ] = 1,
    ) -> PrimeNeighbours | None:
        return PrimeNeighbours.of(await self.answers.ask(integers.NEIGHBOURS, count))

    @priced(
        integers.NEXT_PRIME,
        description="The least prime > value. Above 2^64 it passes BPSW. Null if the time ran out.",
    )
    async def next_prime(self) -> BigInt | None:
        return BigInt(await self.answers.ask(integers.NEXT_PRIME))

    @priced(
        integers.PREVIOUS_PRIME,
        description=(
            "The greatest prime < value; null without an error if there is none (value <= 2), with"
            " one if the time ran out."
        ),
    )
    async def previous_prime(self) -> BigInt | None:
        return cast(BigInt | None, await self.answers.ask(integers.PREVIOUS_PRIME))

    @priced(
        integers.PRIME_INDEX,
        description=(
            "pi(value) if value is prime: its place among the primes, 1-based. Null without an"
            " error if value is not prime, with one if that is out of reach."
        ),
    )
    async def prime_index(self) -> BigInt | None:
        return cast(BigInt | None, await self.answers.ask(integers.PRIME_INDEX))

    @priced(
        integers.CLASSES,
        ListSize(assumed_size=4, require_one_slicing_argument=False),
        description=(
            "The named classes of primes that value belongs to; empty if value is not prime. Null"
            " with code OUT_OF_RANGE if value is too large for all classes to be decided."
        ),
    )
    async def classes(self) -> list[PrimeClass] | None:
        found = await self.answers.ask(integers.CLASSES)
        return schema_classes(found)

    @priced(
        integer_answers.ARITHMETIC,
        description=(
            "Arithmetic functions of |value|; they follow from its factorization. value must not"
            " be 0. Null if value could not be factored in time."
        ),
    )
    async def arithmetic(self) -> ArithmeticFunctions | None:
        return ArithmeticFunctions.of(await self.answers.arithmetic(), self.answers)

    @priced(
        integer_answers.DIVISORS,
        ListSize(
            assumed_size=100,
            slicing_arguments=["first"],
            sized_fields=["nodes", "edges"],
            require_one_slicing_argument=False,
        ),
        description=(
            "The positive divisors of |value|, ascending, by page. value must not be 0. Null if"
            " value could not be factored in time."
        ),
    )
    async def divisors(
        self,
        first: Annotated[int, strawberry.argument(description="The size of the page.")] = 100,
        after: Annotated[
            str | None, strawberry.argument(description="Only divisors above this cursor's.")
        ] = strawberry.UNSET,
    ) -> DivisorConnection | None:
        page, divisor_count = await self.answers.divisors(first, given(after))
        return DivisorConnection(page=page, divisor_count=divisor_count)
