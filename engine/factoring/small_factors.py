"""Finds the powers of small primes that divide many integers, for all of them at once.

The prices of factorizations are computed from these, before any factorization begins. It costs a
hundredth of the factorizations.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.flint_calls import WORD_END
from engine.primality.batch_primality import are_prime

Words = NDArray[np.uint64]

_SMALL_END = 53
# The logarithms, to base 2, of lower bounds of the middle and the large primes.
_MIDDLE_BITS = math.log2(53)
_LARGE_BITS = math.log2(2**11)
_MIDDLE_END = 2**11
# 3^40 is the greatest power of an odd prime below 2^64.
_MOST_LEVELS = 40
_POWERS_OF_TWO = np.array([1 << k for k in range(64)], dtype=np.uint64)


class FactorShape(NamedTuple):
    """The powers of primes up to 47 that divide an integer, and a bound on its larger primes.

    ``twos`` is the exponent of 2. ``levels[k - 1]`` is the number of odd primes p up to 47 for
    which p**k divides the integer. ``rough_primes`` is the most prime factors above 47 that it can
    have.
    """

    twos: int
    levels: tuple[int, ...]
    rough_primes: int


class Shapes(NamedTuple):
    """The shapes and cofactors of many integers.

    ``counts`` is the number of integers of each shape. The cofactor of an integer is what remains
    after dividing by its primes up to 2,039; a prime is not divided. ``rests`` groups the cofactors
    by bits and by whether they are 1 or prime; each group has one cofactor as example, and a count.
    """

    counts: Mapping[FactorShape, int]
    rests: Mapping[tuple[int, bool], tuple[int, int]]


class SmallFactors:
    """Counts the shapes of integers below 2^64. Holds the primes below 2,048 and their inverses."""

    def __init__(self) -> None:
        candidates = range(3, _MIDDLE_END, 2)
        primes = [
            n for n, verdict in zip(candidates, are_prime(candidates), strict=True) if verdict
        ]
        self._small = [_Divisor(p) for p in primes if p < _SMALL_END]
        self._middle = [_Divisor(p) for p in primes if p >= _SMALL_END]

    def shapes(self, values: Sequence[int]) -> Shapes:
        """Return the shapes and the cofactors of the integers.

        Args:
            values: Integers from 1 to 2^64 - 1.

        Raises:
            DomainError: An integer is outside these bounds.

        Cost: 0.7 ms and 0.6 us a value; 100 bytes a value.
        """
        if values and (min(values) < 1 or max(values) >= WORD_END):
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
        """Divide the values, in place, by the odd primes up to 47.

        Returns:
            For each value and each k, the number of primes p for which p**k divides the value;
            shape (n, 40).
        """
        levels = np.zeros((len(left), _MOST_LEVELS), dtype=np.uint8)
        for divisor in self._small:
            for power, hit in enumerate(divisor.take_out(left)):
                levels[hit, power] += 1
        return levels

    def _divide_by_middle(self, left: Words) -> NDArray[np.bool_]:
        """Divide, in place, by the primes from 53 to 2,039; return which values are prime.

        Prime values are not divided.
        """
        # A value below 53^2 without a factor below 53 is prime or 1.
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
    """Divides words by an odd prime p, by multiplication with 1 / p modulo 2^64.

    If p divides the word, the product is the quotient. Otherwise it is greater than every quotient
    of a word. Source: Granlund & Montgomery, *Division by invariant integers using multiplication*
    (1994), section 9.
    """

    __slots__ = ("_inverse", "_most")

    def __init__(self, p: int) -> None:
        self._inverse = np.uint64(pow(p, -1, WORD_END))
        self._most = np.uint64((WORD_END - 1) // p)

    def take_out(self, words: Words) -> Iterator[NDArray[np.intp]]:
        """Divide words by p, in place, as often as p divides; yield the indices each time."""
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
    """Return the groups of ``Shapes.rests``: an example and a count for each."""
    kinds = 2 * _bits(left).astype(np.int64) + is_easy
    found, places, counts = np.unique(kinds, return_index=True, return_counts=True)
    rests = left[places].tolist()
    return {
        (kind // 2, kind % 2 == 1): (rest, count)
        for kind, rest, count in zip(found.tolist(), rests, counts.tolist(), strict=True)
    }
