"""Kernels that sieve one segment: the rows of a wheel, with the multiples of primes struck."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.stop import Stop
from engine.wheel import Wheel

# Primes handled between two looks at the stop flag; a block of 4-byte starts stays in the cache.
PRIME_BLOCK = 1 << 16
# A prime that strikes a row at least this often gets a slice of its own (170 ns for the call);
# the others are marked together by index (about 1.7 ns a mark). Chosen by benchmarks/bench_ranges.
SLICE_MARKS = 250
_ZERO = np.zeros(1, dtype=np.bool_)


def residues_modulo(n: int, primes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return n modulo each prime, for n >= 0 of any size; shape as ``primes``.

    Below 2**53 the quotient of two floats, rounded down, is exact: n / p is at least 1 / p away
    from the next integer, and n < 2**53 keeps the rounding error below that. Above 2**64 the
    remainder runs through the 32-bit limbs of n, most significant first.

    Cost: about 1 ns a prime below 2**53, 2 ns below 2**64, 2.5 ns a limb above.
    """
    if n < 2**53:
        divisors = primes.astype(np.float64)
        quotient = np.floor(n / divisors)
        quotient *= divisors
        return (n - quotient).astype(np.uint32)
    wide = primes.astype(np.uint64)
    if n < 2**64:
        return (np.uint64(n) % wide).astype(np.uint32)
    remainder = np.zeros_like(wide)
    for shift in range((n.bit_length() - 1) // 32 * 32, -1, -32):
        remainder <<= np.uint64(32)
        remainder |= np.uint64((n >> shift) & 0xFFFFFFFF)
        remainder %= wide
    return remainder.astype(np.uint32)


class WheelSieve:
    """Sieves rows of a wheel over segments of at most ``size`` elements a row.

    Args:
        wheel: Which rows.
        base_primes: Every prime up to some bound below 2**31, ascending; shape (k,). Those that the
            wheel or its pattern strikes already are left out here.
        size: Most elements of a row, >= 1.

    Memory: 2 * size bytes for the row, 4 bytes a base prime for each distinct gap of the wheel,
    and 16 bytes a base prime beside.
    """

    def __init__(self, wheel: Wheel, base_primes: NDArray[np.uint32], size: int) -> None:
        """Prepare what all segments share. Cost: about 4 ns a base prime."""
        self._wheel = wheel
        self._size = size
        skipped = int(np.searchsorted(base_primes, np.uint32(wheel.largest_struck), side="right"))
        self._primes = base_primes[skipped:]
        self._inverses = wheel.inverses(self._primes)
        self._steps = self._steps_by_gap(self._inverses)
        bulk_from = np.uint32(max(size // SLICE_MARKS, 1))
        self._bulk_start = int(np.searchsorted(self._primes, bulk_from, side="right"))
        large_from = np.uint32(min(size, 2**31))
        self._large_start = int(np.searchsorted(self._primes, large_from, side="right"))
        self._sliced = self._primes[: self._bulk_start].tolist()
        bulk = self._primes[self._bulk_start : self._large_start]
        self._bulk_steps = bulk.astype(np.intp)
        rounds = size // int(bulk[0]) if bulk.size else 0
        # Only primes below size / j can strike a row j times after their first.
        bounds = np.array([size // j for j in range(1, rounds + 1)], dtype=np.uint32)
        self._bulk_rounds = np.searchsorted(bulk, bounds, side="right").tolist()

    def _steps_by_gap(self, inverses: NDArray[np.uint32]) -> dict[int, NDArray[np.uint32]]:
        steps: dict[int, NDArray[np.uint32]] = {}
        if not self._wheel.gaps:
            return steps
        double = inverses.copy()
        scratch = np.empty_like(double)
        negated = self._primes - inverses
        _retreat(double, negated, self._primes, scratch)
        current = double.copy()
        negated = self._primes - double
        for gap in range(2, max(self._wheel.gaps) + 1, 2):
            if gap in self._wheel.gaps:
                steps[gap] = current.copy()
            _retreat(current, negated, self._primes, scratch)
        return steps

    def rows(self, first: int, size: int, stop: Stop) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield (residue, mask) for each row, ascending by residue.

        Args:
            first: ``mask[i]`` stands for modulus * (first + i) + residue. Its least value must be
                above every base prime and above 30: a prime would strike itself.
            size: Elements of a row in this segment, at most the size given at the start.
            stop: Looked at for every row and every block of base primes.

        Yields:
            Masks of shape (size,), True where no base prime divides the value. Each is a view of
            one buffer, overwritten by the next.
        """
        buffer = np.empty(2 * self._size + 8, dtype=np.bool_)
        starts = self._first_starts(first)
        scratch = np.empty(PRIME_BLOCK, dtype=np.uint32)
        for place, residue in enumerate(self._wheel.residues):
            if place:
                step = self._steps[self._wheel.gaps[place - 1]]
                for block in self._blocks(starts.size, stop):
                    _retreat(starts[block], step[block], self._primes[block], scratch)
            self._fill(buffer, residue, first, size)
            self._strike(buffer, starts, size, stop)
            yield residue, buffer[:size]

    def _first_starts(self, first: int) -> NDArray[np.uint32]:
        """Return for residue 1 the least k >= 0 with p | modulus * (first + k) + 1."""
        starts = self._primes - residues_modulo(first, self._primes)
        # Now in [1, p]; the inverse is at least 1, so the difference is in [1 - p, p - 1].
        _retreat(starts, self._inverses, self._primes, np.empty_like(starts))
        return starts

    @staticmethod
    def _blocks(count: int, stop: Stop) -> Iterator[slice]:
        for begin in range(0, count, PRIME_BLOCK):
            stop.check()
            yield slice(begin, begin + PRIME_BLOCK)

    def _fill(self, buffer: NDArray[np.bool_], residue: int, first: int, size: int) -> None:
        pattern, period = self._wheel.pattern, self._wheel.period
        start = self._wheel.pattern_start(residue, first)
        filled = min(period, size)
        buffer[:filled] = pattern[start : start + filled]
        while filled < size:
            more = min(filled, size - filled)
            buffer[filled : filled + more] = buffer[:more]
            filled += more

    def _strike(
        self, buffer: NDArray[np.bool_], starts: NDArray[np.uint32], size: int, stop: Stop
    ) -> None:
        stop.check()
        row = buffer[:size]
        for p, start in zip(self._sliced, starts[: self._bulk_start].tolist(), strict=True):
            row[start::p] = _ZERO
        index = starts[self._bulk_start : self._large_start].astype(np.intp)
        buffer[index] = False
        for count in self._bulk_rounds:
            index = index[:count]
            index += self._bulk_steps[:count]
            buffer[index] = False
        # A prime above the size strikes once or never: never is sent to the spare cell.
        spare = np.uint32(self._size)
        large = starts[self._large_start :]
        for block in self._blocks(large.size, stop):
            buffer[np.minimum(large[block], spare).astype(np.intp)] = False


def _retreat(
    starts: NDArray[np.uint32],
    step: NDArray[np.uint32],
    primes: NDArray[np.uint32],
    scratch: NDArray[np.uint32],
) -> None:
    """Set starts to (starts - step) modulo primes, in place; primes are below 2**31.

    A difference below zero wraps to above 2**31 and adding p brings it back: the least of both is
    the one in [0, p).
    """
    np.subtract(starts, step, out=starts)
    wrapped = np.add(starts, primes, out=scratch[: starts.size])
    np.minimum(starts, wrapped, out=starts)
