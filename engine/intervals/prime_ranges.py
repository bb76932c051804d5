"""Lists, counts and sums the primes of closed intervals: the entry point for other packages."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.argument_checks import check_interval, shown
from engine.bounds import prime_count_between_upper
from engine.counting.checkpoints import Checkpoints, shipped_checkpoints
from engine.counting.prime_counting import PrimeCounter
from engine.errors import CapacityError, DomainError
from engine.sieving.base_primes import BasePrimes
from engine.sieving.segment_cache import SegmentCache
from engine.sieving.sieve_costs import (
    POINT_SECONDS,
    Task,
    expected_primes,
    least_sieve_seconds,
)
from engine.sieving.sieve_pages import PageFinder
from engine.sieving.sieve_plan import Piece, Planner
from engine.sieving.small_primes import DEFAULT_BOUND, SmallPrimes
from engine.sieving.wheel import standard_wheels
from engine.stop import Stop
from engine.strategy_counters import StrategyCounters

# A task predicted to take more CPU time than this is refused before it starts.
MOST_SECONDS = 600.0
# A list predicted to take more bytes than this is refused before it starts: 134 million primes.
MOST_ANSWER_BYTES = 2**30
# The size of the segment cache: about 200 segments at 10**12, or 2,000 at 10**18.
DEFAULT_SEGMENT_BYTES = 2**23
# Narrower intervals are counted by a sieve; the difference of two values of pi is not considered.
_LEAST_DIFFERENCE = 10**6


class PrimeRanges:
    """The primes of closed intervals. Holds the shared read-only tables and bounded caches.

    Thread-safe. Below 2**64 every prime is proven. From 2**64 on, "prime" means a probable prime,
    which passes the BPSW test; no composite that passes it is known.

    Args:
        small_bound: The table of small primes covers [0, small_bound]; at least 1,000.
        base_prime_bound: The most that base primes grow to, below 2**31. Intervals up to its square
            are sieved completely; higher ones are sieved partly, and the rest is tested.
        checkpoints: Known prime counts; None for the shipped ones, ``no_checkpoints()`` for none.
        segment_bytes: The most bytes of the segment cache.

    Attributes:
        small_primes: The table of small primes.
        strategies: Counts the strategies that answered parts of intervals.

    Memory, with the default bounds: 10.4 MB for the table, 3.2 MB for the checkpoints, 9 MB for
    patterns, at most 8 MB for cached segments and at most 30 MB for base primes. A call takes its
    answer, at most 40 MB, and 28 bytes a base prime: little below 10**13, 58 MB at 10**15, 210 MB
    at 1.8 * 10**16. Above that, a call takes its answer and 3 MB.
    """

    def __init__(
        self,
        *,
        small_bound: int = DEFAULT_BOUND,
        base_prime_bound: int = 2**27,
        checkpoints: Checkpoints | None = None,
        segment_bytes: int = DEFAULT_SEGMENT_BYTES,
    ) -> None:
        self.small_primes = SmallPrimes(small_bound)
        self._wheels = standard_wheels()
        self._base = BasePrimes(self.small_primes, base_prime_bound)
        self._planner = Planner(self.small_primes, self._base, self._wheels)
        self._kept = SegmentCache(self._planner, segment_bytes)
        self.strategies = StrategyCounters()
        self._pages = PageFinder(
            self.small_primes, self._base, self._planner, self._wheels[0], self._kept
        )
        known = shipped_checkpoints() if checkpoints is None else checkpoints
        self._counter = PrimeCounter(self.small_primes, known, self._planner, self._pages)

    def table_bytes(self) -> dict[str, int]:
        """Return the bytes of the tables that grow: base primes (small ones too) and segments."""
        return {"base_primes": self._base.bytes_held, "segments": self._kept.bytes_held}

    def list_primes(self, low: int, high: int, stop: Stop) -> NDArray[np.uint64]:
        """Return every prime in [low, high], ascending, high < 2**64.

        Raises:
            DomainError: low > high.
            CapacityError: high >= 2**64 (``first_primes`` goes further), or the prediction exceeds
                600 s of CPU time or 1 GiB of answer.
            DeadlineError: stopped.

        Cost: ``list_cost``. Memory: the answer, and that of a call (see the class).
        """
        pieces = self._affordable(low, high, Task.LIST)
        room = prime_count_between_upper(low, high)
        expected = expected_primes(low, high)
        if expected * 8 > MOST_ANSWER_BYTES:
            raise CapacityError(
                f"the interval from low={shown(low)} to high={shown(high)} has about"
                f" {expected:.3g} primes,"
                f" the bound is {MOST_ANSWER_BYTES // 8}"
            )
        primes = np.empty(room, dtype=np.uint64)
        filled = 0
        for piece in pieces:
            filled += piece.fill(primes[filled:], stop)
        return primes[:filled]

    def first_primes(
        self, low: int, high: int, count: int, stop: Stop
    ) -> Sequence[int] | NDArray[np.uint64]:
        """Return the ``count`` least primes of [low, high], ascending; fewer if it has fewer.

        Returns:
            A uint64 array if all are below 2**64, else a tuple of Python integers.

        Raises:
            DomainError: low > high, or count < 0.
            CapacityError: the prediction exceeds 600 s of CPU time or 1 GiB of answer.
            DeadlineError: stopped.

        Cost: ``page_cost``; it depends on low and count, not on the width of the interval.
        """
        self._check_page(low, high, count)
        seconds = self.first_primes_cost(low, high, count) * POINT_SECONDS
        _check_seconds(seconds, f"{count} primes from {shown(low)} on")
        return self._pages.first(low, high, count, stop)

    def last_primes(
        self, low: int, high: int, count: int, stop: Stop
    ) -> Sequence[int] | NDArray[np.uint64]:
        """Return the ``count`` greatest primes of [low, high], ascending. See first_primes."""
        self._check_page(low, high, count)
        seconds = self.last_primes_cost(low, high, count) * POINT_SECONDS
        _check_seconds(seconds, f"{count} primes down from {shown(high)}")
        return self._pages.last(low, high, count, stop)

    def segments(self, low: int, high: int, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Return consecutive arrays that together hold the primes of [low, high], high < 2**64.

        Raises as ``list_primes``, but the answer may have any size. DeadlineError is raised while
        iterating, the others by the call. Memory: that of a call (see the class).
        """
        pieces = self._affordable(low, high, Task.LIST)
        return (array for piece in pieces for array in piece.arrays(stop))

    def count(self, low: int, high: int, stop: Stop) -> int:
        """Return how many primes lie in [low, high].

        Raises:
            DomainError: low > high.
            CapacityError: the prediction exceeds 600 s of CPU time.
            DeadlineError: stopped.

        Cost: ``count_cost``. Memory: that of a call (see the class); 140 MB if pi(10**15) is used.
        """
        check_interval(low, high)
        kept = self._kept.primes(low, high, stop) if low > self.small_primes.bound else None
        if kept is not None:
            self.strategies.add("kept", 0.0)
            return int(kept.size)
        by_difference = self._difference_seconds(low, high)
        if by_difference / POINT_SECONDS <= self.count_cost(low, high):
            counter = self._counter
            self.strategies.add("checkpoints", by_difference)
            return counter.prime_count(high, stop) - counter.prime_count(low - 1, stop)
        return sum(piece.count(stop) for piece in self._affordable(low, high, Task.COUNT))

    def sum(self, low: int, high: int, stop: Stop) -> int:
        """Return the exact sum of the primes in [low, high]; raises as ``count``."""
        return sum(piece.sum(stop) for piece in self._affordable(low, high, Task.SUM))

    def prime_count(self, x: int, stop: Stop) -> int:
        """Return pi(x), the number of primes <= x; 0 for x < 2.

        Raises:
            CapacityError: x > 10**15.
            DeadlineError: stopped.

        Cost: ``prime_count_cost``; milliseconds below the end of the checkpoints. Memory: 5 MB
        below that end, up to 140 MB above.
        """
        return self._counter.prime_count(x, stop)

    def nth_prime(self, n: int, stop: Stop) -> int:
        """Return the n-th prime; the first is 2.

        Raises:
            DomainError: n < 1.
            CapacityError: the n-th prime is probably above 10**15.
            DeadlineError: stopped.

        Cost: ``nth_prime_cost``. Memory: as for ``prime_count``.
        """
        return self._counter.nth_prime(n, stop)

    def list_cost(self, low: int, high: int) -> float:
        """Return the points predicted for ``list_primes``, and for all of ``segments``."""
        return self._interval_cost(low, high, Task.LIST)

    def count_cost(self, low: int, high: int) -> float:
        """Return the points predicted for ``count``."""
        by_difference = self._difference_seconds(low, high)
        if low > self.small_primes.bound and by_difference <= least_sieve_seconds(low, high):
            return by_difference / POINT_SECONDS
        return min(by_difference / POINT_SECONDS, self._interval_cost(low, high, Task.COUNT))

    def least_count_cost(self, low: int) -> float:
        """Return a lower bound, in points, of ``count_cost`` of all intervals that begin at low."""
        return 0.2 if low > self.small_primes.bound else 0.05

    def sum_cost(self, low: int, high: int) -> float:
        """Return the points predicted for ``sum``."""
        return self._interval_cost(low, high, Task.SUM)

    def page_cost(self, low: int, high: int, count: int) -> float:
        """Return the points predicted for a page from either end: the greater of both."""
        return max(
            self.first_primes_cost(low, high, count), self.last_primes_cost(low, high, count)
        )

    def first_primes_cost(self, low: int, high: int, count: int) -> float:
        """Return the points predicted for ``first_primes``."""
        # About twice the distance to the last prime of the page.
        reach = 2 * count * (math.log(max(low, 2) + 30 * count) + 2) + 200
        high = min(high, max(low, 2) + int(reach))
        return self._pages.seconds(low, high, count) / POINT_SECONDS

    def last_primes_cost(self, low: int, high: int, count: int) -> float:
        """Return the points predicted for ``last_primes``."""
        return self._pages.seconds(low, high, count) / POINT_SECONDS

    def prime_count_cost(self, x: int) -> float:
        """Return the points predicted for ``prime_count``."""
        return self._counter.seconds(x) / POINT_SECONDS

    def nth_prime_cost(self, n: int) -> float:
        """Return the points predicted for ``nth_prime``."""
        return self._counter.nth_prime_seconds(n) / POINT_SECONDS

    def _difference_seconds(self, low: int, high: int) -> float:
        """Return the predicted CPU time of pi(high) - pi(low - 1); infinite if out of reach."""
        if high > self._counter.most_x or high - low < _LEAST_DIFFERENCE:
            return math.inf
        return self._counter.seconds(low - 1) + self._counter.seconds(high)

    def _interval_cost(self, low: int, high: int, task: Task) -> float:
        if low > high:
            return 0.1
        pieces = self._planner.pieces(low, high, task)
        return (5e-6 + sum(piece.seconds for piece in pieces)) / POINT_SECONDS

    def _affordable(self, low: int, high: int, task: Task) -> Sequence[Piece]:
        check_interval(low, high)
        if task is Task.LIST and high >= 2**64:
            raise CapacityError(
                "primes are listed and examined up to 2^64 - 1: ask for a lower interval"
            )
        pieces = self._planner.pieces(low, high, task)
        what = f"the interval from low={shown(low)} to high={shown(high)}"
        _check_seconds(sum(piece.seconds for piece in pieces), what)
        for piece in pieces:
            self.strategies.add(piece.strategy, piece.seconds)
        return pieces

    def _check_page(self, low: int, high: int, count: int) -> None:
        check_interval(low, high)
        if count < 0:
            raise DomainError(f"count must be at least 0, got {shown(count)}")
        if count * 8 > MOST_ANSWER_BYTES:
            raise CapacityError(f"{shown(count)} primes do not fit {MOST_ANSWER_BYTES} bytes")


def _check_seconds(seconds: float, what: str) -> None:
    if seconds > MOST_SECONDS:
        raise CapacityError(
            f"{what} would take about {seconds:.3g} s of CPU time, the bound is {MOST_SECONDS:g} s"
        )
