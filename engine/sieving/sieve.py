"""Lists, counts or sums the primes of one interval by sieving it with all base primes."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.bounds import prime_count_between_upper
from engine.errors import DomainError
from engine.sieving.row_sieve import WheelSieve, places_of
from engine.sieving.wheel import Wheel
from engine.stop import Stop

# Base primes fit 31 bits.
_HIGH_END = 2**62
# Most elements of a row sieved at once: the row and its pattern have to fit the L2 cache.
ROW_ELEMENTS = 1 << 20
# Most bytes of one segment's packed rows.
SEGMENT_BYTES = 1 << 25


@dataclass(frozen=True, slots=True)
class Segment:
    """Elements [first, first + size) of every row of a wheel."""

    first: int
    size: int


def cut_segments(wheel: Wheel, low: int, high: int, most: int) -> list[Segment]:
    """Return adjacent segments of nearly equal size, at most ``most``, that cover [low, high].

    >>> segments = cut_segments(standard_wheels()[0], 100, 10_000, 10**6)
    >>> len(segments)
    1
    """
    first = low // wheel.modulus
    total = high // wheel.modulus + 1 - first
    parts = -(-total // most)
    edges = [first + total * i // parts for i in range(parts + 1)]
    return [Segment(a, b - a) for a, b in itertools.pairwise(edges)]


class IntervalSieve:
    """The sieve of one interval [low, high] in rows of a wheel.

    Args:
        wheel: Which rows to sieve.
        base_primes: All primes <= isqrt(high), ascending, below 2**31. Greater ones are ignored.
        low: Greater than every prime that the wheel strikes, and than every base prime used.
        high: At least low, below 2**62.

    Raises:
        DomainError: The interval is outside these bounds, or base primes are missing.

    Memory: 2 bytes an element of a row (at most 2 MB), and 4 bytes a base prime for each distinct
    gap of the wheel. ``arrays`` adds the packed rows of a segment (at most 32 MB) and the answer.
    """

    def __init__(self, wheel: Wheel, base_primes: NDArray[np.uint32], low: int, high: int) -> None:
        self._wheel = wheel
        self._low = low
        self._high = high
        self._base_primes = _required_base_primes(wheel, base_primes, low, high)
        packed_rows = -(-len(wheel.residues) // 8)
        most = min(ROW_ELEMENTS, SEGMENT_BYTES // packed_rows)
        self._segments = cut_segments(wheel, low, high, most)
        self._longest = max(segment.size for segment in self._segments)

    def count(self, stop: Stop) -> int:
        """Return how many primes lie in [low, high]."""
        if self._wheel.packed_groups:
            return sum(
                int(np.bitwise_count(packed.view(np.uint64)).sum(dtype=np.int64))
                for segment in self._segments
                for packed in self._packed_rows(segment, stop)
            )
        return sum(
            int(np.count_nonzero(row))
            for segment in self._segments
            for _, row in self._rows(segment, stop)
        )

    def sum(self, stop: Stop) -> int:
        """Return the exact sum of the primes in [low, high]."""
        total = 0
        for segment in self._segments:
            for residue, row in self._rows(segment, stop):
                places = places_of(row)
                offset = self._wheel.modulus * segment.first + residue
                total += self._wheel.modulus * int(places.sum()) + offset * places.size
        return total

    def arrays(self, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield the primes of each segment, ascending, as fresh uint64 arrays."""
        for segment in self._segments:
            least = max(self._low, segment.first * self._wheel.modulus)
            last = (segment.first + segment.size) * self._wheel.modulus
            room = prime_count_between_upper(least, min(self._high, last))
            primes = np.empty(room, dtype=np.uint64)
            yield primes[: self._extract(segment, primes, stop)]

    def list(self, stop: Stop) -> NDArray[np.uint64]:
        """Return the primes of [low, high], ascending."""
        primes = np.empty(prime_count_between_upper(self._low, self._high), dtype=np.uint64)
        return primes[: self.fill(primes, stop)]

    def fill(self, primes: NDArray[np.uint64], stop: Stop) -> int:
        """Write the primes of [low, high] to the front of an array; return how many there are."""
        filled = 0
        for segment in self._segments:
            filled += self._extract(segment, primes[filled:], stop)
        return filled

    def _rows(self, segment: Segment, stop: Stop) -> Iterator[tuple[int, NDArray[np.bool_]]]:
        """Yield the rows, with the elements outside [low, high] cleared."""
        for residue, row in self._row_sieve.rows(segment.first, segment.size, stop):
            self._trim(segment, residue, row)
            yield residue, row

    @cached_property
    def _row_sieve(self) -> WheelSieve:
        """The sieve of unpacked rows; it strikes every base prime."""
        return WheelSieve(self._wheel, self._base_primes, self._longest)

    @cached_property
    def _packed_row_sieve(self) -> WheelSieve:
        """The sieve of packed rows; it leaves the wheel's packed groups to their patterns."""
        struck = max((max(group) for group in self._wheel.packed_groups), default=0)
        return WheelSieve(self._wheel, self._base_primes, self._longest, struck)

    def _trim(
        self, segment: Segment, residue: int, row: NDArray[np.bool_] | NDArray[np.uint8]
    ) -> None:
        """Clear the elements outside [low, high]: at most one at each end."""
        modulus, last = self._wheel.modulus, segment.size - 1
        if modulus * segment.first + residue < self._low:
            row[0] = 0
        if modulus * (segment.first + last) + residue > self._high:
            row[last] = 0

    def _extract(self, segment: Segment, primes: NDArray[np.uint64], stop: Stop) -> int:
        if len(self._wheel.residues) == 1:
            return self._extract_single_row(segment, primes, stop)
        bits = self._pack(segment, stop)
        offsets = self._wheel.block_offsets
        residues = len(self._wheel.residues)
        elements = offsets.size // residues
        filled = 0
        for begin in range(0, segment.size, elements):
            stop.check()
            block = np.unpackbits(bits[begin : begin + elements].reshape(-1), bitorder="little")
            places = np.flatnonzero(block.view(np.bool_))
            part = primes[filled : filled + places.size]
            offset = np.uint64((segment.first + begin) * self._wheel.modulus)
            np.add(offsets.take(places), offset, out=part)
            filled += places.size
        return filled

    def _extract_single_row(self, segment: Segment, primes: NDArray[np.uint64], stop: Stop) -> int:
        ((_, row),) = self._rows(segment, stop)
        places = places_of(row)
        part = primes[: places.size]
        np.multiply(places.view(np.uint64), np.uint64(self._wheel.modulus), out=part)
        part += np.uint64(self._wheel.modulus * segment.first + 1)
        return places.size

    def _pack(self, segment: Segment, stop: Stop) -> NDArray[np.uint8]:
        """Return all packed rows as columns: shape (size, residues / 8); bits ascend by value."""
        bits = np.empty((segment.size, len(self._wheel.residues) // 8), dtype=np.uint8)
        for number, packed in enumerate(self._packed_rows(segment, stop)):
            bits[:, number] = packed[: segment.size]
        return bits

    def _packed_rows(self, segment: Segment, stop: Stop) -> Iterator[NDArray[np.uint8]]:
        """Yield each packed row, padded with zeros to whole words; the array is reused."""
        padded = np.zeros(-(-segment.size // 8) * 8, dtype=np.uint8)
        packed = padded[: segment.size]
        rows = self._packed_row_sieve.bit_rows(segment.first, segment.size, stop)
        for place, (residue, row) in enumerate(rows):
            self._trim(segment, residue, row)
            packed |= row
            if place % 8 == 7:
                self._wheel.packed_presieve.strike(packed, place // 8, segment.first)
                yield padded
                packed[:] = 0


def _required_base_primes(
    wheel: Wheel, base_primes: NDArray[np.uint32], low: int, high: int
) -> NDArray[np.uint32]:
    """Return the base primes up to isqrt(high); check the bounds that ``IntervalSieve`` states."""
    least = wheel.largest_struck + 1
    if not least <= low <= high < _HIGH_END:
        raise DomainError(f"need {least} <= low <= high < 2^62, got low={low}, high={high}")
    root = math.isqrt(high)
    required = base_primes[: int(np.searchsorted(base_primes, np.uint32(root), side="right"))]
    greatest = int(required[-1]) if required.size else 0
    # There is a prime between greatest and 2 * greatest (Bertrand's postulate).
    if greatest >= low or 2 * greatest < root:
        raise DomainError(
            f"need base primes up to {root}, below low={low}; the greatest is {greatest}"
        )
    return required


def list_sieved(
    wheel: Wheel, base_primes: NDArray[np.uint32], low: int, high: int, stop: Stop
) -> NDArray[np.uint64]:
    """Return the primes of [low, high]; ``IntervalSieve`` states what the arguments must meet.

    >>> base = np.array([2, 3, 5, 7, 11, 13], dtype=np.uint32)
    >>> list_sieved(standard_wheels()[0], base, 150, 170, Stop()).tolist()
    [151, 157, 163, 167]
    """
    return IntervalSieve(wheel, base_primes, low, high).list(stop)
