"""The hard leaves of the LMO method: a sieve that counts integers without small prime factors."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.stop import Stop

_X_END = 2**53
# Elements sieved at once, a multiple of 8 * 64. Their bytes fit an L2 cache of 1 MB.
SEGMENT_ELEMENTS = 1 << 20
# The sieve holds the integers coprime to 30. It is presieved by the primes of PRESIEVED.
_MODULUS = 30
_RESIDUES = np.array([1, 7, 11, 13, 17, 19, 23, 29], dtype=np.int64)
PRESIEVED = (7, 11, 13, 17)
# How many primes are sieved before the first leaf is counted: 2, 3, 5 and PRESIEVED.
FIRST_PRIMES = 7
_ZERO = np.zeros(1, dtype=np.bool_)
_ROUGH_BLOCK = 1 << 18
# Stands for the least prime factor of 1.
_NO_FACTOR = 2**31 - 1


@dataclass(frozen=True)
class LeafTables:
    """The numbers from which the leaves of pi(x) are built.

    Attributes:
        x: The argument of pi. At least y, and below 2**53, so that quotients of floats, rounded
            down, are exact.
        y: The bound of the cofactors m, 17 <= y < 2**31. A leaf is x // (p * m), m <= y < p * m.
        primes: Every prime <= y, int64, ascending.
        rough: The squarefree m <= y without a prime factor <= 17, ascending, int64, 1 first.
        least_factor: The least prime factor of each rough number; 2**31 - 1 for 1.
        signs: mu (Moebius) of each rough number, int8.

    Raises:
        DomainError: x or y is out of bounds, or the shapes do not agree.
    """

    x: int
    y: int
    primes: NDArray[np.int64]
    rough: NDArray[np.int64]
    least_factor: NDArray[np.int32]
    signs: NDArray[np.int8]

    def __post_init__(self) -> None:
        """Check bounds and shapes."""
        if not (17 <= self.y < 2**31 and self.y <= self.x < _X_END):
            raise DomainError(f"need 17 <= y < 2^31 and y <= x < 2^53, got x={self.x}, y={self.y}")
        shape = self.rough.shape
        if not (self.rough.ndim == 1 and shape == self.least_factor.shape == self.signs.shape):
            raise DomainError("need as many least factors and signs as rough numbers")
        if not (self.rough.size and self.rough[0] == 1 and self.rough[-1] <= self.y):
            raise DomainError(f"need rough numbers from 1 to at most y={self.y}")
        # There is a prime between the last one and its double (Bertrand's postulate).
        if not (self.primes.size and self.y < 2 * int(self.primes[-1]) <= 2 * self.y):
            raise DomainError(f"need every prime up to y={self.y}")


def rough_numbers(
    y: int, primes: NDArray[np.int64], stop: Stop
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]:
    """Return the squarefree integers <= y without a prime factor <= 17, as ``LeafTables`` has them.

    Args:
        y: 17 <= y < 2**31.
        primes: All primes <= isqrt(y), and maybe more, ascending.
        stop: Checked for every block of 2**18 integers.

    Returns:
        The integers, the least prime factor of each, and mu of each.

    Raises:
        DomainError: y is outside these bounds, or primes are missing.

    Cost: about 15 ns * y of time. Memory: 13 bytes for each integer returned.

    >>> primes = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29], dtype=np.int64)
    >>> rough_numbers(30, primes, Stop())[0].tolist()
    [1, 19, 23, 29]
    """
    root = math.isqrt(y) if y > 0 else 0
    greatest = int(primes[-1]) if primes.size else 0
    # There is a prime between greatest and 2 * greatest (Bertrand's postulate).
    if not 17 <= y < 2**31 or 2 * greatest < root:
        raise DomainError(
            f"need 17 <= y < 2^31 and every prime up to its root, got y={y}, primes to {greatest}"
        )
    small = primes[: int(np.searchsorted(primes, math.isqrt(y), side="right"))].tolist()
    blocks = []
    for low in range(1, y + 1, _ROUGH_BLOCK):
        stop.check()
        blocks.append(_rough_block(low, min(_ROUGH_BLOCK, y + 1 - low), small))
    values, least, signs = zip(*blocks, strict=True)
    return np.concatenate(values), np.concatenate(least), np.concatenate(signs)


def _rough_block(
    low: int, size: int, primes: list[int]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int8]]:
    signs = np.ones(size, dtype=np.int8)
    product = np.ones(size, dtype=np.int32)
    least = np.full(size, _NO_FACTOR, dtype=np.int32)
    for p in reversed(primes):
        start = -low % p
        least[start::p] = p
        product[start::p] *= p
        np.negative(signs[start::p], out=signs[start::p])
        signs[-low % (p * p) :: p * p] = 0
    values = np.arange(low, low + size, dtype=np.int32)
    # A squarefree integer divided by its prime factors up to the root is 1 or a prime.
    np.negative(signs, out=signs, where=product < values)
    np.copyto(least, values, where=(least == _NO_FACTOR) & (values > 1))
    kept = np.flatnonzero((signs != 0) & (least > PRESIEVED[-1]))
    return values[kept].astype(np.int64), least[kept], signs[kept]


class HardLeaves:
    """Sums mu(m) * phi(x // (p * m), k) over the hard leaves, by segments of [0, x // y].

    p is prime number k + 1, and phi(v, k) is the number of integers in [1, v] that none of the
    first k primes divides. A leaf is hard if its v is at least p * p, or if p * p < y.

    Args:
        tables: The numbers from which the leaves are built.

    Cost: 12 ns a leaf, and about 60 us for each segment of 4 million integers and each prime p
    that has leaves in this segment or a higher one. Memory: 2 MB.
    """

    def __init__(self, tables: LeafTables) -> None:
        self._tables = tables
        fourth_root = math.isqrt(math.isqrt(tables.x))
        self._root_y = math.isqrt(tables.y)
        last = max(fourth_root, self._root_y)
        end = int(np.searchsorted(tables.primes, last, side="right"))
        self._primes = tables.primes[FIRST_PRIMES:end]
        self._counted = np.zeros(self._primes.size, dtype=np.int64)
        self._places = np.full(_MODULUS, -1, dtype=np.int64)
        self._places[_RESIDUES] = np.arange(8)
        # How many of the residues are <= r.
        self._below = np.cumsum(np.bincount(_RESIDUES, minlength=_MODULUS)).astype(np.uint32)
        self._pattern = self._presieve()

    def total(self, stop: Stop) -> int:
        """Return the contribution of the hard leaves to phi(x, pi(y)), which is minus the sum."""
        width = SEGMENT_ELEMENTS // 8 * _MODULUS
        highest = self._tables.x // self._tables.y
        return sum(self._segment(low, width, stop) for low in range(0, highest + 1, width))

    def _presieve(self) -> NDArray[np.bool_]:
        """Return one period of the presieve pattern: True where no presieved prime divides."""
        period = math.prod(PRESIEVED)
        values = (np.arange(period, dtype=np.int64)[:, None] * _MODULUS + _RESIDUES).reshape(-1)
        mask = np.ones(values.size, dtype=np.bool_)
        for p in PRESIEVED:
            mask &= values % p != 0
        return mask

    def _segment(self, low: int, width: int, stop: Stop) -> int:
        x = self._tables.x
        high = low + width
        mask = self._fresh_mask(low)
        # p has leaves in this segment or above if p < sqrt(y), or if x / p**2 > low.
        bound = max(self._root_y, math.isqrt(x // max(low, 1)))
        active = int(np.searchsorted(self._primes, bound, side="right"))
        starts = self._starts(low, active)
        total = 0
        for place in range(active):
            stop.check()
            p = int(self._primes[place])
            words = np.packbits(mask, bitorder="little").view(np.uint64)
            counts = np.bitwise_count(words)
            before = np.empty(words.size + 1, dtype=np.int64)
            before[0] = self._counted[place]
            np.cumsum(counts, dtype=np.int64, out=before[1:])
            before[1:] += before[0]
            self._counted[place] = before[-1]
            for factors, signs in self._leaves(p, low, high):
                found = self._count(x // p, factors, low, words, before)
                total += int(found.sum() if signs is None else -np.dot(found, signs))
            for start in starts[place].tolist():
                mask[start :: 8 * p] = _ZERO
        return total

    def _fresh_mask(self, low: int) -> NDArray[np.bool_]:
        offset = low // _MODULUS * 8 % self._pattern.size
        mask = np.empty(SEGMENT_ELEMENTS, dtype=np.bool_)
        head = min(self._pattern.size - offset, mask.size)
        mask[:head] = self._pattern[offset : offset + head]
        for begin in range(head, mask.size, self._pattern.size):
            part = mask[begin : begin + self._pattern.size]
            part[:] = self._pattern[: part.size]
        return mask

    def _starts(self, low: int, active: int) -> NDArray[np.int64]:
        """Return the start indices of each prime's multiples in the 8 residue classes modulo 30."""
        primes = self._primes[:active, None]
        least = -(-low // primes)
        cofactors = least + (_RESIDUES - least) % _MODULUS
        offsets = primes * cofactors - low
        starts: NDArray[np.int64] = offsets // _MODULUS * 8 + self._places[offsets % _MODULUS]
        return starts

    def _leaves(
        self, p: int, low: int, high: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64] | None]]:
        """Yield arrays of the cofactors m with low <= x // (p * m) < high, and of their mu(m).

        The second array is None if mu(m) = -1 for all of them.
        """
        tables = self._tables
        quotient = tables.x // p
        # low <= quotient // m < high  <=>  quotient // high < m <= quotient // low.
        last = min(tables.y, quotient // low) if low else tables.y
        first = quotient // high
        if p > self._root_y:
            first = max(first, p)
            last = min(last, quotient // (p * p))
            if first >= last:
                return
            begin, end = np.searchsorted(tables.primes, (first, last), side="right")
            yield tables.primes[begin:end], None
            return
        first = max(first, tables.y // p)
        if first >= last:
            return
        begin, end = np.searchsorted(tables.rough, (first, last), side="right")
        chosen = np.flatnonzero(tables.least_factor[begin:end] > p) + begin
        yield tables.rough[chosen], tables.signs[chosen].astype(np.int64)

    def _count(
        self,
        quotient: int,
        cofactors: NDArray[np.int64],
        low: int,
        words: NDArray[np.uint64],
        before: NDArray[np.int64],
    ) -> NDArray[np.int64]:
        """Return phi(quotient // m) for each cofactor m; quotient < 2**53 keeps floats exact."""
        offsets = np.floor(quotient / cofactors.astype(np.float64)).astype(np.int64)
        offsets -= low
        narrow = offsets.astype(np.uint32)
        thirties = narrow // np.uint32(_MODULUS)
        elements = (thirties << np.uint32(3)) + self._below[narrow - thirties * np.uint32(30)]
        word = (elements >> np.uint32(6)).astype(np.intp)
        bit = (elements & np.uint32(63)).astype(np.uint64)
        part = words.take(word, mode="clip") & ((np.uint64(1) << bit) - np.uint64(1))
        return before.take(word) + np.bitwise_count(part)
