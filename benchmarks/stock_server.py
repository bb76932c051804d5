"""A stock Strawberry server: its own ASGI view, its defaults, and part of our schema on our engine.

Run: python -m benchmarks.stock_server PORT
"""

import enum
import sys
from collections.abc import Sequence
from functools import cache
from typing import NewType

import numpy as np
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from engine.intervals.prime_ranges import PrimeRanges
from engine.primality.batch_primality import are_prime
from engine.primality.primality import is_prime
from engine.stop import Stop

BigInt = NewType("BigInt", int)
SafeInt = NewType("SafeInt", int)
SCALARS: dict[object, ScalarDefinition] = {
    BigInt: strawberry.scalar(name="BigInt", serialize=str, parse_value=int),
    SafeInt: strawberry.scalar(name="SafeInt", serialize=int, parse_value=int),
}


@cache
def _ranges() -> PrimeRanges:
    """Return the engine's tables, which every request shares."""
    return PrimeRanges()


@strawberry.enum
class Verdict(enum.Enum):
    """What may be known about the primality of an integer."""

    COMPOSITE = "COMPOSITE"
    PRIME = "PRIME"


@strawberry.type
class Primality:
    """What is known about the primality of an integer."""

    verdict: Verdict


@strawberry.type
class Integer:
    """One integer."""

    value: BigInt

    @strawberry.field
    def is_prime(self) -> bool | None:
        """Return whether it is prime."""
        return is_prime(self.value)

    @strawberry.field
    def is_probable_prime(self) -> bool:
        """Return the same: below 2^64 it is proven."""
        return is_prime(self.value)

    @strawberry.field
    def primality(self) -> Primality | None:
        """Return what is known about its primality."""
        return Primality(verdict=Verdict.PRIME if is_prime(self.value) else Verdict.COMPOSITE)


@strawberry.type
class PrimeConnection:
    """A page of primes."""

    primes: strawberry.Private[Sequence[int]]

    @strawberry.field
    def nodes(self) -> list[BigInt]:
        """Return them as strings."""
        return [BigInt(p) for p in self.primes]

    @strawberry.field
    def numbers(self) -> list[SafeInt] | None:
        """Return them as numbers."""
        return [SafeInt(p) for p in self.primes]


@strawberry.type
class PrimeRange:
    """A closed interval."""

    low: strawberry.Private[int]
    high: strawberry.Private[int]

    @strawberry.field
    def primes(self, first: int) -> PrimeConnection | None:
        """Return its first primes."""
        found = _ranges().first_primes(self.low, self.high, first, Stop())
        return PrimeConnection(primes=found.tolist() if isinstance(found, np.ndarray) else found)


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    def integer(self, value: BigInt) -> Integer | None:
        """Return one integer."""
        return Integer(value=value)

    @strawberry.field
    def integers(self, values: list[BigInt]) -> list[Integer | None]:
        """Return many."""
        return [Integer(value=value) for value in values]

    @strawberry.field
    def are_prime(self, values: list[BigInt]) -> list[bool] | None:
        """Return whether each is prime."""
        found: list[bool] = are_prime(values).tolist()
        return found

    @strawberry.field
    def prime_range(self, low: BigInt, high: BigInt) -> PrimeRange | None:
        """Return an interval."""
        return PrimeRange(low=low, high=high)


def main(port: int) -> None:
    """Serve on a port of the loopback address."""
    schema = strawberry.Schema(Query, config=StrawberryConfig(scalar_map=SCALARS))
    app = Starlette(routes=[Route("/graphql", endpoint=GraphQL(schema))])
    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
