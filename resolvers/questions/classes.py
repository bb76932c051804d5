"""The named classes of primes, as far as other layers need to know them."""

from engine.classes import CLASS_DEFINITIONS, ClassDefinition, PrimeClass

__all__ = ["CLASS_DEFINITIONS", "ClassDefinition", "PrimeClass"]
