"""The price of every field: points, as a function of what is asked, before anything runs.

A price is what the engine predicts for the answer, and what it takes to run the question and to
show the answer. Where nothing cheaper than the answer tells hard integers from easy ones, all are
priced as hard ones.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.intervals.prime_ranges import PrimeRanges
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.pricing.answer_sizes import AWAITED_BYTES, SizeFunction, size_of
from resolvers.pricing.factors import FactorPrices
from resolvers.pricing.integers import IntegerPrices, scale_of_word
from resolvers.pricing.lists import ListPrices
from resolvers.pricing.ranges import RangePrices
from resolvers.pricing.tariff import Overheads, Priced, Tariff

ROOT = object()
"""The state of the root fields: what they cost depends on their arguments alone."""

ScaleFunction = Callable[[Mapping[str, Any]], int | None]
PriceFunction = Callable[[Any, Mapping[str, Any]], Priced]


class PriceBook:
    """The price function of every field, by its coordinate "Type.field".

    Args:
        limits: In force; what they refuse costs next to nothing.
        ranges: Predicts the cost of sweeps.
        overheads: Of the executor in use.
        task_points: What a question in a worker process is charged at most, beside what the
            deadline leaves room for.
        pace: Of this machine; that of the reference machine if left out.
        awaited_bytes: Of memory, to compute a field as the executor in use does.
    """

    def __init__(
        self,
        limits: Limits,
        ranges: PrimeRanges,
        overheads: Overheads,
        task_points: float = math.inf,
        awaited_bytes: float = AWAITED_BYTES,
        pace: Pace | None = None,
    ) -> None:
        tariff = self._tariff = Tariff(limits, overheads, task_points, pace or Pace(1.0))
        self.request_points = overheads.request
        self._awaited_bytes = awaited_bytes
        self._group, self._waiting = overheads.group, overheads.waiting
        self._lasting = MappingProxyType(
            _integer_prices(IntegerPrices(tariff, ranges))
            | _factor_prices(FactorPrices(tariff))
            | _shown_prices(ListPrices(tariff))
        )
        self._changing = MappingProxyType(
            _range_prices(RangePrices(tariff, ranges))
            | {"Integer.primeIndex": IntegerPrices(tariff, ranges).prime_index}
        )

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return the price function of a field; None if it has none."""
        return self._lasting.get(coordinate) or self._changing.get(coordinate)

    def size_of(self, coordinate: str) -> SizeFunction:
        """Return what predicts the bytes that showing a field takes."""
        return size_of(coordinate, self._awaited_bytes)

    def group_points(self, coordinate: str) -> float:
        """Return what it takes to resolve a field at all, however many values it then has."""
        return self._group + (self._waiting if coordinate in _AWAITED else 0.0)

    def is_lasting(self, coordinate: str) -> bool:
        """Whether a price never changes; those of sweeps fall while the base primes grow."""
        return coordinate in self._lasting

    def scale_function(self, coordinate: str) -> ScaleFunction | None:
        """Return what tells the scale, its bits, of the integer that a root field returns."""
        return scale_of_word if coordinate == "Query.integer" else None

    def is_scaled(self, coordinate: str) -> bool:
        """Whether a field costs the same on all integers of one size, with all it returns."""
        return coordinate in _SCALED

    def root_state(self) -> object:
        """Return the state that the root fields of one request begin with."""
        return ROOT

    def coercion_points(self, value: Any) -> float:
        """Return what it takes to coerce the value of a variable that no field asks with."""
        if isinstance(value, list):
            return sum(map(self.coercion_points, value))
        return self._tariff.coercion(value.bit_length() if isinstance(value, int) else 0)


def _integer_prices(integers: IntegerPrices) -> dict[str, PriceFunction]:
    """Return the prices of what is asked about integers."""
    return {
        "Query.integer": integers.integer,
        "Query.integers": integers.integers,
        "Query.arePrime": integers.are_prime,
        "Query.progression": integers.progression,
        "Integer.value": integers.value,
        "Integer.isPrime": integers.is_prime,
        "Integer.isProbablePrime": integers.is_probable_prime,
        "Integer.primality": integers.primality,
        "Primality.witness": integers.witness,
        "Integer.nextPrime": integers.next_prime,
        "Integer.previousPrime": integers.next_prime,
        "Integer.neighbours": integers.neighbours,
        "Integer.classes": integers.classes,
    }


def _factor_prices(factors: FactorPrices) -> dict[str, PriceFunction]:
    """Return the prices of what follows from factorizations."""
    functions = ("totient", "carmichael", "radical", "divisorCount")
    prices: dict[str, PriceFunction] = {
        "Integer.factorization": factors.factorization,
        "Factorization.factors": factors.factors,
        "Factorization.primes": factors.primes,
        "Factorization.composites": factors.composites,
        "Factorization.expression": factors.expression,
        "Integer.arithmetic": factors.arithmetic,
        "ArithmeticFunctions.divisorSum": factors.divisor_sum,
        "Integer.divisors": factors.divisors,
    }
    return prices | {f"ArithmeticFunctions.{name}": factors.function for name in functions}


def _range_prices(ranges: RangePrices) -> dict[str, PriceFunction]:
    """Return the prices of what is asked about intervals."""
    return {
        "Query.primeRange": ranges.prime_range,
        "Query.primeCount": ranges.prime_count,
        "Query.nthPrime": ranges.nth_prime,
        "PrimeRange.low": ranges.end,
        "PrimeRange.high": ranges.end,
        "PrimeRange.count": ranges.count,
        "PrimeRange.sum": ranges.sum,
        "PrimeRange.smallest": ranges.smallest,
        "PrimeRange.largest": ranges.largest,
        "PrimeRange.primes": ranges.primes,
        "PrimeConnection.totalCount": ranges.total_count,
        "PrimeRange.gaps": ranges.gaps,
        "PrimeRange.constellations": ranges.constellations,
        "ConstellationConnection.totalCount": ranges.constellation_count,
        "PrimeRange.histogram": ranges.histogram,
        "PrimeRange.residues": ranges.residues,
    }


_SCALED = frozenset(
    (
        "Integer.value",
        "Integer.isPrime",
        "Integer.isProbablePrime",
        "Integer.primality",
        "Integer.nextPrime",
        "Integer.previousPrime",
        "Integer.neighbours",
        "Primality.verdict",
        "Primality.method",
        "Primality.witness",
        "PrimeNeighbours.below",
        "PrimeNeighbours.above",
        "PrimeNeighbours.nearest",
        "PrimeNeighbours.gap",
    )
)
"""Fields whose prices depend on nothing but the bits of an integer of one word."""

_AWAITED = frozenset(
    (
        "Query.arePrime",
        "Query.progression",
        "Query.primeCount",
        "Query.nthPrime",
        "Integer.neighbours",
        "Integer.classes",
        "Integer.primeIndex",
        "Integer.arithmetic",
        "Integer.divisors",
        "ArithmeticFunctions.divisorSum",
        "PrimeRange.count",
        "PrimeRange.sum",
        "PrimeRange.smallest",
        "PrimeRange.largest",
        "PrimeRange.primes",
        "PrimeConnection.totalCount",
        "PrimeRange.gaps",
        "PrimeRange.constellations",
        "ConstellationConnection.totalCount",
        "PrimeRange.histogram",
        "PrimeRange.residues",
    )
)
"""Fields that are always awaited, one by one."""

_PLAIN = (
    "Primality.verdict",
    "Primality.method",
    "Factorization.sign",
    "Factorization.isComplete",
    "PrimePower.exponent",
    "ArithmeticFunctions.mobius",
    "ArithmeticFunctions.distinctPrimeFactorCount",
    "ArithmeticFunctions.primeFactorCount",
    "ArithmeticFunctions.isSquarefree",
    "ArithmeticFunctions.isPerfectPower",
    "ArithmeticFunctions.isPerfect",
    "PageInfo.hasNextPage",
    "PageInfo.hasPreviousPage",
    "PrimeGaps.mean",
    "PrimeGap.merit",
    "GapFrequency.length",
    "PrimeBucket.count",
    "ResidueCount.residue",
    "PrimeProgression.length",
    "Query.rateLimit",
    "RateLimit.limit",
    "RateLimit.remaining",
    "RateLimit.restoreRate",
    "RateLimit.resetAt",
    "RateLimit.cost",
    "Query.service",
    "Service.version",
    "Service.limits",
    "Limits.maxRequestCost",
    "Limits.maxDigits",
    "Limits.maxPageSize",
    "Limits.maxBatchSize",
    "Limits.maxRequestBytes",
    "Limits.deadlineMilliseconds",
)
"""Fields at hand whose size does not depend on what is asked."""

_INTEGERS = (
    "PrimePower.prime",
    "PrimeNeighbours.nearest",
    "PrimeNeighbours.gap",
    "DivisorEdge.node",
    "DivisorEdge.cursor",
    "DivisorConnection.totalCount",
    "PrimeEdge.node",
    "PrimeEdge.cursor",
    "PageInfo.startCursor",
    "PageInfo.endCursor",
    "PrimeGaps.count",
    "PrimeGap.start",
    "PrimeGap.end",
    "PrimeGap.length",
    "GapFrequency.count",
    "PrimeBucket.low",
    "PrimeBucket.high",
    "ResidueCount.count",
    "PrimeProgression.start",
    "PrimeProgression.difference",
    "PrimeProgression.endedBy",
)
"""Fields at hand that show one integer, or a cursor, which is as long."""


def _shown_prices(lists: ListPrices) -> dict[str, PriceFunction]:
    """Return the prices of what is read off an answer."""
    prices: dict[str, PriceFunction] = dict.fromkeys(_PLAIN, lists.plain)
    prices |= dict.fromkeys(_INTEGERS, lists.integer)
    prices |= {"Query.service": lists.object, "Query.rateLimit": lists.object}
    return prices | {
        "Service.limits": lists.object,
        "PrimeNeighbours.below": lists.integers,
        "PrimeNeighbours.above": lists.integers,
        "PrimeProgression.terms": lists.integers,
        "DivisorConnection.nodes": lists.integers,
        "DivisorConnection.edges": lists.edges,
        "DivisorConnection.pageInfo": lists.page_info,
        "PrimeConnection.nodes": lists.array,
        "PrimeConnection.numbers": lists.numbers,
        "PrimeConnection.edges": lists.edges,
        "PrimeConnection.pageInfo": lists.page_info,
        "PrimeGaps.maximum": lists.object,
        "PrimeGaps.minimum": lists.object,
        "PrimeGaps.frequencies": lists.entries,
        "ConstellationConnection.nodes": lists.entries,
        "ConstellationConnection.pageInfo": lists.page_info,
        "Constellation.primes": lists.tuple,
    }
