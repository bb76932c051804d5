"""Counts the primes in adjacent parts of equal width of an interval."""

import math
from collections.abc import Callable
from itertools import pairwise
from operator import itemgetter

import numpy as np

from engine.argument_checks import check_interval, shown
from engine.counting.prime_counting import MOST_X
from engine.errors import CapacityError, DomainError
from engine.intervals.prime_blocks import prime_blocks
from engine.intervals.prime_ranges import PrimeRanges
from engine.results import PrimeBucket
from engine.stop import Stop

_Counting = Callable[[PrimeRanges, list[int], Stop], list[int]]

MAX_BUCKETS = 10_000
"""The most buckets of one histogram: more than a chart can show."""

_SAMPLED = 8
"""The most edges whose cost is computed for a prediction."""
_POINTS_PER_BUCKET = 1e-2
"""1 us for computing an edge and creating a bucket; ``benchmarks/bench_patterns.py``."""


def histogram(
    ranges: PrimeRanges, low: int, high: int, buckets: int, stop: Stop
) -> tuple[PrimeBucket, ...]:
    """Return the number of primes in each of ``buckets`` adjacent parts of [low, high].

    Args:
        ranges: Where the primes come from.
        low: Any integer.
        high: At least low; from 2^64 on the primes counted are probable primes.
        buckets: From 1 to ``MAX_BUCKETS``. If the interval has fewer integers than this, there is
            one bucket for each integer.
        stop: Checked several times a second.

    Returns:
        Closed intervals [bucket.low, bucket.high], ascending, that cover [low, high]; their widths
        differ by at most one.

    Raises:
        DomainError: low > high, or buckets is below 1.
        CapacityError: buckets is above ``MAX_BUCKETS``.
        CapacityError, DeadlineError: as ``PrimeRanges.count``.

    Cost: see ``histogram_cost``.

    >>> [part.count for part in histogram(PrimeRanges(), 1, 100, 4, Stop())]
    [9, 6, 6, 4]
    """
    check_interval(low, high)
    if buckets < 1:
        raise DomainError(f"buckets must be at least 1, got {shown(buckets)}")
    if buckets > MAX_BUCKETS:
        raise CapacityError(f"buckets must be at most {MAX_BUCKETS}, got {shown(buckets)}")
    parts = min(buckets, high - low + 1)
    edges = [low + (high - low + 1) * place // parts for place in range(parts + 1)]
    _, counts_between = _cheapest(ranges, low, high, parts)
    counts = counts_between(ranges, edges, stop)
    bounds = zip(pairwise(edges), counts, strict=True)
    return tuple(PrimeBucket(start, end - 1, count) for (start, end), count in bounds)


def histogram_cost(ranges: PrimeRanges, low: int, high: int, buckets: int) -> float:
    """Return the points predicted for ``histogram(ranges, low, high, buckets, stop)``."""
    parts = min(max(buckets, 1), max(high - low + 1, 1))
    cost, _ = _cheapest(ranges, low, high, parts)
    return cost + parts * _POINTS_PER_BUCKET


def _cheapest(ranges: PrimeRanges, low: int, high: int, parts: int) -> tuple[float, _Counting]:
    """Return the points predicted for the cheapest method to count, and the method.

    Higher parts cost more, so every part is priced as the last one. Cost: 10 to 80 us.
    """
    cheapest: tuple[float, _Counting] = (math.inf, _counts_by_part)
    if high < 2**64:
        cheapest = (ranges.list_cost(low, high), _counts_in_one_pass)
    least = parts * ranges.least_count_cost(low)
    if cheapest[0] > least:
        last = high - (high - low + 1) // parts + 1
        by_part = parts * ranges.count_cost(last, high)
        cheapest = min(cheapest, (by_part, _counts_by_part), key=itemgetter(0))
    if high <= MOST_X and cheapest[0] > least:
        by_edge = _edges_cost(ranges, low, high, parts)
        cheapest = min(cheapest, (by_edge, _counts_by_edge), key=itemgetter(0))
    return cheapest


def _edges_cost(ranges: PrimeRanges, low: int, high: int, parts: int) -> float:
    """Return the points predicted for pi(x) at every edge.

    An edge within the table of primes costs almost nothing. Other edges cost more the higher they
    are, and the farther from a checkpoint. If there are more than eight, the sum is estimated from
    eight of them; it is off by at most a half.
    """
    count, bound = high - low + 1, ranges.small_primes.bound
    # The first edge beyond the table.
    first = min(max(0, -(-(bound - low + 2) * parts // count)), parts + 1)
    left = parts + 1 - first
    places = (
        range(first, parts + 1)
        if left <= _SAMPLED
        else [first + left * (2 * k + 1) // (2 * _SAMPLED) for k in range(_SAMPLED)]
    )
    beyond = [ranges.prime_count_cost(low - 1 + count * place // parts) for place in places]
    within = first * ranges.prime_count_cost(bound)
    return within + (left * sum(beyond) / len(beyond) if beyond else 0.0)


def _counts_by_part(ranges: PrimeRanges, edges: list[int], stop: Stop) -> list[int]:
    """Return how many primes lie in each [edges[i], edges[i + 1]), by one count for each."""
    return [ranges.count(start, end - 1, stop) for start, end in pairwise(edges)]


def _counts_by_edge(ranges: PrimeRanges, edges: list[int], stop: Stop) -> list[int]:
    """Return the same counts as differences of pi(x); the last edge is <= MOST_X + 1."""
    below = [ranges.prime_count(edge - 1, stop) for edge in edges]
    return [after - before for before, after in pairwise(below)]


def _counts_in_one_pass(ranges: PrimeRanges, edges: list[int], stop: Stop) -> list[int]:
    """Return the same counts by listing all primes once; the last edge is <= 2^64."""
    inner = np.array([max(edge, 0) for edge in edges[1:-1]], dtype=np.uint64)
    below = np.zeros(inner.size, dtype=np.intp)
    total = 0
    for primes in prime_blocks(ranges, edges[0], edges[-1] - 1, stop):
        first, last = np.searchsorted(inner, primes[[0, -1]], side="right")
        below[first:last] += np.searchsorted(primes, inner[first:last])
        below[last:] += primes.size
        total += primes.size
    return [after - before for before, after in pairwise([0, *below.tolist(), total])]
