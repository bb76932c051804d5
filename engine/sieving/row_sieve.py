"""Kernels that sieve one segment: they strike the multiples of base primes in each row of a wheel.

The docstring of ``engine.sieving`` draws rows, residues and bits.
"""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.sieving.wheel import Wheel
from engine.stop import Stop

# Primes handled between two checks of the stop flag (0.2 ms); their arrays stay in the cache.
PRIME_BLOCK = 1 << 16
# Primes struck together in rounds; their indices and the row share the cache.
BULK_PRIMES = 1 << 15
# A prime that strikes a row at least this often uses one slice (170 ns for the call). The others
# strike together by index (about 1.3 ns a strike). Chosen by benchmarks/bench_ranges.
SLICE_MARKS = 100
# Bits of a limb: remainder * 2**22 + limb stays below 2**53.
_LIMB_BITS = 22
# Assigned to slices and through indices: a Python 0 costs 100 ns more for each assignment.
_ZERO = np.zeros(1, dtype=np.uint8)
_ZERO_SCALAR = np.zeros((), dtype=np.uint8)


def residues_modulo(n: int, primes: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return n modulo each prime below 2**31, for n >= 0 of any size; shape as ``primes``.

    For m < 2**53 the float quotient m / p, rounded down, is exact: unless p divides m, m / p is at
    least 1 / p away from every integer, which is more than the rounding error. A longer n is
    reduced limb by limb, most significant first: a head of up to 53 bits, then limbs of 22 bits.

    Cost: about 0.8 ns a prime, 0.9 ns more for each limb beyond the first.

    >>> residues_modulo(10**20, np.array([3, 7], dtype=np.uint32)).tolist()
    [1, 2]
    """
    divisors = primes.astype(np.float64)
    limbs = max(-(-(n.bit_length() - 53) // _LIMB_BITS), 0)
    head = float(n >> (limbs * _LIMB_BITS))
    remainder = np.divide(head, divisors)
    np.floor(remainder, out=remainder)
    remainder *= divisors
    np.subtract(head, remainder, out=remainder)
    quotient = np.empty_like(divisors) if limbs else divisors
    for place in range(limbs - 1, -1, -1):
        remainder *= float(1 << _LIMB_BITS)
        remainder += float((n >> (place * _LIMB_BITS)) & ((1 << _LIMB_BITS) - 1))
        np.divide(remainder, divisors, out=quotient)
        np.floor(quotient, out=quotient)
        quotient *= divisors
        remainder -= quotient
    # Numpy converts floats to int32 four at a time, but not to uint32.
    return remainder.astype(np.int32).view(np.uint32)


def places_of(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return the indices of True, ascending.

    If at most a tenth of the mask is True, numpy's loop branches on every byte and mispredicts
    often; above a tenth it does not branch. So a sparse mask is extended by a ninth of its length,
    all True, and the extra indices are cut off.

    Cost: about 0.55 ns an element.

    >>> places_of(np.array([False, True, True])).tolist()
    [1, 2]
    """
    found = int(np.count_nonzero(mask))
    if 10 * found > mask.size or 1000 * found < mask.size:
        return np.flatnonzero(mask)
    longer = np.ones(mask.size + mask.size // 9 + 1, dtype=np.bool_)
    longer[: mask.size] = mask
    return np.flatnonzero(longer)[:found]


class _Strike(Protocol):
    """Strikes the multiples of some primes in one row."""

    def __call__(self, buffer: NDArray[np.uint8], starts: NDArray[np.uint32], size: int) -> None:
        """Clear ``buffer[start + j * p]`` for indices below ``size``; the rest is scratch space."""
        ...


class _SliceStrike:
    """For primes that strike a row often: one slice for each prime."""

    def __init__(self, primes: NDArray[np.uint32]) -> None:
        self._primes = primes.tolist()

    def __call__(self, buffer: NDArray[np.uint8], starts: NDArray[np.uint32], size: int) -> None:
        row = buffer[:size]
        for p, start in zip(self._primes, starts.tolist(), strict=True):
            row[start::p] = _ZERO


class _BulkStrike:
    """For primes up to the length of a row: first the first multiple of each, then the second."""

    def __init__(self, primes: NDArray[np.uint32], size: int) -> None:
        self._steps = primes.astype(np.intp)
        rounds = np.arange(1, size // int(primes[0]) + 1)
        # Only primes up to size / j can strike a row j times after their first.
        self._counts = np.searchsorted(self._steps, size // rounds, side="right").tolist()

    def __call__(self, buffer: NDArray[np.uint8], starts: NDArray[np.uint32], size: int) -> None:
        index = starts.astype(np.intp)
        buffer[index] = _ZERO_SCALAR
        for count in self._counts:
            index = index[:count]
            index += self._steps[:count]
            buffer[index] = _ZERO_SCALAR


class _SparseStrike:
    """For primes greater than the length of a row: each strikes at most once."""

    def __init__(self, size: int) -> None:
        # A prime that does not strike the row writes to a spare cell behind it. np.minimum of an
        # array and a number is five times slower than of two arrays.
        self._spare = np.full(PRIME_BLOCK, size, dtype=np.uint32)

    def __call__(self, buffer: NDArray[np.uint8], starts: NDArray[np.uint32], size: int) -> None:
        buffer[np.minimum(starts, self._spare[: starts.size]).astype(np.intp)] = _ZERO_SCALAR


class _PrimeBlock:
    """Adjacent base primes of one kind of strike, with the steps from row to row."""

    def __init__(
        self,
        wheel: Wheel,
        primes: NDArray[np.uint32],
        strike: _Strike,
        scratch: NDArray[np.uint32],
    ) -> None:
        self.strike = strike
        self._primes = primes
        self._inverses = wheel.inverses(primes)
        self._scratch = scratch[: primes.size]
        self._steps = _multiples(self._inverses, primes, wheel.gaps)

    def starts(self, first: int) -> NDArray[np.uint32]:
        """Return for each prime p the least k >= 0 for which p divides modulus * (first + k) + 1.

        These are the starts in the row of residue 1.
        """
        # In [1, p]; the inverse is at least 1, so the difference is in [1 - p, p - 1].
        starts = self._primes - residues_modulo(first, self._primes)
        _retreat(starts, self._inverses, self._primes, self._scratch)
        return starts

    def advance(self, starts: NDArray[np.uint32], gap: int) -> None:
        """Change the starts, in place, to those of the next row; its residue is greater by gap."""
        _retreat(starts, self._steps[gap], self._primes, self._scratch)


class WheelSieve:
    """Sieves the rows of a wheel over segments of at most ``size`` elements. Not thread-safe.

    Args:
        wheel: The wheel whose rows are sieved.
        base_primes: Every prime up to some bound below 2**31, ascending; shape (k,).
        size: Most elements of a row, 1 <= size < 2**31.
        struck: Base primes up to this one are left to the caller. Primes that divide the modulus
            or that the wheel's pattern strikes are always left out.

    Memory: 2 * size bytes for the row; 8 bytes a base prime; and 4 bytes a base prime for each
    distinct gap of the wheel (0 gaps for modulus 2, 3 for 30, 5 for 210).
    """

    def __init__(
        self, wheel: Wheel, base_primes: NDArray[np.uint32], size: int, struck: int = 0
    ) -> None:
        self._wheel = wheel
        self._size = size
        struck = max(struck, wheel.largest_struck)
        skipped = int(np.searchsorted(base_primes, np.uint32(struck), side="right"))
        self._primes = base_primes[skipped:]
        self._blocks: list[_PrimeBlock] = []

    def rows(self, first: int, size: int, stop: Stop) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield (residue, mask) for each row, ascending by residue.

        Args:
            first: ``mask[i]`` stands for modulus * (first + i) + residue; first >= 0. If these
                values include a base prime or a presieved prime, it is struck too.
            size: Elements of a row in this segment, at most the size given to the constructor.
            stop: Checked for every row and every block of base primes.

        Raises:
            DomainError: ``first`` or ``size`` is outside these bounds.

        Yields:
            Masks of shape (size,), True where no base prime divides the value. Each is a view of
            one buffer, overwritten by the next.

        Cost: about 1 ns an element; 1 ns a base prime for each row; 6 ns a base prime for the
        first segment.
        """
        for residue, row in self._sieved(first, size, (0,), stop):
            yield residue, row.view(np.bool_)

    def bit_rows(
        self, first: int, size: int, stop: Stop
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        """Yield rows as ``rows`` does, but with bit i % 8 set instead of bit 0 in the i-th row.

        The bitwise OR of eight such rows is one packed row.
        """
        return self._sieved(first, size, tuple(range(8)), stop)

    def _sieved(
        self, first: int, size: int, bits: tuple[int, ...], stop: Stop
    ) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        if first < 0 or not 1 <= size <= self._size:
            raise DomainError(
                f"need first >= 0 and 1 <= size <= {self._size}, got first={first}, size={size}"
            )
        buffer = np.empty(2 * self._size + 8, dtype=np.uint8)
        starts: list[NDArray[np.uint32]] = []
        for place, residue in enumerate(self._wheel.residues):
            stop.check()
            self._fill(buffer[:size], residue, first, bits[place % len(bits)])
            for number, block in enumerate(self._prepared(stop)):
                stop.check()
                if place:
                    block.advance(starts[number], self._wheel.gaps[place - 1])
                else:
                    starts.append(block.starts(first))
                block.strike(buffer, starts[number], size)
            yield residue, buffer[:size]

    def _prepared(self, stop: Stop) -> list[_PrimeBlock]:
        if not self._blocks:
            blocks = []
            for block in self._cut_blocks():
                stop.check()
                blocks.append(block)
            self._blocks = blocks
        return self._blocks

    def _cut_blocks(self) -> Iterator[_PrimeBlock]:
        bounds = np.array([self._size // SLICE_MARKS, self._size], dtype=np.uint32)
        bulk, sparse = np.searchsorted(self._primes, bounds, side="right").tolist()
        scratch = np.empty(PRIME_BLOCK, dtype=np.uint32)
        if bulk:
            primes = self._primes[:bulk]
            yield _PrimeBlock(self._wheel, primes, _SliceStrike(primes), scratch)
        for begin in range(bulk, sparse, BULK_PRIMES):
            primes = self._primes[begin : min(begin + BULK_PRIMES, sparse)]
            yield _PrimeBlock(self._wheel, primes, _BulkStrike(primes, self._size), scratch)
        sparse_strike = _SparseStrike(self._size)
        for begin in range(sparse, self._primes.size, PRIME_BLOCK):
            primes = self._primes[begin : begin + PRIME_BLOCK]
            yield _PrimeBlock(self._wheel, primes, sparse_strike, scratch)

    def _fill(self, row: NDArray[np.uint8], residue: int, first: int, bit: int) -> None:
        """Fill a row with the pattern of the presieved primes, shifted to the bit."""
        start = self._wheel.pattern_start(residue, first)
        filled = min(self._wheel.period, row.size)
        pattern = self._wheel.pattern[start : start + filled].view(np.uint8)
        np.left_shift(pattern, np.uint8(bit), out=row[:filled])
        while filled < row.size:
            more = min(filled, row.size - filled)
            row[filled : filled + more] = row[:more]
            filled += more


def _multiples(
    inverses: NDArray[np.uint32], primes: NDArray[np.uint32], gaps: tuple[int, ...]
) -> dict[int, NDArray[np.uint32]]:
    """Return, by gap, the arrays gap * inverse modulo each prime; the gaps are even."""
    multiples: dict[int, NDArray[np.uint32]] = {}
    if not gaps:
        return multiples
    scratch = np.empty_like(primes)
    double = inverses.copy()
    _retreat(double, primes - inverses, primes, scratch)
    current, negated = double.copy(), primes - double
    for gap in range(2, max(gaps) + 1, 2):
        multiples[gap] = current.copy()
        _retreat(current, negated, primes, scratch)
    return multiples


def _retreat(
    starts: NDArray[np.uint32],
    step: NDArray[np.uint32],
    primes: NDArray[np.uint32],
    scratch: NDArray[np.uint32],
) -> None:
    """Set starts to (starts - step) modulo primes, in place; primes are below 2**31.

    In uint32 a negative difference wraps to a value above 2**31, and adding p wraps it back. So the
    lesser of the difference and the difference plus p is the one in [0, p).
    """
    np.subtract(starts, step, out=starts)
    np.add(starts, primes, out=scratch)
    np.minimum(starts, scratch, out=starts)
