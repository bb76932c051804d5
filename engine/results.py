"""The frozen results of the engine: plain values that know nothing of how they are shown."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass


class PrimalityVerdict(enum.Enum):
    """What is known about the primality of an integer."""

    NEITHER = "NEITHER"
    COMPOSITE = "COMPOSITE"
    PROBABLE_PRIME = "PROBABLE_PRIME"
    PRIME = "PRIME"


class PrimalityMethod(enum.Enum):
    """How a primality verdict was reached."""

    BY_DEFINITION = "BY_DEFINITION"
    TRIAL_DIVISION = "TRIAL_DIVISION"
    SIEVE = "SIEVE"
    BPSW_64 = "BPSW_64"
    APR_CL = "APR_CL"
    ECPP = "ECPP"
    BPSW = "BPSW"


@dataclass(frozen=True, slots=True)
class Primality:
    """A verdict, how it was reached, and a witness for composites.

    ``witness`` is a base b, 2 <= b < value, to which value fails the strong probable prime test;
    None unless the verdict is COMPOSITE.
    """

    value: int
    verdict: PrimalityVerdict
    method: PrimalityMethod
    witness: int | None = None


@dataclass(frozen=True, slots=True)
class PrimePower:
    """prime ** exponent with exponent >= 1."""

    prime: int
    exponent: int


@dataclass(frozen=True, slots=True)
class Factorization:
    """value = sign * product(prime ** exponent) * product(composites).

    ``factors`` ascend by prime; ``composites`` are known composite, not yet split, ascending and
    empty when the factorization is complete. Both are empty for -1, 0 and 1.
    """

    value: int
    sign: int
    factors: tuple[PrimePower, ...]
    composites: tuple[int, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every factor is prime."""
        return not self.composites


@dataclass(frozen=True, slots=True)
class PrimeNeighbours:
    """The primes around value.

    ``below`` descends from value, ``above`` ascends from it, neither holds value itself.
    ``nearest`` is the closest prime, the smaller on a tie, value itself if prime. ``gap`` is the
    distance between the primes around value (from value to the next one if value is prime); None
    below 2.
    """

    value: int
    below: tuple[int, ...]
    above: tuple[int, ...]
    nearest: int
    gap: int | None


@dataclass(frozen=True, slots=True)
class PrimeProgression:
    """The leading run of primes of the arithmetic progression start, start + difference, ...

    ``ended_by`` is the first term that is not prime; None if the run was cut at its bound.
    """

    start: int
    difference: int
    terms: Sequence[int]
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class ArithmeticFunctions:
    """The arithmetic functions of value != 0; of |value| but for the last two.

    ``divisor_sum`` is the sum of the divisors themselves; ``is_perfect_power`` means
    value = m**k with k >= 2, so -8 is one and -4 is not; ``is_perfect`` means
    divisor_sum = 2 * value.
    """

    value: int
    totient: int
    carmichael: int
    mobius: int
    divisor_count: int
    divisor_sum: int
    distinct_prime_factor_count: int
    prime_factor_count: int
    radical: int
    is_squarefree: bool
    is_perfect_power: bool
    is_perfect: bool


@dataclass(frozen=True, slots=True)
class DivisorPage:
    """Consecutive positive divisors, ascending, and whether greater ones follow."""

    values: tuple[int, ...]
    has_next: bool
