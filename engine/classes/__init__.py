"""The named classes of primes that one integer belongs to."""

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
