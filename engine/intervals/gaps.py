"""Computes statistics of the gaps between consecutive primes of an interval."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from engine.intervals.prime_blocks import prime_blocks
from engine.intervals.prime_ranges import PrimeRanges
from engine.results import GapFrequency, PrimeGap, PrimeGapStatistics
from engine.sieving.sieve_costs import expected_primes
from engine.stop import Stop

_POINTS_PER_PRIME = 2.2e-5
"""2.2 ns; ``benchmarks/bench_patterns.py``."""


def gaps(ranges: PrimeRanges, low: int, high: int, stop: Stop) -> PrimeGapStatistics | None:
    """Return the statistics of the gaps between consecutive primes that lie in [low, high].

    Args:
        ranges: Where the primes come from.
        low: Any integer.
        high: At least low, below 2^64.
        stop: Checked several times a second.

    Returns:
        None if fewer than two primes lie in [low, high].

    Raises:
        DomainError, CapacityError, DeadlineError: as ``PrimeRanges.segments``.

    Cost: see ``gaps_cost``. Memory: as ``PrimeRanges.segments``, and 3 MB.

    >>> found = gaps(PrimeRanges(), 1, 100, Stop())
    >>> found.count, found.maximum.start, found.maximum.length
    (24, 89, 8)
    """
    return gap_statistics(prime_blocks(ranges, low, high, stop))


def gaps_cost(ranges: PrimeRanges, low: int, high: int) -> float:
    """Return the points predicted for ``gaps(ranges, low, high, stop)``."""
    return ranges.list_cost(low, high) + expected_primes(low, high) * _POINTS_PER_PRIME


def gap_lengths(low: int, high: int) -> float:
    """Return about how many lengths the gaps between the primes of [low, high] have.

    The longest gap is about the product of both logarithms; most even lengths up to it occur.

    >>> round(gap_lengths(1, 10**9))
    148
    """
    primes = expected_primes(low, high) if high >= 2 else 0.0
    return min(primes, 0.4 * math.log(primes + 2) * math.log(max(high, 3)) + 1)


def gap_statistics(blocks: Iterable[NDArray[np.uint64]]) -> PrimeGapStatistics | None:
    """Return the statistics of the gaps between the consecutive primes in the arrays.

    Args:
        blocks: Arrays of any size, none empty; the primes ascend from array to array. The gap
            between the last prime of an array and the first of the next one counts too.

    Returns:
        None if there are fewer than two primes in all.

    >>> gap_statistics([np.array([2, 3, 5, 7], dtype=np.uint64)]).maximum.start
    3
    """
    tally = _GapTally()
    for primes in blocks:
        tally.add(primes)
    return tally.statistics()


class _GapTally:
    """Counts the gaps between the primes seen so far."""

    __slots__ = ("_counts", "_first", "_last", "_longest_start", "_shortest", "_shortest_start")

    def __init__(self) -> None:
        self._counts = np.zeros(1, dtype=np.intp)  # Indexed by length; the last is not 0.
        self._first = 0
        self._last = 0
        self._longest_start = 0
        self._shortest = 0
        self._shortest_start = 0

    def add(self, primes: NDArray[np.uint64]) -> None:
        """Count the gaps between these primes, and the gap before the first of them."""
        if self._last:
            primes = np.concatenate((np.array([self._last], dtype=np.uint64), primes))
        else:
            self._first = int(primes[0])
        self._last = int(primes[-1])
        if primes.size > 1:
            self._add_lengths(primes, np.diff(primes).astype(np.intp))

    def _add_lengths(self, primes: NDArray[np.uint64], lengths: NDArray[np.intp]) -> None:
        counts = np.bincount(lengths)
        longest, shortest = counts.size - 1, int(np.flatnonzero(counts)[0])
        if longest >= self._counts.size:
            self._longest_start = int(primes[np.argmax(lengths)])
            counts[: self._counts.size] += self._counts
            self._counts = counts
        else:
            self._counts[: counts.size] += counts
        if not self._shortest or shortest < self._shortest:
            self._shortest, self._shortest_start = shortest, int(primes[np.argmin(lengths)])

    def statistics(self) -> PrimeGapStatistics | None:
        """Return the statistics so far, or None if there was no gap."""
        count = int(self._counts.sum())
        if not count:
            return None
        frequencies = tuple(
            GapFrequency(length, int(self._counts[length]))
            for length in np.flatnonzero(self._counts).tolist()
        )
        return PrimeGapStatistics(
            count,
            _gap(self._longest_start, self._counts.size - 1),
            _gap(self._shortest_start, self._shortest),
            (self._last - self._first) / count,
            frequencies,
        )


def _gap(start: int, length: int) -> PrimeGap:
    return PrimeGap(start, start + length, length, length / math.log(start))
