"""Values of any input type at random, as literals with variables in them, or as decoded JSON."""

import json
import random
from collections.abc import Callable, Mapping
from typing import Any

# The fields of the input objects by name, each with its type as SDL, and whether one is sent.
InputObjects = Mapping[str, tuple[Mapping[str, str], bool]]
Values = Mapping[str, tuple[Any, ...]]

SCALARS: Values = {
    "Int": (0, 1, -7, 2**31 - 1),
    "Float": (0.5, 3, -2.25),
    "String": ("", "é", "7"),
    "ID": ("a", 7),
    "Boolean": (True, False),
    "Odd": (1, 3),
}


class Name(str):
    """The name of an enum's value, or of a variable with its dollar: printed without quotes."""

    __slots__ = ()


Variable = Callable[[random.Random, str], str | None]
"""Returns a variable for a position of a type, or None."""


def no_variable(_rng: random.Random, _kind: str) -> None:
    """Take no variable."""


class InputValues:
    """Makes values of the input types of one schema.

    Args:
        enums: The names of the values of each enum.
        objects: The input objects.
    """

    def __init__(self, enums: Mapping[str, tuple[str, ...]], objects: InputObjects) -> None:
        """Know the types."""
        self._enums = enums
        self._objects = objects

    def value(
        self, rng: random.Random, kind: str, variable: Variable = no_variable, depth: int = 0
    ) -> Any:
        """Return a value of a type, with names in place of enums and variables."""
        name = variable(rng, kind) if depth < 3 else None
        if name is not None:
            return Name(f"${name}")
        if not kind.endswith("!") and (rng.random() < 0.1 or depth > 3):
            return None
        kind = kind.removesuffix("!")
        if kind.startswith("["):
            inner = kind[1:-1]
            if rng.random() < 0.2 and not inner.startswith("["):
                # A value alone is a list of it; null alone is none.
                found = self.value(rng, inner, no_variable, depth + 1)
                return [] if found is None else found
            count = rng.randrange(3) if depth < 3 else 0
            return [self.value(rng, inner, variable, depth + 1) for _ in range(count)]
        if kind in self._enums:
            return Name(rng.choice(self._enums[kind]))
        if kind in self._objects:
            return self._object(rng, kind, variable, depth)
        return rng.choice(SCALARS[kind])

    def _object(self, rng: random.Random, kind: str, variable: Variable, depth: int) -> Any:
        """Return an input object."""
        fields, is_one_of = self._objects[kind]
        if is_one_of:
            name = rng.choice(list(fields) if depth < 3 else list(fields)[:1])
            return {name: self.value(rng, f"{fields[name]}!", variable, depth + 1)}
        return {
            name: self.value(rng, inner, variable, depth + 1)
            for name, inner in fields.items()
            if inner.endswith("!") or rng.random() < 0.5
        }


def printed(value: Any) -> str:
    """Return a value as a literal."""
    if isinstance(value, Name):
        return value
    if isinstance(value, list):
        return f"[{' '.join(map(printed, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {printed(one)}' for name, one in value.items())}}}"
    return json.dumps(value, ensure_ascii=False)
