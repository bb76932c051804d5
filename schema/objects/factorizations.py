"""What follows from the factorization of one integer."""

from collections.abc import Sequence
from typing import Annotated, Any, Self, cast

import strawberry

from engine.results import ArithmeticFunctions as ArithmeticResult
from engine.results import Factorization as FactorizationResult
from resolvers.pagination import Page
from resolvers.pricing.shown import COMPOSITES, EXPRESSION, FACTORS, PRIME_FACTORS
from resolvers.questions.integer_answers import DIVISOR_SUM, IntegerAnswers
from schema.directives import ListSize
from schema.fields import priced
from schema.objects.connections import PageInfo
from schema.scalars import BigInt


@strawberry.type(description="A prime raised to a positive exponent.")
class PrimePower:
    """One entry of a factorization."""

    prime: BigInt = strawberry.field(description="The prime.")
    exponent: int = strawberry.field(description="How often the prime divides, at least 1.")


@strawberry.type(
    description=(
        "value = sign * product(prime ^ exponent) * product(composites). Every prime here is"
        " proven."
    )
)
class Factorization:
    """The engine's factorization, for clients."""

    result: strawberry.Private[FactorizationResult]

    @classmethod
    def of(cls, result: FactorizationResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(result=result)

    @strawberry.field(description="-1, 0 or 1.")
    def sign(self) -> int:
        return self.result.sign

    @priced(
        FACTORS,
        ListSize(assumed_size=4, require_one_slicing_argument=False),
        description="Prime powers, ascending by prime. Empty for -1, 0 and 1.",
    )
    def factors(self) -> list[PrimePower]:
        return [
            PrimePower(prime=BigInt(power.prime), exponent=power.exponent)
            for power in self.result.factors
        ]

    @priced(
        PRIME_FACTORS,
        ListSize(assumed_size=5, require_one_slicing_argument=False),
        description="Every prime factor of |value| repeated by its exponent, ascending.",
    )
    def primes(self) -> list[BigInt]:
        return cast(list[BigInt], self.result.primes)

    @strawberry.field(
        description=(
            "False if the time allowed ran out: sign * product(factors) * product(composites) is"
            " still value."
        )
    )
    def is_complete(self) -> bool:
        return self.result.is_complete

    @priced(
        COMPOSITES,
        ListSize(assumed_size=1, require_one_slicing_argument=False),
        description="Parts that are known composite and not yet split, ascending.",
    )
    def composites(self) -> list[BigInt]:
        return cast(list[BigInt], self.result.composites)

    @priced(
        EXPRESSION,
        description=(
            'For people: "2^2 * 3 * 5", "-1 * 7", "0", "1". Composites not yet split stand in'
            " parentheses."
        ),
    )
    def expression(self) -> str:
        return self.result.expression


def factorizations(_sources: Sequence[int], found: list[Any]) -> list[Any]:
    """Return Integer.factorization of each, an exception where there is none."""
    return [
        answer if isinstance(answer, Exception) else Factorization.of(answer) for answer in found
    ]


@strawberry.type(description="Arithmetic functions of |value|; they follow from its factorization.")
class ArithmeticFunctions:
    """The engine's arithmetic functions, for clients."""

    result: strawberry.Private[ArithmeticResult]
    answers: strawberry.Private[IntegerAnswers]

    @classmethod
    def of(cls, result: ArithmeticResult, answers: IntegerAnswers) -> Self:
        """Return the engine's result; ``answers`` is asked for what takes an argument."""
        return cls(result=result, answers=answers)

    @strawberry.field(description="Euler's phi.")
    def totient(self) -> BigInt:
        return BigInt(self.result.totient)

    @strawberry.field(description="Carmichael's lambda.")
    def carmichael(self) -> BigInt:
        return BigInt(self.result.carmichael)

    @strawberry.field(description="Moebius mu: -1, 0 or 1.")
    def mobius(self) -> int:
        return self.result.mobius

    @strawberry.field(description="Number of positive divisors, tau.")
    def divisor_count(self) -> BigInt:
        return BigInt(self.result.divisor_count)

    @priced(
        DIVISOR_SUM,
        description=(
            "Sum of the power-th powers of the positive divisors, sigma_power. Null if power is"
            " negative or the sum is out of reach."
        ),
    )
    async def divisor_sum(
        self,
        power: Annotated[
            int, strawberry.argument(description="The exponent of each divisor, at least 0.")
        ] = 1,
    ) -> BigInt | None:
        return BigInt(await self.answers.divisor_sum(power))

    @strawberry.field(description="omega: how many distinct primes divide.")
    def distinct_prime_factor_count(self) -> int:
        return self.result.distinct_prime_factor_count

    @strawberry.field(description="Omega: how many primes divide, counted with their exponents.")
    def prime_factor_count(self) -> int:
        return self.result.prime_factor_count

    @strawberry.field(description="Product of the distinct prime factors.")
    def radical(self) -> BigInt:
        return BigInt(self.result.radical)

    @strawberry.field(description="No square above 1 divides.")
    def is_squarefree(self) -> bool:
        return self.result.is_squarefree

    @strawberry.field(description="value = m^k with k >= 2.")
    def is_perfect_power(self) -> bool:
        return self.result.is_perfect_power

    @strawberry.field(description="divisorSum = 2 * value.")
    def is_perfect(self) -> bool:
        return self.result.is_perfect


@strawberry.type(description="One divisor of a page, with its place.")
class DivisorEdge:
    """Relay's edge."""

    node: BigInt = strawberry.field(description="The divisor.")
    cursor: str = strawberry.field(description="Its place in the list, for after.")


@strawberry.type(description="A page of the positive divisors of |value|, ascending.")
class DivisorConnection:
    """Relay's connection over a page of divisors."""

    page: strawberry.Private[Page]
    divisor_count: strawberry.Private[int]

    @strawberry.field(description="The divisors of the page, ascending.")
    def nodes(self) -> list[BigInt]:
        return cast(list[BigInt], self.page.values)

    @strawberry.field(description="The divisors of the page with their cursors.")
    async def edges(self) -> list[DivisorEdge]:
        return cast(list[DivisorEdge], await self.page.edges())

    @strawberry.field(description="Where the page lies in the list.")
    def page_info(self) -> PageInfo:
        return PageInfo.of(self.page)

    @strawberry.field(description="The number of positive divisors, whatever the page.")
    def total_count(self) -> BigInt:
        return BigInt(self.divisor_count)
