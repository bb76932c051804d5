"""Which powers of small primes divide many integers, counted over all of them at once.

Much less than factorizations, at a hundredth of their cost: what prices of factorizations are made
of, which must be known before any is begun.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.primality.batch_primality import are_prime

Words = NDArray[np.uint64]

_WORD_END = 2**64
_SMALL_END = 53
# No prime from 53 on has fewer bits, nor one from 2,048 on.
_MIDDLE_BITS = math.log2(53)
_LARGE_BITS = math.log2(2**11)
_MIDDLE_END = 2**11
# 3^40 is the greatest power of an odd prime below 2^64.
_MOST_LEVELS = 40
_POWERS_OF_TWO = np.array([1 << k for k in range(64)], dtype=np.uint64)


class FactorShape(NamedTuple):
    """Which powers of the primes up to 47 divide an integer, and how many larger primes may.

    ``twos`` is the exponent of 2; ``levels`` holds for k = 1, 2, ... how many of the odd primes up
    to 47 divide to the k-th power; ``rough_primes`` is how many larger primes there are at most.
    """

    twos: int
    levels: tuple[int, ...]
    rough_primes: int


class Shapes(NamedTuple):
    """What is known of many integers.

    ``counts`` tells how many have each shape. ``rests`` tells by the bits of what is left of an
    integer without its primes up to 2,039, and whether that is 1 or prime, how many there are,
    with one of them. What primes up to 47 leave is left whole if it is prime.
    """

    counts: Mapping[FactorShape, int]
    rests: Mapping[tuple[int, bool], tuple[int, int]]


class SmallFactors:
    """Counts the shapes of integers below 2^64; holds the primes below 2,048 with inverses."""

    def __init__(self) -> None:
        candidates = range(3, _MIDDLE_END, 2)
        primes = [
            n for n, verdict in zip(candidates, are_prime(candidates), strict=True) if verdict
        ]
        self._small = [_Divisor(p) for p in primes if p < _SMALL_END]
        self._middle = [_Divisor(p) for p in primes if p >= _SMALL_END]

    def shapes(self, values: Sequence[int]) -> Shapes:
        """Return the shapes that occur, and what is left of the integers.

        Args:
            values: From 1 to 2^64 - 1.

        Raises:
            DomainError: One is outside.

        Cost: 0.7 ms and 0.6 us a value; 100 bytes a value.
        """
        if values and (min(values) < 1 or max(values) >= _WORD_END):
            raise DomainError("need values from 1 to 2^64 - 1")
        left = np.array(values, dtype=np.uint64)
        twos = _bits(left & (~left + np.uint64(1))) - 1
        left >>= twos.astype(np.uint64)
        levels = self._divide_by_small(left)
        rough = left.copy()
        is_prime = self._divide_by_middle(left)
        middle = _bits(rough // left) * (rough > left) // _MIDDLE_BITS
        rough_primes = middle + _bits(left) * (left > 1) // _LARGE_BITS
        rough_primes[(left > 1) & ((rough_primes < 1) | is_prime)] = 1
        counts = _counted(twos, rough_primes, levels)
        return Shapes(counts, _rests(left, is_prime | (left == 1)))

    def _divide_by_small(self, left: Words) -> NDArray[np.uint8]:
        """Take the odd primes up to 47 out; return how many divided to each power.

        Returns:
            For each value and each power; shape (n, 40).
        """
        levels = np.zeros((len(left), _MOST_LEVELS), dtype=np.uint8)
        for divisor in self._small:
            for power, hit in enumerate(divisor.take_out(left)):
                levels[hit, power] += 1
        return levels

    def _divide_by_middle(self, left: Words) -> NDArray[np.bool_]:
        """Take the primes from 53 to 2,039 out of what is not prime; return what is."""
        # Without a factor below 53, what is below 53^2 is prime or 1.
        is_prime = (left > 1) & (left < _SMALL_END**2)
        large = np.flatnonzero(left >= _SMALL_END**2)
        rough = left[large]
        part = rough.copy()
        for divisor in self._middle:
            for _ in divisor.take_out(part):
                pass
        undivided = part == rough
        is_prime[large[undivided]] = are_prime(part[undivided].tolist())
        left[large] = part
        return is_prime


class _Divisor:
    """An odd prime, by which words are divided by multiplying.

    The product of a word and the inverse of p modulo 2^64 is the quotient where p divides, and
    greater than any quotient where not. Source: Granlund & Montgomery, *Division by invariant
    integers using multiplication* (1994), section 9.
    """

    __slots__ = ("_inverse", "_most")

    def __init__(self, p: int) -> None:
        self._inverse = np.uint64(pow(p, -1, _WORD_END))
        self._most = np.uint64((_WORD_END - 1) // p)

    def take_out(self, words: Words) -> Iterator[NDArray[np.intp]]:
        """Divide words by p as often as it divides, in place; yield where, each time."""
        quotients = words * self._inverse
        mask = quotients <= self._most
        if not mask.any():
            return
        hit = np.flatnonzero(mask)
        quotients = quotients[hit]
        while len(hit):
            words[hit] = quotients
            yield hit
            quotients = quotients * self._inverse
            divides = quotients <= self._most
            hit, quotients = hit[divides], quotients[divides]


def _bits(words: Words) -> NDArray[np.uint8]:
    """Return the bit length of each word."""
    return np.searchsorted(_POWERS_OF_TWO, words, side="right").astype(np.uint8)


def _counted(
    twos: NDArray[Any], rough_primes: NDArray[Any], levels: NDArray[np.uint8]
) -> Mapping[FactorShape, int]:
    """Return how often each shape occurs."""
    used = int(np.flatnonzero(levels.any(axis=0))[-1]) + 1 if levels.any() else 0
    table = np.column_stack((twos, rough_primes, levels[:, :used])).astype(np.uint8)
    rows = np.ascontiguousarray(table).view(f"V{2 + used}")[:, 0].tolist()
    counts = Counter(rows)
    return {
        FactorShape(row[0], tuple(row[2:].rstrip(b"\0")), row[1]): k for row, k in counts.items()
    }


def _rests(left: Words, is_easy: NDArray[np.bool_]) -> Mapping[tuple[int, bool], tuple[int, int]]:
    """Return how many values there are of each length, prime or not, and one of them."""
    kinds = 2 * _bits(left).astype(np.int64) + is_easy
    found, places, counts = np.unique(kinds, return_index=True, return_counts=True)
    rests = left[places].tolist()
    return {
        (kind // 2, kind % 2 == 1): (rest, count)
        for kind, rest, count in zip(found.tolist(), rests, counts.tolist(), strict=True)
    }
