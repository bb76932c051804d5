"""Finds the first or last primes of an interval, at a cost that depends on their number only."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.argument_checks import shown
from engine.errors import DomainError
from engine.flint_calls import WORD_END
from engine.sieving.base_primes import BasePrimes
from engine.sieving.partial_sieve import (
    CandidateSieve,
    next_primes,
    previous_primes,
    select_primes,
    sieve_bound,
)
from engine.sieving.segment_cache import SegmentCache
from engine.sieving.sieve_costs import (
    Task,
    candidate_seconds,
    page_width,
    step_seconds,
    stepping_is_cheaper,
)
from engine.sieving.sieve_plan import Planner
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop

Primes = Sequence[int] | NDArray[np.uint64]
_Part = Sequence[int] | NDArray[np.unsignedinteger[Any]]
_FEW_PRIMES = 100


class PageFinder:
    """Finds primes from one end of an interval, window by window, until there are enough.

    No window crosses 2**64, because another algorithm lists the primes above it.

    Args:
        small_primes: The table, used up to its bound.
        base: The base primes of the windows.
        planner: Lists windows below 2**64.
        wheel: The wheel of modulus 2.
        kept: The segment cache; a window is cut out of cached segments if it has them.
    """

    def __init__(
        self,
        small_primes: SmallPrimes,
        base: BasePrimes,
        planner: Planner,
        wheel: Wheel,
        kept: SegmentCache,
    ) -> None:
        self._kept = kept
        self._small_primes = small_primes
        self._base = base
        self._planner = planner
        self._wheel = wheel

    def seconds(self, low: int, high: int, count: int) -> float:
        """Return the predicted CPU time of finding ``count`` primes at the upper end."""
        low = max(low, 2)
        if low > high or count < 1:
            return 5e-6
        if high <= self._small_primes.bound:
            return 10e-6 + min(count, high - low) * 1e-9
        if stepping_is_cheaper(high, count):
            return 20e-6 + count * step_seconds(high.bit_length())
        width = page_width(high, count)
        if high <= low + width:
            return 20e-6 + self._window_seconds(low, high, count)
        windows = math.ceil(count * math.log(high) / width)
        return 20e-6 + windows * self._window_seconds(high - width + 1, high, count)

    def first(self, low: int, high: int, count: int, stop: Stop) -> Primes:
        """Return the ``count`` least primes of [low, high], ascending; fewer if it has fewer.

        Raises:
            DomainError: count is below 0.
            DeadlineError: stopped.
        """
        _check_count(count)
        parts: list[_Part] = []
        low = max(low, 2)
        if low <= min(high, self._small_primes.bound):
            rank = self._small_primes.rank
            begin, end = rank(low - 1), rank(min(high, self._small_primes.bound))
            parts.append(self._small_primes.primes[begin : min(end, begin + count)])
            count -= len(parts[-1])
            low = self._small_primes.bound + 1
        while count > 0 and low <= high:
            last = min(high, low + page_width(low, count) - 1)
            if low < WORD_END:
                last = min(last, WORD_END - 1)
            window: Primes | None = self._kept.primes(low, last, stop)
            if window is None and stepping_is_cheaper(low, count):
                parts.append(next_primes(low, high, count, stop))
                break
            if window is None:
                window = self._window(low, last, count, stop)
            parts.append(window[:count])
            count -= len(parts[-1])
            low = last + 1
        return joined(parts)

    def last(self, low: int, high: int, count: int, stop: Stop) -> Primes:
        """Return the ``count`` greatest primes of [low, high], ascending; raises as ``first``."""
        _check_count(count)
        parts: list[_Part] = []
        low = max(low, 2)
        bound = self._small_primes.bound
        while count > 0 and high >= max(low, bound + 1):
            bottom = max(low, bound + 1)
            first = max(bottom, high - page_width(high, count) + 1)
            if high >= WORD_END:
                first = max(first, min(high, WORD_END))
            window: Primes | None = self._kept.primes(first, high, stop)
            if window is None and stepping_is_cheaper(high, count):
                parts.append(previous_primes(bottom, high, count, stop))
                high = bottom - 1 if len(parts[-1]) < count else low - 1
            else:
                if window is None:
                    window = self._window(first, high, -count, stop)
                parts.append(window[-count:])
                high = first - 1
            count -= len(parts[-1])
        if count > 0 and low <= high:
            begin, end = self._small_primes.rank(low - 1), self._small_primes.rank(high)
            parts.append(self._small_primes.primes[max(begin, end - count) : end])
        return joined(parts[::-1])

    def _window_seconds(self, low: int, high: int, count: int) -> float:
        if self._is_listed(high, count):
            return sum(piece.seconds for piece in self._planner.pieces(low, high, Task.LIST))
        return candidate_seconds(low, high, self._base.covered, count)

    @staticmethod
    def _is_listed(high: int, count: int) -> bool:
        """Return whether to list a whole window; for few primes, testing candidates ends early."""
        return high < WORD_END and count > _FEW_PRIMES

    def _window(self, low: int, high: int, count: int, stop: Stop) -> Primes:
        """Return primes from the lower end of a window, or from its upper end if count < 0.

        They are consecutive and ascending. There are at least abs(count) of them, unless the window
        has fewer primes.

        Raises:
            DomainError: The window is empty, or crosses 2**64; or count is 0.
        """
        if not 2 <= low <= high or low < WORD_END <= high or count == 0:
            raise DomainError(
                "need 2 <= low <= high on one side of 2^64, and count != 0,"
                f" got low={shown(low)}, high={shown(high)}, count={count}"
            )
        if self._is_listed(high, abs(count)):
            pieces = self._planner.pieces(low, high, Task.LIST)
            return np.concatenate([array for piece in pieces for array in piece.arrays(stop)])
        width = high - low + 1
        bound = sieve_bound(low, width, self._base.covered)
        sieve = CandidateSieve(self._wheel, self._base.up_to(bound, stop), width)
        candidates = sieve.candidates(low, high, stop)
        if count < 0:
            candidates.reverse()
        chosen: list[int] = []
        while candidates and len(chosen) < abs(count):
            # One of about ln(low) / (1.8 * ln(bound)) candidates is prime.
            ahead = 1 + int((abs(count) - len(chosen)) * math.log(low) / math.log(bound) / 1.8)
            chosen += select_primes(candidates[:ahead], stop)
            candidates = candidates[ahead:]
        return chosen if count > 0 else chosen[::-1]


def _check_count(count: int) -> None:
    """Raise DomainError if the number of primes is negative."""
    if count < 0:
        raise DomainError(f"count must be at least 0, got {shown(count)}")


def joined(parts: Sequence[_Part]) -> Primes:
    """Join ascending parts: into a uint64 array if every prime is below 2**64, else into a tuple.

    >>> joined([[2, 3], [5]]).tolist()
    [2, 3, 5]
    """
    filled = [part for part in parts if len(part)]
    if filled and int(filled[-1][-1]) >= WORD_END:
        return tuple(int(p) for part in filled for p in part)
    if not filled:
        return np.empty(0, dtype=np.uint64)
    return np.concatenate([np.asarray(part, dtype=np.uint64) for part in filled])
