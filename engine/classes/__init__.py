"""Find the named classes of primes that one integer belongs to.

Modules, in reading order:

- ``definitions``: Defines the named classes of primes: a sentence and an OEIS entry for each.
- ``digits``: Decides the classes that depend on the decimal digits of p.
- ``forms``: Decides the classes given by an algebraic form of p, such as 2^k - 1, or by a
  congruence.
- ``relations``: Decides the classes that depend on integers related to p, such as p + 2 or 2p +
  1.
- ``membership``: Finds the named classes that an integer belongs to, and predicts the cost.
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
