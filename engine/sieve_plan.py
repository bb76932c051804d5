"""How to get the primes of an interval: cut it into pieces, each done in the cheapest way."""

import math
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.base_primes import BasePrimes
from engine.range_costs import (
    Task,
    candidate_seconds,
    growth_seconds,
    sieve_seconds,
    table_seconds,
)
from engine.sieve import IntervalSieve
from engine.sieve_candidates import CandidateSieve, sieve_bound
from engine.small_primes import SmallPrimes
from engine.stop import Stop
from engine.wheel import Wheel

# Primes copied from the table at once.
_TABLE_BLOCK = 1 << 18
# Widths and lengths of rows by which no other wheel is ever cheaper, with some to spare.
_WIDEST_SINGLE_ROW = 10**8
_SHORTEST_ROW = 10**4


class Piece(Protocol):
    """The primes of one part of an interval, found in one way."""

    @property
    def way(self) -> str:
        """Its name in ``Ways``."""

    @property
    def seconds(self) -> float:
        """Predicted CPU time of the task the piece was planned for."""
        ...

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        ...

    def sum(self, stop: Stop) -> int:
        """Return their exact sum."""
        ...

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield them ascending, in arrays of bounded size; they are below 2**64."""
        ...

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write them ascending to the front of an array with room; return how many there are."""
        ...


class TablePiece:
    """Primes copied from the table of small primes."""

    way = "table"

    def __init__(self, primes: NDArray[np.uint32], task: Task) -> None:
        """Hold a slice of the table."""
        self._primes = primes
        self.seconds = table_seconds(primes.size, task)

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return int(self._primes.size)

    def sum(self, stop: Stop) -> int:
        """Return their exact sum: 2**31 primes below 2**31 can not overflow."""
        stop.check()
        return int(self._primes.sum(dtype=np.uint64))

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield copies of parts of the slice."""
        for begin in range(0, self._primes.size, _TABLE_BLOCK):
            stop.check()
            yield self._primes[begin : begin + _TABLE_BLOCK].astype(np.uint64)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Copy the slice."""
        for begin in range(0, self._primes.size, _TABLE_BLOCK):
            stop.check()
            part = self._primes[begin : begin + _TABLE_BLOCK]
            primes[begin : begin + part.size] = part
        return int(self._primes.size)


class SievedPiece:
    """Primes found by sieving with every base prime."""

    way = "sieve"

    def __init__(self, wheel: Wheel, base: BasePrimes, low: int, high: int, seconds: float) -> None:
        """Note what to sieve; base primes are only grown when asked for an answer."""
        self._wheel = wheel
        self._base = base
        self._low = low
        self._high = high
        self.seconds = seconds

    def _sieve(self, stop: Stop) -> IntervalSieve:
        primes = self._base.up_to(math.isqrt(self._high), stop)
        return IntervalSieve(self._wheel, primes, self._low, self._high)

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return self._sieve(stop).count(stop)

    def sum(self, stop: Stop) -> int:
        """Return their exact sum."""
        return self._sieve(stop).sum(stop)

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield them segment by segment."""
        return self._sieve(stop).arrays(stop)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write them segment by segment."""
        return self._sieve(stop).fill(primes, stop)


class CandidatePiece:
    """Primes found by a partial sieve and a test of what it leaves."""

    way = "candidates"

    def __init__(self, wheel: Wheel, base: BasePrimes, low: int, high: int, seconds: float) -> None:
        """Note what to sieve and test."""
        self._wheel = wheel
        self._base = base
        self._low = low
        self._high = high
        self.seconds = seconds

    def count(self, stop: Stop) -> int:
        """Return how many primes there are."""
        return sum(len(primes) for primes in self._lists(stop))

    def sum(self, stop: Stop) -> int:
        """Return their exact sum."""
        return sum(sum(primes) for primes in self._lists(stop))

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield them window by window."""
        return self._sieve(stop).arrays(self._low, self._high, stop)

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write them window by window."""
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
        small_primes: The table for what lies within its bound.
        base: Base primes for everything else.
        wheels: The first has modulus 2.
    """

    def __init__(
        self, small_primes: SmallPrimes, base: BasePrimes, wheels: Sequence[Wheel]
    ) -> None:
        """Hold the shared tables."""
        self._small_primes = small_primes
        self._base = base
        self._wheels = wheels

    def pieces(self, low: int, high: int, task: Task) -> list[Piece]:
        """Return adjacent pieces that cover [low, high], for any low and high; maybe none.

        Cost: about 20 us.
        """
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
        return pieces

    def _cheapest(self, low: int, high: int, task: Task) -> Piece:
        tested = candidate_seconds(low, high, self._base.covered)
        root = math.isqrt(high)
        if root <= self._base.most:
            growth = growth_seconds(self._base.covered, root)
            priced = {
                sieve_seconds(wheel, low, high, task): wheel
                for wheel in self._wheels
                if _is_promising(wheel, high - low)
            }
            seconds = min(priced)
            if seconds + growth < tested:
                return SievedPiece(priced[seconds], self._base, low, high, seconds + growth)
        return CandidatePiece(self._wheels[0], self._base, low, high, tested)


def _is_promising(wheel: Wheel, width: int) -> bool:
    """Whether a wheel can be the best for a width; saves 5 us for each one left out.

    Short rows never pay, nor does one row of the odd integers for a wide interval.
    """
    if wheel.modulus == 2:
        return width < _WIDEST_SINGLE_ROW
    return width >= wheel.modulus * _SHORTEST_ROW
