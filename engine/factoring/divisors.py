"""Lists the positive divisors of one integer, ascending, page by page."""

import bisect
import heapq
import itertools
import operator
from collections.abc import Iterator

from engine.errors import CapacityError, DomainError
from engine.factoring.arithmetic import divisor_count
from engine.results import DivisorPage, Factorization, PrimePower

MAX_HALF_DIVISORS = 50_000
"""The most divisors of each of the two coprime parts of an integer.

It bounds the memory to about 75 MB at 4,096 digits. It admits integers of up to 2.5e9 divisors, if
their exponents split evenly. An integer below 2**64 has at most 103,680 divisors.
"""


def divisors(factorization: Factorization, first: int, after: int | None) -> DivisorPage:
    """Return the ``first`` least positive divisors of |value| that are greater than ``after``.

    |value| = A * B with A and B coprime, so every divisor is a divisor of A times a divisor of B.
    For each divisor a of A there is a row a * (divisors of B). Bisection finds the first product
    above ``after`` in each row, and a heap merges the rows. So the cost depends on the number of
    divisors of A and of B, not of their product.

    Args:
        factorization: Complete, of a value other than 0.
        first: Size of the page, >= 0.
        after: A positive divisor of value, or None to begin at 1.

    Raises:
        DomainError: value is 0, the factorization is not complete, first is negative, or after is
            not a positive divisor.
        CapacityError: first is above 0, and A or B has more than MAX_HALF_DIVISORS divisors.

    Cost: see ``divisors_cost``.

    >>> divisors(factorize(60), 4, after=3)
    DivisorPage(values=(4, 5, 6, 10), has_next=True)
    """
    if first < 0:
        raise DomainError(f"first must be >= 0, got {first}")
    # Raises for 0 and for an incomplete factorization.
    divisor_count(factorization)
    low = _lower_bound(factorization, after)
    if first == 0:
        # An integer may have too many divisors to list; an empty page still works.
        return DivisorPage((), low < abs(factorization.value))
    short, long = _halves(factorization)
    ascending = _ascending_products(_all_divisors(short), _all_divisors(long), low)
    page = tuple(itertools.islice(ascending, first + 1))
    return DivisorPage(page[:first], len(page) > first)


def divisors_cost(factorization: Factorization, first: int) -> float:
    """Return the points predicted for ``divisors(factorization, first, after)``.

    Raises:
        DomainError: value is 0 or the factorization is not complete.
        CapacityError: As ``divisors``.
    """
    count = divisor_count(factorization)
    if first == 0:
        return 0.05
    short, long = (_count(half) for half in _halves(factorization))
    size = 1 + factorization.value.bit_length() / 1024
    page = min(first + 1, count)
    return 0.05 + 0.0035 * page + size * (0.0006 * long + 0.003 * short)


def _lower_bound(factorization: Factorization, after: int | None) -> int:
    """Return ``after``, or 0 for None; raise DomainError if it is not a divisor."""
    if after is None:
        return 0
    if after < 1 or factorization.value % after:
        raise DomainError("after must be a positive divisor of the value")
    return after


def _halves(factorization: Factorization) -> tuple[list[PrimePower], list[PrimePower]]:
    """Return the prime powers dealt into two parts; the part with fewer divisors is first."""
    short: list[PrimePower] = []
    long: list[PrimePower] = []
    for power in sorted(factorization.factors, key=lambda power: -power.exponent):
        if _count(short) * (power.exponent + 1) > MAX_HALF_DIVISORS:
            raise CapacityError(f"more than {MAX_HALF_DIVISORS} divisors in each half of value")
        short.append(power)
        short, long = sorted((short, long), key=_count)
    return short, long


def _count(powers: list[PrimePower]) -> int:
    """Return how many divisors the product of the prime powers has."""
    count = 1
    for power in powers:
        count *= power.exponent + 1
    return count


def _all_divisors(powers: list[PrimePower]) -> list[int]:
    """Return the divisors of the product of the prime powers, ascending."""
    products = [1]
    for power in powers:
        factors = itertools.repeat(power.prime, power.exponent)
        multipliers = list(itertools.accumulate(factors, operator.mul, initial=1))
        products = [divisor * multiplier for multiplier in multipliers for divisor in products]
    return sorted(products)


def _ascending_products(rows: list[int], columns: list[int], low: int) -> Iterator[int]:
    """Yield row * column > low in ascending order; both lists ascend."""
    heap = []
    for row in rows:
        place = bisect.bisect_right(columns, low // row)
        if place < len(columns):
            heap.append((row * columns[place], row, place))
    heapq.heapify(heap)
    while heap:
        product, row, place = heap[0]
        yield product
        if place + 1 < len(columns):
            heapq.heapreplace(heap, (row * columns[place + 1], row, place + 1))
        else:
            heapq.heappop(heap)
