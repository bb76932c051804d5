"""Yields the primes of an interval in blocks that fit the CPU cache, for statistics over them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop

BLOCK_PRIMES = 1 << 16
"""Most primes of a block: 0.5 MB, so that the temporary arrays over it stay in the second-level
cache. 1 << 14 to 1 << 18 are within 10 % of each other, 1 << 20 takes 1.2 times and 1 << 22 two to
three times as long (``benchmarks/bench_patterns.py``)."""


def prime_blocks(
    ranges: PrimeRanges, low: int, high: int, stop: Stop
) -> Iterator[NDArray[np.uint64]]:
    """Yield the primes of [low, high], ascending, in arrays of 1 to ``BLOCK_PRIMES`` primes.

    Raises:
        DomainError, CapacityError: as ``PrimeRanges.segments``, when the first block is requested.
        DeadlineError: stopped; checked before every block.

    Cost: ``PrimeRanges.list_cost``.

    >>> [block.tolist() for block in prime_blocks(PrimeRanges(), 90, 110, Stop())]
    [[97, 101, 103, 107, 109]]
    """
    for primes in ranges.segments(low, high, stop):
        for start in range(0, primes.size, BLOCK_PRIMES):
            stop.check()
            yield primes[start : start + BLOCK_PRIMES]
