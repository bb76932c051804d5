"""Compares predicted and measured cost of the classes of a prime and of patterns over intervals.

Run: python -m benchmarks.bench_patterns [classes | intervals | blocks]

Prints, for each case, the quantiles of measured / predicted cost and the median of the measured
cost in points (1 point = 100 us of CPU). A ratio above 3 means underpriced.
"""

import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.classes import classes_of, classes_of_cost
from engine.errors import CapacityError
from engine.intervals.constellations import (
    constellation_count,
    constellation_count_cost,
    constellations,
    constellations_cost,
    matching_starts,
)
from engine.intervals.gaps import gap_statistics, gaps, gaps_cost
from engine.intervals.histogram import histogram, histogram_cost
from engine.intervals.prime_ranges import PrimeRanges
from engine.intervals.residues import residues, residues_cost
from engine.primality.neighbours import next_prime
from engine.primality.primality import is_prime
from engine.stop import Stop

_POINT_SECONDS = 1e-4
_TYPICAL = {8: 500, 32: 2000, 48: 2000, 64: 2000, 80: 300, 96: 300, 128: 200, 256: 20, 512: 4}
_HARD = {32: 40, 48: 40, 56: 40, 60: 40, 64: 40, 72: 20, 80: 20, 96: 20, 128: 20}


_INTERVALS = (
    (0, 10**4),
    (0, 10**6),
    (0, 10**8),
    (10**9, 10**9 + 10**5),
    (10**9, 10**9 + 10**7),
    (10**12, 10**12 + 10**6),
    (10**12, 10**12 + 10**8),
    (10**15, 10**15 + 10**6),
    (10**18, 10**18 + 10**5),
    (2**64 - 10**6, 2**64 - 1),
)
_PATTERNS = ((0, 2), (0, 2, 6, 8), (0, 4, 6, 10, 12, 16))


def main() -> None:
    """Print the sections named on the command line, all of them by default."""
    sections = {"classes": _classes, "intervals": _intervals, "blocks": _block_sizes}
    for name in sys.argv[1:] or sections:
        sections[name]()


def _classes() -> None:
    """Print one line for each size of random primes, and of primes hard to decide for CHEN."""
    rng = random.Random(20261123)
    for bits, repeats in _TYPICAL.items():
        _compare_classes(f"classes, {bits} bits", _random_primes(rng, bits, repeats))
    for bits, repeats in _HARD.items():
        _compare_classes(f"classes, hard CHEN, {bits} bits", _hard_primes(rng, bits, repeats))


def _intervals() -> None:
    """Print one line for each function; the ratios are over the intervals."""
    ranges, stop = PrimeRanges(), Stop()
    for low, high in _INTERVALS:
        _list(ranges, stop, low, high)  # The base primes are cached.
    _compare("list, for comparison", ranges.list_cost, partial(_list, ranges, stop))
    _compare("gaps", partial(gaps_cost, ranges), partial(gaps, ranges, stop=stop))
    for modulus in (30, 1_000, 99_991):
        _compare(
            f"residues modulo {modulus}",
            partial(residues_cost, ranges, modulus=modulus),
            partial(residues, ranges, modulus=modulus, stop=stop),
        )
    for buckets in (1, 50, 10_000):
        _compare(
            f"histogram of {buckets}",
            partial(histogram_cost, ranges, buckets=buckets),
            partial(histogram, ranges, buckets=buckets, stop=stop),
        )
    for offsets in _PATTERNS:
        _compare_constellations(ranges, stop, offsets)


def _compare_constellations(ranges: PrimeRanges, stop: Stop, offsets: tuple[int, ...]) -> None:
    _compare(
        f"count of {offsets}",
        partial(constellation_count_cost, ranges, offsets=offsets),
        partial(constellation_count, ranges, offsets=offsets, stop=stop),
    )
    for first in (1, 100, 10_000):
        _compare(
            f"page of {first} {offsets}",
            partial(constellations_cost, ranges, offsets=offsets, first=first, after=None),
            partial(constellations, ranges, offsets=offsets, first=first, after=None, stop=stop),
        )


def _list(ranges: PrimeRanges, stop: Stop, low: int, high: int) -> int:
    return sum(array.size for array in ranges.segments(low, high, stop))


def _compare(
    name: str, cost: Callable[[int, int], float], call: Callable[[int, int], object]
) -> None:
    pairs = []
    for low, high in _INTERVALS:
        measured = statistics.median(_points(partial(call, low, high)) for _ in range(3))
        pairs.append((cost(low, high), measured))
    _report(name, pairs)


def _block_sizes() -> None:
    """Print nanoseconds a prime of statistics over blocks of different sizes, interleaved."""
    ranges, stop = PrimeRanges(), Stop()
    primes = np.concatenate(list(ranges.segments(10**9, 10**9 + 10**8, stop)))
    tasks: dict[str, Callable[[list[NDArray[np.uint64]]], object]] = {
        "gaps": gap_statistics,
        "twins": lambda blocks: list(matching_starts(blocks, (0, 2))),
    }
    times: dict[tuple[str, int], list[float]] = {}
    for _ in range(5):
        for exponent in range(13, 23):
            blocks = np.split(primes, range(1 << exponent, primes.size, 1 << exponent))
            for name, task in tasks.items():
                points = _points(partial(task, blocks))
                times.setdefault((name, exponent), []).append(points)
    for (name, exponent), measured in sorted(times.items()):
        nanoseconds = statistics.median(measured) * _POINT_SECONDS * 1e9 / primes.size
        print(f"{name:8} blocks of 1 << {exponent}: {nanoseconds:6.2f} ns a prime")


def _random_primes(rng: random.Random, bits: int, repeats: int) -> list[int]:
    return [next_prime(rng.getrandbits(bits) | 1 << (bits - 1)) for _ in range(repeats)]


def _hard_primes(rng: random.Random, bits: int, repeats: int) -> list[int]:
    """Return primes p with p + 2 the product of two primes of equal length."""
    found: list[int] = []
    while len(found) < repeats:
        halves = _random_primes(rng, bits // 2, 2)
        p = halves[0] * halves[1] - 2
        if is_prime(p):
            found.append(p)
    return found


def _compare_classes(name: str, primes: Iterable[int]) -> None:
    pairs = [(classes_of_cost(p), _points(partial(_classes_or_none, p))) for p in primes]
    _report(name, pairs)


def _classes_or_none(p: int) -> None:
    try:
        classes_of(p)
    except CapacityError:
        return


def _points(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) / _POINT_SECONDS


def _report(name: str, pairs: list[tuple[float, float]]) -> None:
    """Print quantiles of measured / predicted over (predicted, measured) pairs."""
    ratios = sorted(measured / predicted for predicted, measured in pairs)
    measured = sorted(measured for _, measured in pairs)
    quantiles = [ratios[round(part * (len(ratios) - 1))] for part in (0.025, 0.5, 0.975, 1.0)]
    shown = "  ".join(f"{ratio:6.2f}" for ratio in quantiles)
    print(f"{name:36}  {shown}  median {measured[len(measured) // 2]:10.2f} points")


if __name__ == "__main__":
    main()
