"""Operations on any schema, valid and failing, made quickly from a seed.

An operation is a text with gaps for numbers: filled in anew, it is another text of the same shape.
Conditions may leave nothing of a selection, at every level; fields repeat and are merged; fragments
spread each other.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

Numbers = Callable[[random.Random, str, str], str]
"""From the coordinate of an argument and the name of its scalar to a literal for it, or a value."""

STRINGS = ("x", "cHJpbWU6Aw", "ZGl2aXNvcjoC", "12", " 12 ")
# Values that few variables may have, or that are refused at once.
WRONG: tuple[Any, ...] = (
    None,
    True,
    1.5,
    "",
    "x",
    "-0",
    [],
    [None],
    {},
    {"a": 1},
    2**64 + 1,
    -(10**400),
    "9" * 400,
)
_HIDDEN = ("@skip(if: true)", "@include(if: false)", "@skip(if: $c0)", "@include(if: $c1)")


@dataclass
class Operation:
    """A text in pieces, a literal of a number between each two, and values for its variables.

    A gap has a coordinate and a scalar, or is the same as an earlier one, given by its place.
    """

    pieces: list[str] = field(default_factory=lambda: [""])
    gaps: list[tuple[str, str] | int] = field(default_factory=list)
    variables: dict[str, tuple[str, str, bool]] = field(default_factory=dict)

    def text(self, rng: random.Random, numbers: Numbers) -> str:
        """Return the text with numbers."""
        filled: list[str] = []
        for gap in self.gaps:
            filled.append(filled[gap] if isinstance(gap, int) else numbers(rng, *gap))
        pairs = zip(filled, self.pieces[1:], strict=True)
        return self.pieces[0] + "".join(number + piece for number, piece in pairs)

    def values(self, rng: random.Random, numbers: Numbers) -> dict[str, Any]:
        """Return values for the variables."""
        return {
            name: value
            for name, (coordinate, kind, is_needed) in self.variables.items()
            if is_needed or rng.random() < 0.7
            for value in [_value(rng, numbers, coordinate, kind)]
        }


def _value(rng: random.Random, numbers: Numbers, coordinate: str, kind: str) -> Any:
    """Return a value for a variable."""
    if rng.random() < 0.03:
        return rng.choice(WRONG)
    if kind == "Boolean!":
        return rng.random() < 0.5
    if kind.startswith("["):
        return [
            numbers(rng, coordinate, kind.strip("[]!")).strip('"') for _ in range(rng.randrange(9))
        ]
    number = numbers(rng, coordinate, kind.strip("!"))
    if kind.strip("!") == "String":
        return number
    if number.startswith('"'):
        return number.strip('"')
    return int(number) if number.lstrip("-").isdigit() else number


class OperationMaker:
    """Makes operations on one schema.

    Args:
        schema: Of objects, scalars and enums.
        rng: Decides everything.
    """

    def __init__(self, schema: GraphQLSchema, rng: random.Random) -> None:
        self._schema = schema
        self._rng = rng
        self._batches = 0
        self._made = Operation()
        self._fragments: list[tuple[str, GraphQLObjectType]] = []
        # How many fragments are written, or being written: only later ones may be spread.
        self._written = 0
        self._hidden = ""

    def make(self) -> Operation:
        """Return an operation."""
        self._made = Operation()
        self._fragments = []
        self._written = 0
        assert self._schema.query_type is not None
        self._selection(self._schema.query_type, 0)
        while self._written < len(self._fragments):
            name, kind = self._fragments[self._written]
            self._written += 1
            self._write(f" fragment {name} on {kind.name} ")
            self._selection(kind, 3)
        self._made.pieces[0] = f"query Q{self._definitions()} {self._made.pieces[0]}"
        return self._made

    def _definitions(self) -> str:
        """Return the definitions of the variables."""
        listed = " ".join(f"${name}: {kind}" for name, (_, kind, _) in self._made.variables.items())
        return f"({listed})" if listed else ""

    def _write(self, text: str) -> None:
        self._made.pieces[-1] += text

    def _selection(self, kind: GraphQLObjectType, depth: int) -> None:
        """Write a selection set, seldom one of which nothing is selected."""
        rng = self._rng
        outer = self._hidden
        if rng.random() < 0.07:
            self._hidden = rng.choice(_HIDDEN)
        self._write("{ ")
        for number in range(rng.choice((1, 1, 2, 3, 5))):
            self._one(kind, depth, number)
        if rng.random() < 0.5:
            self._write(f"x: __typename{self._condition()} ")
        self._write("} ")
        self._hidden = outer

    def _one(self, kind: GraphQLObjectType, depth: int, number: int) -> None:
        """Write one selection, or some that belong together."""
        rng = self._rng
        fields = list(kind.fields.items())
        shallow = [one for one in fields if not is_object_type(get_named_type(one[1].type))]
        chosen = fields if depth < 4 or not shallow else shallow
        roll = rng.random()
        if roll < 0.06:
            self._write(f"__typename{self._condition()} ")
        elif roll < 0.12 and depth < 4:
            self._write(f"...{rng.choice(('', f' on {kind.name}'))}{self._condition()} ")
            self._below(kind, depth + 1)
        elif roll < 0.2 and depth < 4:
            self._write(f"...{self._fragment(kind)}{self._condition()} ")
        elif roll < 0.26:
            name, definition = rng.choice(chosen)
            self._batch(kind, name, definition, depth)
        else:
            name, definition = rng.choice(chosen)
            self._field(kind, name, definition, f"a{depth}{number}: ", depth)

    def _below(self, kind: GraphQLObjectType, depth: int) -> None:
        """Write a selection set that is not hidden because one around it is."""
        outer, self._hidden = self._hidden, ""
        self._selection(kind, depth)
        self._hidden = outer

    def _fragment(self, kind: GraphQLObjectType) -> str:
        """Return the name of a fragment on a type, perhaps of one that is spread elsewhere."""
        known = [name for name, on in self._fragments[self._written :] if on is kind]
        if known and (self._rng.random() < 0.5 or len(self._fragments) > 5):
            return self._rng.choice(known)
        name = f"F{len(self._fragments)}"
        self._fragments.append((name, kind))
        return name

    def _batch(
        self, kind: GraphQLObjectType, name: str, definition: GraphQLField, depth: int
    ) -> None:
        """Write several aliases of one field with the same selection."""
        begin = len(self._made.pieces)
        before = self._made.pieces[-1]
        self._made.pieces[-1] = ""
        self._field(kind, name, definition, "", depth)
        pieces = [self._made.pieces[begin - 1], *self._made.pieces[begin:]]
        gaps = self._made.gaps[begin - 1 :]
        self._made.pieces[begin - 1 :] = [before]
        self._made.gaps[begin - 1 :] = []
        self._batches += 1
        for copy in range(self._rng.randrange(2, 6)):
            self._write(f"b{self._batches}_{copy}: {pieces[0]}")
            self._made.gaps += gaps
            self._made.pieces += pieces[1:]

    def _field(
        self,
        kind: GraphQLObjectType,
        name: str,
        definition: GraphQLField,
        alias: str,
        depth: int,
    ) -> None:
        """Write a field, seldom twice, to be merged."""
        if alias and self._rng.random() < 0.3 and not definition.args:
            alias = ""
        begin = len(self._made.gaps)
        before = len(self._made.pieces[-1])
        self._write(f"{alias}{name}")
        self._arguments(f"{kind.name}.{name}", definition)
        asked = [self._made.pieces[begin][before:], *self._made.pieces[begin + 1 :]]
        self._rest(definition, depth)
        if alias and self._rng.random() < 0.06:
            self._write(asked[0])
            self._made.pieces += asked[1:]
            self._made.gaps += range(begin, begin + len(asked) - 1)
            self._rest(definition, depth)

    def _rest(self, definition: GraphQLField, depth: int) -> None:
        """Write what follows the arguments of a field."""
        self._write(f"{self._condition()} ")
        below = get_named_type(definition.type)
        if isinstance(below, GraphQLObjectType):
            self._below(below, depth + 1)

    def _arguments(self, coordinate: str, definition: GraphQLField) -> None:
        """Write arguments."""
        asked = [
            (name, one.type)
            for name, one in definition.args.items()
            if self._rng.random() < 0.5
            or (is_non_null_type(one.type) and "default" not in repr(one.default))
        ]
        if not asked:
            return
        for number, (name, kind) in enumerate(asked):
            self._write(f"{', ' if number else '('}{name}: ")
            self._argument(f"{coordinate}.{name}", kind)
        self._write(")")

    def _argument(self, coordinate: str, kind: Any) -> None:
        """Write the value of an argument."""
        rng = self._rng
        roll = rng.random()
        if roll < 0.3:
            name = f"v{rng.randrange(3)}_{coordinate.replace('.', '_')}"
            self._made.variables.setdefault(name, (coordinate, str(kind), is_non_null_type(kind)))
            self._write(f"${name}")
        elif roll < 0.34 and not is_non_null_type(kind):
            self._write("null")
        elif is_list_type(get_nullable_type(kind)):
            self._write("[")
            for _ in range(rng.randrange(5)):
                self._number(coordinate, get_named_type(kind).name)
                self._write(rng.choice((",", ", ", " ")))
            self._write("]")
        elif get_named_type(kind).name == "String":
            self._write(f'"{rng.choice(STRINGS)}"')
        else:
            self._number(coordinate, get_named_type(kind).name)

    def _number(self, coordinate: str, kind: str) -> None:
        """Leave a gap for a number."""
        self._made.gaps.append((coordinate, kind))
        self._made.pieces.append("")

    def _condition(self) -> str:
        """Return a condition, seldom, but where selections are hidden always."""
        rng = self._rng
        if not self._hidden and rng.random() > 0.06:
            return ""
        value = rng.choice(("true", "false", "$c0", "$c1"))
        made = self._hidden or f"@{rng.choice(('skip', 'include'))}(if: {value})"
        for name in ("c0", "c1"):
            if f"${name}" in made:
                self._made.variables.setdefault(name, ("", "Boolean!", True))
        return f" {made}"
