"""What is known of a factorization before it is made: which powers of small primes divide."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from engine.factoring.small_factors import SmallFactors
from engine.primality.primality import PRIMORIAL_47, is_prime
from engine.results import Factorization, PrimePower

Rests = dict[tuple[int, bool], tuple[int, int]]
"""What is left of integers without small primes, by its bits and whether it is prime or 1: one such
integer, and how many there are."""

_ODD_SMALL_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
# Powers of them are looked for up to this one, to bound the time.
_MOST_LEVELS = 30
# Primes above 47 are looked for up to 11 bits: more take longer to divide by than they tell.
_MIDDLE_END = 2**11
_MIDDLE_BITS = math.log2(53)
_LARGE_BITS = math.log2(_MIDDLE_END)
_WORD_BITS = 64


class Outline(NamedTuple):
    """Which prime powers divide an integer for certain, and how many more there may be.

    ``levels`` holds for k = 1, 2, ... how many of the odd primes up to 47 divide to the k-th power;
    ``rough_primes`` is how many larger ones there are at most.
    """

    twos: int
    levels: tuple[int, ...]
    rough_primes: int

    @property
    def small_primes(self) -> int:
        """How many primes up to 47 divide."""
        return (self.twos > 0) + (self.levels[0] if self.levels else 0)

    @property
    def likely_distinct(self) -> float:
        """About how many distinct primes the integer has; at least a third of them."""
        return self.small_primes + math.sqrt(self.rough_primes)

    @property
    def likely_primes(self) -> float:
        """About how many primes the integer has, counted with their exponents."""
        return self.twos + sum(self.levels) + math.sqrt(self.rough_primes)

    def factorization(self, bits: int) -> Factorization:
        """Return the most divisible factorization of this shape, for the engine's cost functions.

        Only its bits and exponents are those of the integer.
        """
        exponents = [self.twos] if self.twos else []
        for exponent, count in enumerate(self.levels, start=1):
            more = self.levels[exponent] if exponent < len(self.levels) else 0
            exponents += [exponent] * (count - more)
        exponents += [1] * self.rough_primes
        powers = tuple(PrimePower(3, exponent) for exponent in exponents)
        return Factorization(1 << max(bits - 1, 0), 1, powers)


class Outliner:
    """Finds outlines; holds the product of the primes from 53 to 2,039, of 2,800 bits."""

    def __init__(self) -> None:
        self._small_factors = SmallFactors()
        candidates = range(53, _MIDDLE_END, 2)
        self._middle_primes = math.prod(n for n in candidates if is_prime(n))

    def outlines(self, values: Sequence[int]) -> tuple[Counter[Outline], Rests]:
        """Return the outlines of integers up to 64 bits, each with how many have it, and the rests.

        Cost: 0.7 ms and 0.7 us a value.
        """
        counts, rests = self._small_factors.shapes([abs(value) or 1 for value in values])
        outlines = Counter({Outline(*shape): count for shape, count in counts.items()})
        return outlines, dict(rests)

    def outline(self, value: int) -> tuple[Outline, int]:
        """Return the outline of an integer, and what is left of it without the primes looked for.

        Cost: about 5 us below 2^64.
        """
        magnitude = abs(value) or 1
        twos = (magnitude & -magnitude).bit_length() - 1
        levels, rough = _divided(magnitude >> twos, PRIMORIAL_47)
        known = {level: sum([level % p == 0 for p in _ODD_SMALL_PRIMES]) for level in set(levels)}
        counts = tuple([known[level] for level in levels])
        if rough.bit_length() <= _WORD_BITS and is_prime(rough):
            return Outline(twos, counts, 1), rough
        middle, rest = _divided(rough, self._middle_primes)
        middle_bits = sum(level.bit_length() for level in middle)
        most = int(middle_bits / _MIDDLE_BITS) + int(rest.bit_length() / _LARGE_BITS)
        return Outline(twos, counts, max(most, int(rest > 1))), rest


def _divided(rough: int, primes: int) -> tuple[list[int], int]:
    """Return which primes divide an integer once, twice and so on, and what is left without them.

    Args:
        rough: Positive.
        primes: The product of the primes looked for.

    Returns:
        For each power the product of the primes whose power divides. Powers beyond the 30th are
        told as if all primes that have a 30th power had equally high ones.
    """
    levels: list[int] = []
    divisor = math.gcd(rough, primes)
    while divisor > 1 and len(levels) < _MOST_LEVELS:
        levels.append(divisor)
        rough //= divisor
        divisor = math.gcd(rough, divisor)
    while divisor > 1:
        high_power = math.gcd(rough, divisor ** (rough.bit_length() // (divisor.bit_length() - 1)))
        levels += [divisor] * int(high_power.bit_length() / math.log2(divisor))
        rough //= high_power
        divisor = math.gcd(rough, divisor)
    return levels, rough
