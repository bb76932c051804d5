"""The named classes of primes."""

import enum
from collections.abc import Sequence
from typing import Any

import strawberry

from resolvers.questions.classes import CLASS_DEFINITIONS
from resolvers.questions.classes import PrimeClass as EngineClass


def _value(name: str) -> Any:
    """Return an enum value with the engine's definition of the class."""
    definition = CLASS_DEFINITIONS[EngineClass[name]]
    return strawberry.enum_value(
        name, description=f"{definition.description} OEIS {definition.oeis}"
    )


@strawberry.enum(description="A named class of primes p.")
class PrimeClass(enum.Enum):
    """The classes, under the engine's names."""

    TWIN = _value("TWIN")
    COUSIN = _value("COUSIN")
    SEXY = _value("SEXY")
    SOPHIE_GERMAIN = _value("SOPHIE_GERMAIN")
    SAFE = _value("SAFE")
    CHEN = _value("CHEN")
    MERSENNE = _value("MERSENNE")
    FERMAT = _value("FERMAT")
    PRIMORIAL = _value("PRIMORIAL")
    FACTORIAL = _value("FACTORIAL")
    WAGSTAFF = _value("WAGSTAFF")
    PROTH = _value("PROTH")
    PIERPONT = _value("PIERPONT")
    CUBAN = _value("CUBAN")
    PALINDROMIC = _value("PALINDROMIC")
    EMIRP = _value("EMIRP")
    CIRCULAR = _value("CIRCULAR")
    LEFT_TRUNCATABLE = _value("LEFT_TRUNCATABLE")
    RIGHT_TRUNCATABLE = _value("RIGHT_TRUNCATABLE")
    PERMUTABLE = _value("PERMUTABLE")
    REPUNIT = _value("REPUNIT")
    WILSON = _value("WILSON")
    WIEFERICH = _value("WIEFERICH")
    GAUSSIAN = _value("GAUSSIAN")
    PYTHAGOREAN = _value("PYTHAGOREAN")
    FIBONACCI = _value("FIBONACCI")
    BALANCED = _value("BALANCED")
    STRONG = _value("STRONG")
    ISOLATED = _value("ISOLATED")


def schema_classes(found: Sequence[EngineClass]) -> list[PrimeClass]:
    """Return the engine's classes in the schema's words."""
    return [PrimeClass[prime_class.name] for prime_class in found]
