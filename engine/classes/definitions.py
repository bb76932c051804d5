"""Defines the named classes of primes: a sentence and an OEIS entry for each."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


class PrimeClass(enum.Enum):
    """A named class of primes; ``CLASS_DEFINITIONS`` defines each."""

    TWIN = "TWIN"
    COUSIN = "COUSIN"
    SEXY = "SEXY"
    SOPHIE_GERMAIN = "SOPHIE_GERMAIN"
    SAFE = "SAFE"
    CHEN = "CHEN"
    MERSENNE = "MERSENNE"
    FERMAT = "FERMAT"
    PRIMORIAL = "PRIMORIAL"
    FACTORIAL = "FACTORIAL"
    WAGSTAFF = "WAGSTAFF"
    PROTH = "PROTH"
    PIERPONT = "PIERPONT"
    CUBAN = "CUBAN"
    PALINDROMIC = "PALINDROMIC"
    EMIRP = "EMIRP"
    CIRCULAR = "CIRCULAR"
    LEFT_TRUNCATABLE = "LEFT_TRUNCATABLE"
    RIGHT_TRUNCATABLE = "RIGHT_TRUNCATABLE"
    PERMUTABLE = "PERMUTABLE"
    REPUNIT = "REPUNIT"
    WILSON = "WILSON"
    WIEFERICH = "WIEFERICH"
    GAUSSIAN = "GAUSSIAN"
    PYTHAGOREAN = "PYTHAGOREAN"
    FIBONACCI = "FIBONACCI"
    BALANCED = "BALANCED"
    STRONG = "STRONG"
    ISOLATED = "ISOLATED"


@dataclass(frozen=True, slots=True)
class ClassDefinition:
    """The condition on a prime p, in one sentence, and the OEIS entry that lists the class."""

    description: str
    oeis: str


CLASS_DEFINITIONS: Mapping[PrimeClass, ClassDefinition] = MappingProxyType(
    {
        PrimeClass.TWIN: ClassDefinition("p - 2 or p + 2 is prime.", "A001097"),
        PrimeClass.COUSIN: ClassDefinition(
            "p - 4 or p + 4 is prime; the pair need not be consecutive primes.", "A094343"
        ),
        PrimeClass.SEXY: ClassDefinition(
            "p - 6 or p + 6 is prime; the pair need not be consecutive primes.", "A136207"
        ),
        PrimeClass.SOPHIE_GERMAIN: ClassDefinition("2p + 1 is prime.", "A005384"),
        PrimeClass.SAFE: ClassDefinition("(p - 1) / 2 is prime.", "A005385"),
        PrimeClass.CHEN: ClassDefinition(
            "p + 2 is a prime or the product of two primes, equal or not.", "A109611"
        ),
        PrimeClass.MERSENNE: ClassDefinition("p = 2^k - 1.", "A000668"),
        PrimeClass.FERMAT: ClassDefinition("p = 2^(2^k) + 1 with k >= 0.", "A019434"),
        PrimeClass.PRIMORIAL: ClassDefinition(
            "p - 1 or p + 1 is a primorial, the product of the first k primes with k >= 0 "
            "(1, 2, 6, 30, ...).",
            "A228486",
        ),
        PrimeClass.FACTORIAL: ClassDefinition("p - 1 or p + 1 is k! with k >= 1.", "A088054"),
        PrimeClass.WAGSTAFF: ClassDefinition("p = (2^k + 1) / 3 with an odd prime k.", "A000979"),
        PrimeClass.PROTH: ClassDefinition("p = k * 2^m + 1 with k odd and 2^m > k.", "A080076"),
        PrimeClass.PIERPONT: ClassDefinition("p = 2^u * 3^v + 1 with u, v >= 0.", "A005109"),
        PrimeClass.CUBAN: ClassDefinition(
            "p = (k + 1)^3 - k^3 = 3k^2 + 3k + 1 (of the first kind: consecutive cubes).",
            "A002407",
        ),
        PrimeClass.PALINDROMIC: ClassDefinition(
            "The decimal digits read the same backwards.", "A002385"
        ),
        PrimeClass.EMIRP: ClassDefinition(
            "The decimal digits read backwards give another prime.", "A006567"
        ),
        PrimeClass.CIRCULAR: ClassDefinition(
            "Every rotation of the decimal digits is prime.", "A068652"
        ),
        PrimeClass.LEFT_TRUNCATABLE: ClassDefinition(
            "No decimal digit is 0, and dropping digits from the left always leaves a prime.",
            "A024785",
        ),
        PrimeClass.RIGHT_TRUNCATABLE: ClassDefinition(
            "Dropping decimal digits from the right always leaves a prime.", "A024770"
        ),
        PrimeClass.PERMUTABLE: ClassDefinition(
            "Every permutation of the decimal digits is prime.", "A003459"
        ),
        PrimeClass.REPUNIT: ClassDefinition("Every decimal digit is 1.", "A004022"),
        PrimeClass.WILSON: ClassDefinition(
            "p^2 divides (p - 1)! + 1. 5, 13 and 563 are the only ones up to 2 * 10^13 (Costa, "
            "Gerbicz, Harvey 2014); none is known above, where nobody can decide the class and "
            "it is never listed.",
            "A007540",
        ),
        PrimeClass.WIEFERICH: ClassDefinition("p^2 divides 2^(p - 1) - 1.", "A001220"),
        PrimeClass.GAUSSIAN: ClassDefinition(
            "p = 4k + 3: p stays prime among the Gaussian integers.", "A002145"
        ),
        PrimeClass.PYTHAGOREAN: ClassDefinition(
            "p = 4k + 1: p is the sum of two squares, and the hypotenuse of a right triangle "
            "with integer sides.",
            "A002144",
        ),
        PrimeClass.FIBONACCI: ClassDefinition("p is a Fibonacci number.", "A005478"),
        PrimeClass.BALANCED: ClassDefinition(
            "p is the mean of the previous and the next prime.", "A006562"
        ),
        PrimeClass.STRONG: ClassDefinition(
            "p is greater than the mean of the previous and the next prime.", "A051634"
        ),
        PrimeClass.ISOLATED: ClassDefinition(
            "Neither p - 2 nor p + 2 is prime: the primes that are not TWIN.", "A007510"
        ),
    }
)
