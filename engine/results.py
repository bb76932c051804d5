"""The results of the engine: frozen dataclasses without any presentation."""

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
    """A verdict, the method that reached it, and a witness for composites.

    ``witness`` is a base b, 2 <= b < value, for which value fails the strong probable prime test.
    It is None unless the verdict is COMPOSITE.
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

    ``factors`` ascend by prime. ``composites`` are the factors known to be composite that are not
    split yet, ascending; there are none when the factorization is complete. Both are empty for -1,
    0 and 1.
    """

    value: int
    sign: int
    factors: tuple[PrimePower, ...]
    composites: tuple[int, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every factor is prime."""
        return not self.composites

    @property
    def primes(self) -> tuple[int, ...]:
        """Every prime factor found, repeated by its exponent, ascending."""
        return tuple(power.prime for power in self.factors for _ in range(power.exponent))

    @property
    def expression(self) -> str:
        """The product as text: "2^2 * 3 * 5", "-1 * 7", "0", "1"; composites are in parentheses."""
        powers = [
            f"{p.prime}^{p.exponent}" if p.exponent > 1 else f"{p.prime}" for p in self.factors
        ]
        terms = powers + [f"({composite})" for composite in self.composites]
        if self.sign < 0 or not terms:
            terms.insert(0, str(self.sign))
        return " * ".join(terms)


@dataclass(frozen=True, slots=True)
class PrimeNeighbours:
    """The primes on either side of value.

    ``below`` descends and ``above`` ascends; neither contains value. ``nearest`` is value if it is
    prime, else the closest prime, the smaller one on a tie. ``gap`` is the distance between the
    primes around value, or from value to the next prime if value is prime; None below 2.
    """

    value: int
    below: tuple[int, ...]
    above: tuple[int, ...]
    nearest: int
    gap: int | None


@dataclass(frozen=True, slots=True)
class PrimeProgression:
    """The leading run of primes of the arithmetic progression start, start + difference, ...

    ``ended_by`` is the first term that is not prime, or None if the run reached its maximum length.
    """

    start: int
    difference: int
    terms: Sequence[int]
    ended_by: int | None


@dataclass(frozen=True, slots=True)
class ArithmeticFunctions:
    """The arithmetic functions of value != 0. All but the last two are functions of |value|.

    ``divisor_sum`` is the sum of the positive divisors. ``is_perfect_power`` means that
    value = m**k with k >= 2: true for -8, false for -4. ``is_perfect`` means that
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
    """Consecutive positive divisors, ascending. ``has_next``: there are greater ones."""

    values: tuple[int, ...]
    has_next: bool


@dataclass(frozen=True, slots=True)
class PrimeGap:
    """The gap from the prime start to the next prime, end = start + length.

    ``merit`` is length / ln(start).
    """

    start: int
    end: int
    length: int
    merit: float


@dataclass(frozen=True, slots=True)
class GapFrequency:
    """How often a gap length occurs, count >= 1."""

    length: int
    count: int


@dataclass(frozen=True, slots=True)
class PrimeGapStatistics:
    """The gaps between consecutive primes that both lie in an interval, count >= 1.

    ``maximum`` is the first of the longest gaps, ``minimum`` the first of the shortest.
    ``frequencies`` ascend by length.
    """

    count: int
    maximum: PrimeGap
    minimum: PrimeGap
    mean: float
    frequencies: tuple[GapFrequency, ...]


@dataclass(frozen=True, slots=True)
class ConstellationPage:
    """Consecutive starts p, ascending, such that p + o is prime for each of the offsets.

    ``has_next``: the interval holds greater ones.
    """

    offsets: tuple[int, ...]
    starts: tuple[int, ...]
    has_next: bool

    @property
    def constellations(self) -> tuple[tuple[int, ...], ...]:
        """The primes of each constellation, ascending."""
        return tuple(tuple(p + offset for offset in self.offsets) for p in self.starts)


@dataclass(frozen=True, slots=True)
class PrimeBucket:
    """How many primes lie in [low, high]."""

    low: int
    high: int
    count: int


@dataclass(frozen=True, slots=True)
class ResidueCount:
    """How many primes of an interval are in a residue class, count >= 1."""

    residue: int
    count: int
