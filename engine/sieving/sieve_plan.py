"""Plans how to find the primes of an interval: in pieces, each by the cheapest strategy."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.sieving.base_primes import BasePrimes
from engine.sieving.partial_sieve import CandidateSieve, sieve_bound
from engine.sieving.sieve import IntervalSieve
from engine.sieving.sieve_costs import (
    Task,
    candidate_seconds,
    growth_seconds,
    least_candidate_seconds,
    sieve_seconds,
    table_seconds,
)
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop

# Primes copied from the table at once.
_TABLE_BLOCK = 1 << 18
# For each modulus, the narrowest and the widest interval for which its wheel can be the fastest.
# By ``sieve_seconds``, for intervals below 2**54 and any task, these are: at most 6.5e7 (modulus
# 2), 2.1e6 to 6.9e8 (30), at least 6.2e7 (210), at least 1.1e9 (2310). The table adds a margin.
_WIDTHS: Mapping[int, tuple[float, float]] = MappingProxyType(
    {2: (0, 1e8), 30: (1e6, 1.4e9), 210: (3e7, math.inf), 2310: (5e8, math.inf)}
)
# How many plans are cached; each takes about 1 KB.
_KEPT_PLANS = 512


class Piece(Protocol):
    """The primes of one part of an interval, found by one strategy."""

    @property
    def strategy(self) -> str:
        """The name of the strategy in ``StrategyCounters``."""

    @property
    def seconds(self) -> float:
        """Predicted CPU time of the task the piece was planned for."""
        ...

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        ...

    def sum(self, stop: Stop) -> int:
        """Return the exact sum of the primes."""
        ...

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield the primes, ascending, in arrays of bounded size; they are below 2**64."""
        ...

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write the primes, ascending, to the front of an array; return how many there are."""
        ...


class TablePiece:
    """Primes copied from the table of small primes."""

    strategy = "table"

    def __init__(self, primes: NDArray[np.uint32], task: Task) -> None:
        self._primes = primes
        self.seconds = table_seconds(primes.size, task)

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return int(self._primes.size)

    def sum(self, stop: Stop) -> int:
        """Return the exact sum of the primes: 2**31 primes below 2**31 cannot overflow."""
        stop.check()
        return int(self._primes.sum(dtype=np.uint64))

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield copies of parts of the table."""
        for begin in range(0, self._primes.size, _TABLE_BLOCK):
            stop.check()
            yield self._primes[begin : begin + _TABLE_BLOCK].astype(np.uint64)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Copy the primes; return how many there are."""
        for begin in range(0, self._primes.size, _TABLE_BLOCK):
            stop.check()
            part = self._primes[begin : begin + _TABLE_BLOCK]
            primes[begin : begin + part.size] = part
        return int(self._primes.size)


class _IntervalPiece:
    """Primes of [low, high] found with a wheel and base primes."""

    def __init__(self, wheel: Wheel, base: BasePrimes, low: int, high: int, seconds: float) -> None:
        self._wheel = wheel
        self._base = base
        self._low = low
        self._high = high
        self.seconds = seconds


class SievedPiece(_IntervalPiece):
    """Primes found by sieving with every base prime."""

    strategy = "sieve"

    def _sieve(self, stop: Stop) -> IntervalSieve:
        primes = self._base.up_to(math.isqrt(self._high), stop)
        return IntervalSieve(self._wheel, primes, self._low, self._high)

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return self._sieve(stop).count(stop)

    def sum(self, stop: Stop) -> int:
        """Return the exact sum of the primes."""
        return self._sieve(stop).sum(stop)

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield the primes segment by segment."""
        return self._sieve(stop).arrays(stop)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write the primes segment by segment; return how many there are."""
        return self._sieve(stop).fill(primes, stop)


class CandidatePiece(_IntervalPiece):
    """Primes found by a partial sieve and a test of what it leaves."""

    strategy = "candidates"

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return sum(len(primes) for primes in self._lists(stop))

    def sum(self, stop: Stop) -> int:
        """Return the exact sum of the primes."""
        return sum(sum(primes) for primes in self._lists(stop))

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield the primes window by window."""
        return self._sieve(stop).arrays(self._low, self._high, stop)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write the primes window by window; return how many there are."""
        filled = 0
        for found in self.arrays(stop):
            primes[filled : filled + found.size] = found
            filled += found.size
        return filled

    def _lists(self, stop: Stop) -> Iterator[list[int]]:
        return self._sieve(stop).primes(self._low, self._high, stop)

    def _sieve(self, stop: Stop) -> CandidateSieve:
        width = self._high - self._low + 1
        bound = sieve_bound(self._low, width, self._base.covered)
        return CandidateSieve(self._wheel, self._base.up_to(bound, stop), width)


class Planner:
    """Chooses the pieces of an interval by their predicted cost.

    Args:
        small_primes: The table, used for integers up to its bound.
        base: The base primes, used above that bound.
        wheels: The first has modulus 2.
    """

    def __init__(
        self, small_primes: SmallPrimes, base: BasePrimes, wheels: Sequence[Wheel]
    ) -> None:
        self._small_primes = small_primes
        self._base = base
        self._wheels = wheels
        # One query needs the same plan three times: for its price, its check and its answer.
        self._planned = lru_cache(_KEPT_PLANS)(self._pieces)

    def pieces(self, low: int, high: int, task: Task) -> Sequence[Piece]:
        """Return adjacent pieces that cover [low, high]; none if it holds no integer above 1.

        Cost: 5 to 10 us for a new plan, 1 us for a cached one.
        """
        return self._planned(low, high, task, self._base.covered)

    def _pieces(self, low: int, high: int, task: Task, _covered: int) -> Sequence[Piece]:
        """Return the pieces; ``_covered`` makes a cached plan expire when the base primes grow."""
        pieces: list[Piece] = []
        low = max(low, 2)
        small = self._small_primes
        if low <= min(high, small.bound):
            begin, end = small.rank(low - 1), small.rank(min(high, small.bound))
            pieces.append(TablePiece(small.primes[begin:end], task))
            low = small.bound + 1
        while low <= high:
            # Base primes must lie below the interval.
            last = min(high, low * low - 1)
            pieces.append(self._cheapest(low, last, task))
            low = last + 1
        return tuple(pieces)

    def _cheapest(self, low: int, high: int, task: Task) -> Piece:
        """Return a full sieve of the interval, or a partial sieve with tests if that is cheaper."""
        root = math.isqrt(high)
        if root > self._base.most:
            return self._tested(low, high)
        growth = growth_seconds(self._base.covered, root)
        tested = self._tested(low, high) if growth else None
        if tested and tested.seconds <= growth:
            return tested
        wheels = [wheel for wheel in self._wheels if _is_promising(wheel, high - low)]
        seconds, number = min(
            (found, number) for number, found in enumerate(sieve_seconds(wheels, low, high, task))
        )
        seconds += growth
        if tested is None and seconds >= least_candidate_seconds(low, high):
            tested = self._tested(low, high)
        if tested and tested.seconds <= seconds:
            return tested
        return SievedPiece(wheels[number], self._base, low, high, seconds)

    def _tested(self, low: int, high: int) -> CandidatePiece:
        """Return a partial sieve of the interval, with primality tests of what is left."""
        seconds = candidate_seconds(low, high, self._base.covered)
        return CandidatePiece(self._wheels[0], self._base, low, high, seconds)


def _is_promising(wheel: Wheel, width: int) -> bool:
    """Return whether a wheel can be the fastest for a width. Each wheel skipped saves 2 us."""
    narrowest, widest = _WIDTHS.get(wheel.modulus, (0, math.inf))
    return narrowest <= width <= widest
