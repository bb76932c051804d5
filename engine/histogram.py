"""Primes of an interval counted in equal, adjacent parts."""

import math
from itertools import pairwise

import numpy as np

from engine.errors import CapacityError, DomainError
from engine.interval import check_interval, shown
from engine.prime_blocks import prime_blocks
from engine.prime_ranges import PrimeRanges
from engine.results import PrimeBucket
from engine.stop import Stop

MAX_BUCKETS = 10_000
"""More than any chart can show."""

_POINTS_PER_BUCKET = 1e-2
"""1 us for the place of an edge and the bucket in the answer; ``benchmarks/bench_patterns.py``."""


def histogram(
    ranges: PrimeRanges, low: int, high: int, buckets: int, stop: Stop
) -> tuple[PrimeBucket, ...]:
    """Return the number of primes in each of ``buckets`` adjacent parts of [low, high].

    Args:
        ranges: Where the primes come from.
        low: Any integer.
        high: At least low; from 2^64 on the primes counted are probable primes.
        buckets: From 1 to ``MAX_BUCKETS``. An interval of fewer integers than that is cut into
            its single integers, so that no bucket is empty of integers.
        stop: Looked at several times a second.

    Returns:
        Closed intervals [bucket.low, bucket.high] that cover [low, high] in order; the numbers of
        integers in them differ by at most one.

    Raises:
        DomainError: low > high, or buckets is below 1.
        CapacityError: buckets is above ``MAX_BUCKETS``.
        CapacityError, DeadlineError: as ``PrimeRanges.count``.

    Cost: see ``histogram_cost``.
    """
    check_interval(low, high)
    if buckets < 1:
        raise DomainError(f"buckets must be at least 1, got {shown(buckets)}")
    if buckets > MAX_BUCKETS:
        raise CapacityError(f"buckets must be at most {MAX_BUCKETS}, got {shown(buckets)}")
    parts = min(buckets, high - low + 1)
    edges = [low + (high - low + 1) * place // parts for place in range(parts + 1)]
    if _counting_cost(ranges, low, high, parts) <= _one_pass_cost(ranges, low, high, parts):
        counts = [ranges.count(start, end - 1, stop) for start, end in pairwise(edges)]
    else:
        counts = _counts_in_one_pass(ranges, edges, stop)
    bounds = zip(pairwise(edges), counts, strict=True)
    return tuple(PrimeBucket(start, end - 1, count) for (start, end), count in bounds)


def histogram_cost(ranges: PrimeRanges, low: int, high: int, buckets: int) -> float:
    """Return the points predicted for ``histogram(ranges, low, high, buckets, stop)``."""
    parts = min(max(buckets, 1), max(high - low + 1, 1))
    return min(_counting_cost(ranges, low, high, parts), _one_pass_cost(ranges, low, high, parts))


def _counting_cost(ranges: PrimeRanges, low: int, high: int, parts: int) -> float:
    """Return the points it takes to sieve each part for its count alone: the last is dearest."""
    width = (high - low + 1) // parts
    return parts * (ranges.count_cost(high - width + 1, high) + _POINTS_PER_BUCKET)


def _one_pass_cost(ranges: PrimeRanges, low: int, high: int, parts: int) -> float:
    """Return the points it takes to list the primes and sort the edges in; endless from 2^64 on."""
    if high >= 2**64:
        return math.inf
    return ranges.list_cost(low, high) + parts * _POINTS_PER_BUCKET


def _counts_in_one_pass(ranges: PrimeRanges, edges: list[int], stop: Stop) -> list[int]:
    """Return how many primes lie in each [edges[i], edges[i + 1]), all edges below 2^64 + 1."""
    inner = np.array([max(edge, 0) for edge in edges[1:-1]], dtype=np.uint64)
    below = np.zeros(inner.size, dtype=np.intp)
    total = 0
    for primes in prime_blocks(ranges, edges[0], edges[-1] - 1, stop):
        first, last = np.searchsorted(inner, primes[[0, -1]], side="right")
        below[first:last] += np.searchsorted(primes, inner[first:last])
        below[last:] += primes.size
        total += primes.size
    return [after - before for before, after in pairwise([0, *below.tolist(), total])]
