"""Finds prime constellations: primes p of an interval such that p + o is prime for each offset."""

import math
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.argument_checks import check_interval, shown
from engine.errors import CapacityError, DomainError
from engine.intervals.constellation_patterns import (
    check_offsets,
    constellation_constant,
    covered_modulus,
    exceptional_starts,
)
from engine.intervals.prime_blocks import prime_blocks
from engine.intervals.prime_ranges import PrimeRanges
from engine.results import ConstellationPage
from engine.sieving.sieve_costs import expected_primes
from engine.stop import Stop

_POINTS_PER_PRIME = 4.5e-5
_POINTS_PER_START = 1e-3
_POINTS_PER_CALL = 0.5
"""4.5 ns a prime, 0.1 us a start on a page, 50 us a call; ``benchmarks/bench_patterns.py``."""


def constellations(
    ranges: PrimeRanges,
    low: int,
    high: int,
    offsets: Sequence[int],
    first: int,
    after: int | None,
    stop: Stop,
) -> ConstellationPage:
    """Return the ``first`` least constellations of [low, high] that start above ``after``.

    Args:
        ranges: Where the primes come from.
        low: Any integer; no term is below it.
        high: At least low; no term is above it. The search ends at 2^64.
        offsets: 0 = o_1 < o_2 < ... < o_k, see ``check_offsets``.
        first: The size of the page, >= 0.
        after: Starts must be above this; None for all starts.
        stop: Checked several times a second.

    Returns:
        The starts p, ascending, and whether greater ones follow.

    Raises:
        DomainError: low > high; the offsets do not ascend; first is below 0; or the pattern is not
            admissible and its few constellations lie outside [low, high].
        CapacityError: there are too many offsets, or too great ones; or the search reached 2^64
            before the page was full.
        CapacityError, DeadlineError: as ``PrimeRanges.segments``.

    Cost: see ``constellations_cost``; it depends on the page, not on the width of the interval.

    >>> constellations(PrimeRanges(), 1, 50, (0, 2), 3, None, Stop()).starts
    (3, 5, 11)
    """
    pattern = check_offsets(offsets)
    check_interval(low, high)
    if first < 0:
        raise DomainError(f"first must be at least 0, got {shown(first)}")
    start = low if after is None else max(low, after + 1)
    exceptions = _exceptions_within(pattern, low, high)
    if exceptions is not None:
        found = [p for p in exceptions if p >= start]
    else:
        blocks = _widening_blocks(ranges, start, high, _page_width(pattern, start, first), stop)
        found = _first_starts(matching_starts(blocks, pattern), first + 1)
    return ConstellationPage(pattern, tuple(found[:first]), len(found) > first)


def constellation_count(
    ranges: PrimeRanges, low: int, high: int, offsets: Sequence[int], stop: Stop
) -> int:
    """Return how many constellations lie in [low, high], all terms within; high < 2^64.

    Raises as ``constellations``. Cost: see ``constellation_count_cost``.

    >>> constellation_count(PrimeRanges(), 1, 1000, (0, 2), Stop())
    35
    """
    pattern = check_offsets(offsets)
    check_interval(low, high)
    exceptions = _exceptions_within(pattern, low, high)
    if exceptions is not None:
        return len(exceptions)
    blocks = prime_blocks(ranges, low, high, stop)
    return sum(starts.size for starts in matching_starts(blocks, pattern))


def constellations_cost(
    ranges: PrimeRanges,
    low: int,
    high: int,
    offsets: Sequence[int],
    first: int,
    after: int | None,
) -> float:
    """Return the points predicted for ``constellations`` of the same arguments.

    It is the cost of sieving an interval in which more than ``first`` + 1 constellations are
    expected, by the conjecture of Hardy and Littlewood. Raises as ``check_offsets``.
    """
    pattern = check_offsets(offsets)
    start = low if after is None else max(low, after + 1)
    if covered_modulus(pattern):
        return _POINTS_PER_CALL
    end = min(high, start + _page_width(pattern, start, max(first, 0)) - 1)
    listed = min(max(first, 0), expected_primes(start, end))
    return _POINTS_PER_CALL + _matching_cost(ranges, start, end) + listed * _POINTS_PER_START


def constellation_count_cost(
    ranges: PrimeRanges, low: int, high: int, offsets: Sequence[int]
) -> float:
    """Return the points predicted for ``constellation_count`` of the same arguments."""
    if covered_modulus(check_offsets(offsets)):
        return _POINTS_PER_CALL
    return _POINTS_PER_CALL + _matching_cost(ranges, low, high)


def matching_starts(
    blocks: Iterable[NDArray[np.uint64]], pattern: tuple[int, ...]
) -> Iterator[NDArray[np.uint64]]:
    """Yield, ascending, the primes p of the blocks for which every p + o is in the blocks too.

    Args:
        blocks: Arrays of any size, none empty; the primes ascend from array to array.
        pattern: Offsets that are all even.

    Cost: 4 ns a prime. Memory: one byte for two integers of a block and of the span.

    >>> primes = np.array([3, 5, 7, 11, 13], dtype=np.uint64)
    >>> [int(p) for starts in matching_starts([primes], (0, 2)) for p in starts]
    [3, 5, 11]
    """
    span = pattern[-1]
    primes = np.empty(0, dtype=np.uint64)
    for block in blocks:
        primes = np.concatenate((primes, block)) if primes.size else block
        if int(primes[-1]) < span:
            continue
        decided = int(np.searchsorted(primes, primes[-1] - np.uint64(span), side="right"))
        yield _matches(primes, decided, pattern)
        primes = primes[decided:]
    if primes.size:
        yield _matches(primes, primes.size, pattern)


def _matches(
    primes: NDArray[np.uint64], decided: int, pattern: tuple[int, ...]
) -> NDArray[np.uint64]:
    """Return which of the first ``decided`` primes start a constellation within these primes."""
    if len(pattern) == 1:
        return primes[:decided]
    if primes[0] == 2:
        primes, decided = primes[1:], max(decided - 1, 0)
    if not decided:
        return primes[:0]
    halves = ((primes - primes[0]) >> np.uint64(1)).astype(np.intp)
    is_prime = np.zeros(int(halves[-1]) + pattern[-1] // 2 + 1, dtype=np.bool_)
    is_prime[halves] = True
    places = halves[:decided]
    for offset in pattern[1:]:
        places = places[is_prime[places + offset // 2]]
    starts: NDArray[np.uint64] = primes[0] + (places.astype(np.uint64) << np.uint64(1))
    return starts


def _first_starts(matches: Iterator[NDArray[np.uint64]], count: int) -> list[int]:
    """Return the ``count`` least starts; fewer if there are fewer."""
    starts: list[int] = []
    for found in matches:
        starts += found[: count - len(starts)].tolist()
        if len(starts) == count:
            break
    return starts


def _widening_blocks(
    ranges: PrimeRanges, low: int, high: int, width: int, stop: Stop
) -> Iterator[NDArray[np.uint64]]:
    """Yield the primes of [low, high] from ever wider windows, the first of ``width`` integers.

    Each later window is half as wide as all before it together. So at most a third of the sieved
    integers are not needed.

    Raises:
        CapacityError: The search reached 2^64, the end of what is sieved.
    """
    origin = low
    while low <= high:
        if low >= 2**64:
            raise CapacityError(
                f"constellations are searched below 2^64, and high is {shown(high)}:"
                f" set high to at most {2**64 - 1}"
            )
        end = min(high, low + width - 1, 2**64 - 1)
        yield from prime_blocks(ranges, low, end, stop)
        low = end + 1
        width = (low - origin) // 2 + 1


def _page_width(pattern: tuple[int, ...], start: int, first: int) -> int:
    """Return the width of a window above ``start`` that should hold first + 1 constellations."""
    start = max(start, 2)
    wanted = first + 1 + math.sqrt(first + 1)
    width, scaled = 100.0, wanted / constellation_constant(pattern)
    for _ in range(3):
        width = min(scaled * math.log(start + int(width)) ** len(pattern), 2.0**64)
    return int(width) + pattern[-1] + 1


def _matching_cost(ranges: PrimeRanges, low: int, high: int) -> float:
    return ranges.list_cost(low, high) + expected_primes(low, high) * _POINTS_PER_PRIME


def _exceptions_within(pattern: tuple[int, ...], low: int, high: int) -> list[int] | None:
    """Return the few constellations in [low, high] if the pattern is not admissible.

    Returns:
        Their starts, ascending; None if the pattern is admissible.

    Raises:
        DomainError: the pattern is not admissible, and [low, high] holds none of them.
    """
    q = covered_modulus(pattern)
    if q is None:
        return None
    starts = exceptional_starts(pattern, q)
    within = [p for p in starts if low <= p and p + pattern[-1] <= high]
    if not within:
        known = "".join(f" but p = {p}" for p in starts)
        raise DomainError(
            f"offsets cover every residue modulo {q}, so that one of the terms is always divisible "
            f"by {q}: no p{known} gives primes, and this interval holds none"
        )
    return within
