"""What is known of a factorization before it is made: which powers of small primes divide."""

import math
from typing import NamedTuple

from engine.primality import PRIMORIAL_47
from engine.results import Factorization, PrimePower

_ODD_SMALL_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
# Powers of them are looked for up to this one, to bound the time.
_MOST_LEVELS = 30
# Bits of the least prime above 47, and of the least above 251.
_ROUGH_PRIME_BITS = math.log2(53)
_LARGE_PRIME_BITS = math.log2(257)
# The product of the 39 primes from 53 to 251.
_MIDDLE_PRIMORIAL = math.prod(n for n in range(53, 252, 2) if all(n % p for p in _ODD_SMALL_PRIMES))


class Outline(NamedTuple):
    """What divides an integer for certain, and how large the rest is.

    ``levels`` holds for k = 1, 2, ... how many of the odd primes up to 47 divide to the k-th power.
    """

    bits: int
    twos: int
    levels: tuple[int, ...]
    rough_bits: int
    middle_bits: int

    @property
    def rough_primes(self) -> int:
        """The most primes that the part without small factors can have."""
        if self.rough_bits <= 1:
            return 0
        middle = self.middle_bits / _ROUGH_PRIME_BITS
        return math.ceil(middle + (self.rough_bits - self.middle_bits) / _LARGE_PRIME_BITS)

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

    def factorization(self) -> Factorization:
        """Return the most divisible factorization of this shape, for the engine's cost functions.

        Its primes are not those of the integer, only its bits and exponents count.
        """
        exponents = [self.twos] if self.twos else []
        for exponent, count in enumerate(self.levels, start=1):
            more = self.levels[exponent] if exponent < len(self.levels) else 0
            exponents += [exponent] * (count - more)
        exponents += [1] * self.rough_primes
        powers = tuple(PrimePower(3, exponent) for exponent in exponents)
        return Factorization(1 << max(self.bits - 1, 0), 1, powers)


def outline(value: int) -> Outline:
    """Return the outline of an integer. Cost: about 4 us below 2^64."""
    magnitude = abs(value) or 1
    twos = (magnitude & -magnitude).bit_length() - 1
    rough = magnitude >> twos
    levels: list[int] = []
    divisor = math.gcd(rough, PRIMORIAL_47)
    while divisor > 1 and len(levels) < _MOST_LEVELS:
        levels.append(sum(divisor % p == 0 for p in _ODD_SMALL_PRIMES))
        rough //= divisor
        divisor = math.gcd(rough, divisor)
    middle = math.gcd(rough, _MIDDLE_PRIMORIAL).bit_length() - 1 if rough > 1 else 0
    return Outline(magnitude.bit_length(), twos, tuple(levels), rough.bit_length(), middle)
