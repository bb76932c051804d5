"""What is known about the primality of one integer."""

import enum
from typing import Self

import strawberry

from engine.results import Primality as PrimalityResult
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


@strawberry.type(description="A verdict on primality and how it was reached.")
class Primality:
    """The engine's verdict, for clients."""

    verdict: PrimalityVerdict = strawberry.field(description="The verdict.")
    method: PrimalityMethod = strawberry.field(description="How it was reached.")
    witness: BigInt | None = strawberry.field(
        description=(
            "A base to which value fails the strong probable prime test, for anyone to check that"
            " it is composite; null unless verdict is COMPOSITE. It need not divide value: ask"
            " factorization for divisors."
        )
    )

    @classmethod
    def of(cls, result: PrimalityResult) -> Self:
        """Return the engine's result in the schema's words."""
        return cls(
            verdict=PrimalityVerdict[result.verdict.name],
            method=PrimalityMethod[result.method.name],
            witness=None if result.witness is None else BigInt(result.witness),
        )
