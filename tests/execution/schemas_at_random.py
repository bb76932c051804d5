"""Schemas made from a seed, with resolvers that answer, fail and wait at random.

Fields are resolved in different ways: at once, for many objects in one call, by a coroutine, by a
list that holds awaitables, by an iterator that may fail. What a field returns depends only on its
coordinate, its arguments, its object and the seed, so two executors find the same.
"""

import random
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, GraphQLSchema, Undefined, build_schema

from tests.execution.input_values_at_random import InputValues, printed

LEAVES = ("Int", "Float", "String", "ID", "Boolean", "Odd", "Any", "Letter")
INPUTS = ("Int", "Float", "String", "ID", "Boolean", "Odd", "Letter", "In", "Inner", "One")
ENUMS = {"Letter": ("A", "B", "C")}
AT_ONCE = ("one", "one", "many", "many", "iterator")
LATER = (*AT_ONCE, "async", "async", "sleeping", "many later", "promise", "promises", "stream")
# The path of errors that were located before they were raised.
ELSEWHERE: list[str | int] = ["elsewhere", 1]
INTERFACES = ("Named", "Other")


@dataclass(frozen=True)
class Resolver:
    """Resolves a field, one by one or together."""

    resolve: Any
    resolve_many: Any = None
    is_async: bool = False


@dataclass
class World:
    """A schema with its resolvers.

    Attributes:
        sdl: As it was made.
        schema: Resolves its fields for the stock executor.
        resolvers: Those fields that plans can resolve.
        inputs: Makes values of the input types.
        is_at_once: Whether no field waits.
    """

    sdl: str
    schema: GraphQLSchema
    resolvers: dict[str, Resolver]
    inputs: InputValues
    is_at_once: bool


class FailedError(Exception):
    """Has a text although its class is no builtin one, as strings of a String must have."""


@dataclass
class SchemaMaker:
    """Writes the SDL of one schema."""

    rng: random.Random
    has_abstract: bool
    inputs: dict[str, tuple[dict[str, str], bool]] = field(default_factory=dict)
    _count: int = 0

    def make(self) -> str:
        """Return the SDL."""
        rng = self.rng
        self.inputs["Inner"] = (self._input_fields(INPUTS[:7]), False)
        self.inputs["In"] = (self._input_fields((*INPUTS[:7], "Inner")), False)
        one = {f"o{n}": rng.choice(("Int", "String", "Letter", "[Int!]", "In")) for n in range(3)}
        self.inputs["One"] = (one | {"o0": "Int"}, True)
        objects = [f"T{number}" for number in range(rng.randrange(2, 5))]
        kinds = [*LEAVES, *objects, *objects]
        if self.has_abstract:
            kinds += ["Named", "Other", "Either"]
        text = ["scalar Odd scalar Any enum Letter { A B C @deprecated }"]
        text += map(self._input, ("Inner", "In", "One"))
        text += self._objects(objects, kinds)
        for root in ("Query", "Mutation", "Subscription"):
            text.append(f"type {root} {{ {self._fields(kinds, 5)} }}")
        return "\n".join(text)

    def _objects(self, objects: list[str], kinds: list[str]) -> Iterator[str]:
        """Yield the objects, and what is abstract of them."""
        shared = {name: self._fields(kinds, 2) for name in INTERFACES}
        if self.has_abstract:
            yield from (f"interface {name} {{ {fields} }}" for name, fields in shared.items())
            yield f"union Either = {' | '.join(objects[:2])}"
        for number, name in enumerate(objects):
            own = self._fields(kinds, self.rng.randrange(3, 6))
            if self.has_abstract:
                parent = INTERFACES[number % 2]
                yield f"type {name} implements {parent} {{ {shared[parent]} {own} }}"
            else:
                yield f"type {name} {{ {own} }}"

    def _wrapped(self, kind: str, depth: int = 0) -> str:
        """Return a type with lists and non-null at random."""
        if depth < 3 and self.rng.random() < 0.35:
            kind = f"[{self._wrapped(kind, depth + 1)}]"
        return f"{kind}!" if self.rng.random() < 0.3 else kind

    def _fields(self, kinds: list[str], count: int) -> str:
        """Return fields, each with a name of its own."""
        made = []
        for _ in range(count):
            self._count += 1
            kind = self._wrapped(self.rng.choice(kinds))
            old = " @deprecated" if self.rng.random() < 0.05 else ""
            made.append(f"f{self._count}{self._arguments()}: {kind}{old}")
        return " ".join(made)

    def _arguments(self) -> str:
        """Return the arguments of a field."""
        rng = self.rng
        made = [
            f"a{number}: {self._defaulted(self._wrapped(rng.choice(INPUTS), 2))}"
            for number in range(rng.choice((0, 0, 0, 1, 2, 3)))
        ]
        return f"({' '.join(made)})" if made else ""

    def _defaulted(self, kind: str) -> str:
        """Return a type, perhaps with a default, perhaps deprecated."""
        rng = self.rng
        values = InputValues(ENUMS, self.inputs)
        default = f" = {printed(values.value(rng, kind))}" if rng.random() < 0.4 else ""
        is_required = kind.endswith("!") and not default
        return f"{kind}{default}" + (
            " @deprecated" if rng.random() < 0.15 and not is_required else ""
        )

    def _input_fields(self, kinds: tuple[str, ...]) -> dict[str, str]:
        """Return the fields of an input object."""
        return {f"i{number}": self._wrapped(self.rng.choice(kinds), 2) for number in range(3)}

    def _input(self, name: str) -> str:
        """Return an input object."""
        fields, is_one_of = self.inputs[name]
        if is_one_of:
            listed = " ".join(f"{one}: {kind}" for one, kind in fields.items())
            return f"input {name} @oneOf {{ {listed} }}"
        listed = " ".join(f"{one}: {self._defaulted(kind)}" for one, kind in fields.items())
        return f"input {name} {{ {listed} }}"


def make_world(seed: int) -> World:
    """Return a schema with its resolvers."""
    rng = random.Random(seed)
    is_at_once = rng.random() < 0.5
    maker = SchemaMaker(rng, rng.random() < 0.3)
    sdl = maker.make()
    schema = build_schema(sdl)
    resolvers: dict[str, Resolver] = {}
    for kind in [*schema.type_map.values()]:
        if kind.name.startswith(("T", "Query", "Mutation", "Subscription")):
            for name, definition in kind.fields.items():  # type: ignore[attr-defined]
                way = rng.choice(AT_ONCE if is_at_once else LATER)
                made = _Field(seed, f"{kind.name}.{name}", str(definition.type), way, schema)
                definition.resolve = made.for_stock
                if rng.random() < 0.99:
                    resolvers[made.coordinate] = made.resolver()
    _finish(schema, rng)
    return World(sdl, schema, resolvers, InputValues(ENUMS, maker.inputs), is_at_once)


def _finish(schema: GraphQLSchema, rng: random.Random) -> None:
    """Give scalars, enums, arguments and objects what SDL has no words for."""
    odd: Any = schema.type_map["Odd"]
    odd.coerce_output_value = _odd
    letter: Any = schema.type_map["Letter"]
    letter.values["B"].value = ("b", 2)
    for kind in schema.type_map.values():
        if kind.name.startswith("T") and rng.random() < 0.05:
            kind.is_type_of = _is_type_of  # type: ignore[attr-defined]
        for definition in getattr(kind, "fields", {}).values():
            for name, argument in getattr(definition, "args", {}).items():
                if rng.random() < 0.1:
                    argument.out_name = f"{name}_out"


def _is_type_of(value: Any, _info: Any) -> bool:
    return isinstance(value, Mapping) and value["seed"] % 5 > 0


def _odd(value: Any) -> Any:
    """Return an odd integer; fail for the others in several ways."""
    if value % 2 == 0:
        raise (KeyError, ValueError, FailedError)[value % 3](f"{value} is even")
    return None if value % 5 == 0 else value


@dataclass(frozen=True)
class Eventual:
    """An awaitable that waits for so many turns. Nobody need await it, unlike a coroutine."""

    found: Callable[[], Any]
    turns: int

    def __await__(self) -> Generator[Any, None, Any]:
        """Wait, and return what is found."""
        for _ in range(self.turns):
            yield
        return self.found()


@dataclass(frozen=True)
class _Field:
    """A field and the way in which it is resolved."""

    seed: int
    coordinate: str
    kind: str
    way: str
    schema: GraphQLSchema

    def resolver(self) -> Resolver:
        """Return how plans resolve it."""
        if self.way == "many":
            return Resolver(self._found, self._many)
        if self.way == "many later":
            return Resolver(self._found, self._many_later)
        if self.way in ("async", "sleeping"):
            return Resolver(self._later, is_async=True)
        if self.way == "promise":
            return Resolver(self._later)
        return Resolver(self._found)

    def for_stock(self, source: Any, info: Any, **given: Any) -> Any:
        """Resolve it for the stock executor."""
        if self.way in ("async", "sleeping", "promise", "many later"):
            return self._later(source, info.context, given)
        return self._found(source, info.context, given)

    def _later(self, source: Any, context: Any, given: Any) -> "Eventual":
        turns = 1 if self.way == "sleeping" else 0
        return Eventual(lambda: self._found(source, context, given), turns)

    def _many(self, sources: Any, context: Any, given: Any) -> list[Any]:
        return [self._caught(*row, context) for row in zip(sources, given, strict=True)]

    async def _many_later(self, sources: Any, context: Any, given: Any) -> list[Any]:
        return self._many(sources, context, given)

    def _caught(self, source: Any, given: Any, context: Any) -> Any:
        try:
            return self._found(source, context, given)
        except Exception as error:
            return error

    def _found(self, source: Any, context: Any, given: Any) -> Any:
        """Return what the field resolves to, or raise."""
        number = source["seed"] if isinstance(source, Mapping) else context
        asked = f"{self.seed} {self.coordinate} {number} {sorted(given.items())}"
        found = self._value(random.Random(asked), self.kind)
        if isinstance(found, Exception):
            raise found
        return found

    def _value(self, rng: random.Random, kind: str) -> Any:
        """Return a value: mostly what it should be, at times null or an exception."""
        roll = rng.random()
        if roll < 0.04:
            return None if roll < 0.036 else Undefined
        if roll < 0.08:
            return self._error(rng)
        kind = kind.removesuffix("!")
        if kind.startswith("["):
            return self._list(rng, kind[1:-1]) if roll > 0.1 else "no list"
        if kind in LEAVES:
            return self._leaf(rng, kind) if roll > 0.1 else rng.choice(("awry", -0.5, [], 2**31))
        return {"__typename": self._typename(rng, kind), "seed": rng.randrange(1_000)}

    def _typename(self, rng: random.Random, kind: str) -> str:
        """Return the name of an object of a type, seldom of another."""
        named: Any = self.schema.type_map[kind]
        if kind.startswith("T"):
            return kind
        possible = self.schema.get_possible_types(named)
        return rng.choice(possible).name if rng.random() < 0.95 else "Query"

    def _error(self, rng: random.Random) -> Exception:
        """Return an exception of some kind."""
        text = f"{self.coordinate} {rng.randrange(10)}"
        return rng.choice(
            (
                ValueError(text),
                FailedError(text),
                KeyError(text),
                GraphQLError(text, extensions={"code": text}),
                GraphQLError(text, path=ELSEWHERE),
            )
        )

    @staticmethod
    def _leaf(rng: random.Random, kind: str) -> Any:
        """Return a value of a scalar or an enum."""
        number = rng.randrange(-3, 30)
        if kind == "Letter":
            return rng.choice(("A", ("b", 2), "C", "A", "C", "D"))
        found = {"Int": number, "Float": number / 4, "String": f"é{number}", "ID": number}
        found |= {"Boolean": number % 2 == 0, "Odd": number, "Any": {"n": [number]}}
        return found[kind] if rng.random() < 0.95 else number

    def _list(self, rng: random.Random, inner: str) -> Any:
        """Return a list, or another iterable in its place."""
        count = 40 if rng.random() < 0.01 else rng.randrange(4)
        items = [self._value(rng, inner) for _ in range(count)]
        failure = self._error(rng) if rng.random() < 0.1 else None
        if self.way == "iterator":
            return _iterated(items, failure) if rng.random() < 0.7 else tuple(items)
        if self.way == "promises":
            return [_promised(one, rng.randrange(3)) for one in items]
        if self.way == "stream":
            return _streamed(items, failure)
        return items


def _iterated(items: list[Any], failure: Exception | None) -> Iterator[Any]:
    yield from items
    if failure is not None:
        raise failure


async def _streamed(items: list[Any], failure: Exception | None) -> AsyncIterator[Any]:
    for item in items:
        yield item
    if failure is not None:
        raise failure


def _promised(item: Any, turns: int) -> Any:
    """Return an item as it is, or as an awaitable."""

    def found() -> Any:
        if isinstance(item, Exception):
            raise item
        return item

    return Eventual(found, turns - 1) if turns else item
