"""The named classes of primes that one integer belongs to.

Modules, in reading order:

- ``definitions``: The named classes of primes: what each one means, and its entry in the OEIS.
- ``digits``: Classes that depend on the decimal digits of p.
- ``forms``: Classes given by an algebraic form of p, such as 2^k - 1, or by a congruence.
- ``relations``: Classes that depend on the primality of integers related to p, such as p + 2 or
  2p + 1.
- ``membership``: Which named classes a given integer belongs to, and what it costs to find out.
"""

from engine.classes.definitions import CLASS_DEFINITIONS, ClassDefinition, PrimeClass
from engine.classes.membership import (
    MAX_CLASSES_BITS,
    classes_of,
    classes_of_cost,
    undecided_classes,
)

__all__ = [
    "CLASS_DEFINITIONS",
    "MAX_CLASSES_BITS",
    "ClassDefinition",
    "PrimeClass",
    "classes_of",
    "classes_of_cost",
    "undecided_classes",
]
