"""Measures what kept segments save where one place is asked about again and again.

Run: python -m benchmarks.bench_segments

Prints CPU time, medians over places: of a page without kept segments and of the 16th with them; of
the same page 16 times; by how much any number of them took longer than without; and of 30 pages
one behind the other.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial

from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop

_STOP = Stop()
_REPEATS = 16
_PLACES = 9
_PAGES = 30


def main() -> None:
    """Print all figures."""
    kept, bare = PrimeRanges(), PrimeRanges(segment_bytes=0)
    print("| pages of | from | without, ms | 16th, ms | 16 times, ms | worst | 30 on end, ms |")
    print("|---|---|---|---|---|---|---|")
    for size in (20, 100, 1_000):
        for exponent in (9, 12, 13, 15, 18):
            print(f"| {size} | 10^{exponent} | {_row(kept, bare, 10**exponent, size)} |")


def _row(kept: PrimeRanges, bare: PrimeRanges, low: int, size: int) -> str:
    """Return the figures for pages of one size at one height."""
    without = _again_and_again(bare, low, size)
    with_kept = _again_and_again(kept, low, size)
    worst = max(sum(with_kept[: k + 1]) / sum(without[: k + 1]) for k in range(_REPEATS))
    far = 2 * low + size * 10**7
    return (
        f"{statistics.median(without):.3f} | {with_kept[-1]:.3f}"
        f" | {sum(without):.2f} -> {sum(with_kept):.2f} | x{worst:.2f}"
        f" | {_on_end(bare, far, size):.2f} -> {_on_end(kept, far, size):.2f}"
    )


def _again_and_again(ranges: PrimeRanges, low: int, size: int) -> list[float]:
    """Return the milliseconds of the first, second and so on time that a page is asked for."""
    measured: list[list[float]] = [[] for _ in range(_REPEATS)]
    for place in range(_PLACES):
        begin = low + size * 10**4 + place * 10**7
        for times in measured:
            times.append(_cpu(partial(_page, ranges, begin, size)))
    return [statistics.median(times) for times in measured]


def _on_end(ranges: PrimeRanges, low: int, size: int) -> float:
    """Return the milliseconds of pages that follow each other."""

    def read() -> None:
        begin = low
        for _ in range(_PAGES):
            begin = _page(ranges, begin, size) + 1

    return _cpu(read)


def _page(ranges: PrimeRanges, low: int, size: int) -> int:
    """Return the last prime of a page."""
    return int(ranges.first_primes(low, 2 * low, size, _STOP)[-1])


def _cpu(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1e3


if __name__ == "__main__":
    main()
