"""The root of every query."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import strawberry
from strawberry.types import Info

from resolvers.context import RequestContext
from resolvers.pricing.shown import INTEGER, INTEGERS, PRIME_RANGE
from resolvers.questions import integer_lists
from resolvers.questions.counting import NTH_PRIME, PRIME_COUNT, PROGRESSION
from resolvers.questions.integer_answers import answers_of
from resolvers.questions.integer_lists import ARE_PRIME
from resolvers.questions.ranges import RangeAnswers
from schema.directives import ListSize
from schema.fields import Found, priced
from schema.objects.integers import Integer
from schema.objects.progressions import PrimeProgression
from schema.objects.ranges import PrimeRange
from schema.objects.rate_limit import RateLimit
from schema.objects.service import Limits, Service
from schema.scalars import BigInt

Context = Info[RequestContext, None]
Arguments = Sequence[Mapping[str, Any]]


def _integer(_sources: Sequence[Any], _context: RequestContext, arguments: Arguments) -> Found:
    """Return Query.integer for the arguments of each alias; in plans it is the integer itself."""
    return [one["value"] for one in arguments]


def _integers(_sources: Sequence[Any], context: RequestContext, arguments: Arguments) -> Found:
    """Return Query.integers for the arguments of each alias."""
    return integer_lists.each_batch(context, [one["values"] for one in arguments])


@strawberry.type(description="Exact answers about integers and primes.")
class Query:
    """The root fields."""

    @priced(
        INTEGER,
        column=_integer,
        description="Everything the service can tell about one integer.",
    )
    def integer(
        self,
        info: Context,
        value: Annotated[BigInt, strawberry.argument(description="Any integer.")],
    ) -> Integer | None:
        return Integer.of(answers_of(info.context, value))

    @priced(
        INTEGERS,
        ListSize(assumed_size=100, require_one_slicing_argument=False),
        column=_integers,
        description=(
            "The same for many integers at once, in the order asked: the batch form. Duplicates"
            " are allowed. An integer that fails alone costs that one answer, not the others. Null"
            " if the batch is larger than limits.maxBatchSize."
        ),
    )
    def integers(
        self,
        info: Context,
        values: Annotated[list[BigInt], strawberry.argument(description="Any integers.")],
    ) -> list[Integer | None] | None:
        asked = integer_lists.integers(info.context, values)
        return [Integer.of(answers_of(info.context, value)) for value in asked]

    @priced(
        ARE_PRIME,
        ListSize(assumed_size=100, require_one_slicing_argument=False),
        description=(
            "Primality of many integers as one plain list, in the order asked: the cheapest batch"
            " form. Null if one of them is a probable prime too large to prove."
        ),
    )
    async def are_prime(
        self,
        info: Context,
        values: Annotated[list[BigInt], strawberry.argument(description="Any integers.")],
    ) -> list[bool] | None:
        return await ARE_PRIME.ask(info.context, values)

    @priced(
        PRIME_RANGE,
        description=(
            "The primes of the closed interval [low, high]: list them by page, count them, look at"
            " their statistics. low > high is an error."
        ),
    )
    def prime_range(
        self,
        info: Context,
        low: Annotated[BigInt, strawberry.argument(description="The lower end, inside.")],
        high: Annotated[BigInt, strawberry.argument(description="The upper end, inside.")],
    ) -> PrimeRange | None:
        return PrimeRange.of(RangeAnswers(info.context, low, high))

    @priced(
        PRIME_COUNT,
        description="pi(x): how many primes are <= x. Null if that is out of reach.",
    )
    async def prime_count(
        self,
        info: Context,
        x: Annotated[BigInt, strawberry.argument(description="Any integer.")],
    ) -> BigInt | None:
        return BigInt(await PRIME_COUNT.ask(info.context, x))

    @priced(
        NTH_PRIME,
        description=("The n-th prime, 1-based: nthPrime(n: 1) is 2. Null if that is out of reach."),
    )
    async def nth_prime(
        self,
        info: Context,
        n: Annotated[BigInt, strawberry.argument(description="At least 1.")],
    ) -> BigInt | None:
        return BigInt(await NTH_PRIME.ask(info.context, n))

    @priced(
        PROGRESSION,
        ListSize(
            assumed_size=10,
            slicing_arguments=["maxTerms"],
            sized_fields=["terms"],
            require_one_slicing_argument=False,
        ),
        description=(
            "The longest run of primes at the start of the arithmetic progression start, start +"
            " difference, ...: stops before the first term that is not prime, or after maxTerms"
            " terms. Above 2^64 its terms pass BPSW."
        ),
    )
    async def progression(
        self,
        info: Context,
        start: Annotated[BigInt, strawberry.argument(description="The first term.")],
        difference: Annotated[
            BigInt, strawberry.argument(description="The distance between two terms, not 0.")
        ],
        max_terms: Annotated[
            int, strawberry.argument(description="The most terms to look at, at least 1.")
        ] = 1_000,
    ) -> PrimeProgression | None:
        return PrimeProgression.of(
            await PROGRESSION.ask(info.context, start, difference, max_terms)
        )

    @strawberry.field(description="The caller's point budget. Asking costs nothing.")
    def rate_limit(self, info: Context) -> RateLimit:
        info.context.notes.is_repeatable = False
        return RateLimit.of(info.context.notes.rate_limit)

    @strawberry.field(description="The service itself: version and the limits in force.")
    def service(self, info: Context) -> Service:
        context = info.context
        context.notes.is_repeatable = False
        return Service(version=context.version, limits=Limits.of(context.limits))
