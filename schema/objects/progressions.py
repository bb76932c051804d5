"""Primes in arithmetic progression."""

from typing import Self, cast

import strawberry

from engine.results import PrimeProgression as ProgressionResult
from schema.scalars import BigInt


@strawberry.type(
    description="The leading run of primes of start, start + difference, start + 2 difference, ..."
)
class PrimeProgression:
    """The engine's progression, for clients."""

    start: BigInt = strawberry.field(description="The first term asked for, prime or not.")
    difference: BigInt = strawberry.field(description="The distance between two terms.")
    length: int = strawberry.field(description="How many primes the run has.")
    terms: list[BigInt] = strawberry.field(description="The primes of the run, in its order.")
    ended_by: BigInt | None = strawberry.field(
        description="The first term that is not prime; null if maxTerms stopped the run."
    )

    @classmethod
    def of(cls, result: ProgressionResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            start=BigInt(result.start),
            difference=BigInt(result.difference),
            length=len(result.terms),
            terms=cast(list[BigInt], result.terms),
            ended_by=None if result.ended_by is None else BigInt(result.ended_by),
        )
