"""Requests on any schema, made from a seed: mostly valid, some refused for their variables."""

import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from tests.execution.input_values_at_random import InputValues, printed

_HIDDEN = ("@skip(if: true)", "@include(if: false)", "@skip(if: $c0)", "@include(if: $c1)")
_WRONG: tuple[Any, ...] = (None, True, 1.5, "x", [], [None], {}, {"o0": 1, "o1": "x"}, 2**40)
_INTROSPECTION = (
    "__schema { queryType { name } types { name } }",
    '__type(name: "Query") { kind fields(includeDeprecated: true) { name } }',
)


@dataclass(frozen=True)
class Request:
    """A text, the name of its operation, and the values of its variables.

    ``marked`` is the same text whose operation has a directive; all its locations are the same.
    """

    text: str
    marked: str
    name: str | None
    variables: dict[str, Any]


@dataclass
class RequestMaker:
    """Makes requests on one schema.

    Args:
        schema: Any.
        inputs: Makes values of its input types.
        rng: Decides everything.
    """

    schema: GraphQLSchema
    inputs: InputValues
    rng: random.Random
    _text: list[str] = field(default_factory=list)
    _variables: dict[str, tuple[str, str]] = field(default_factory=dict)
    _fragments: list[tuple[str, Any]] = field(default_factory=list)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)
    _written: int = 0
    _hidden: str = ""

    def make(self) -> Request:
        """Return a request."""
        rng = self.rng
        kind = rng.choice(("query",) * 30 + ("mutation", "subscription"))
        self._selection(self.schema.type_map[kind.capitalize()], 0)
        while self._written < len(self._fragments):
            name, on = self._fragments[self._written]
            self._written += 1
            self._text.append(f"fragment {name} on {on.name}")
            self._selection(on, 3)
        has_other = rng.random() < 0.1
        if has_other:
            self._text.append("query Other { __typename }")
        listed = " ".join(
            f"${name}: {kind}{default}" for name, (kind, default) in self._variables.items()
        )
        head = f"{kind} Q{f'({listed})' if listed else ''}"
        body = " ".join(self._text).replace(" {", rng.choice((" {", "\n{", "\r\n {")))
        operation = "Q" if has_other or rng.random() < 0.3 else None
        marked = f"{head} @experimental_disableErrorPropagation\n{body}"
        return Request(f"{head}\n{body}", marked, operation, self._values())

    def _values(self) -> dict[str, Any]:
        """Return values for the variables, seldom wrong ones."""
        rng = self.rng
        values = {}
        for name, (kind, default) in self._variables.items():
            if rng.random() < 0.02:
                values[name] = rng.choice(_WRONG)
            elif (kind.endswith("!") and not default) or rng.random() < 0.6:
                values[name] = self.inputs.value(rng, kind)
        return values

    def _selection(self, kind: Any, depth: int) -> None:
        """Write a selection set, seldom one of which nothing is selected."""
        rng = self.rng
        outer = self._hidden
        if rng.random() < 0.05:
            self._hidden = rng.choice(_HIDDEN)
        self._text.append("{")
        for _ in range(rng.choice((1, 2, 3, 4))):
            self._one(kind, depth)
        if rng.random() < 0.3:
            self._text.append(f"x: __typename{self._condition()}")
        self._text.append("}")
        self._hidden = outer

    def _one(self, kind: Any, depth: int) -> None:
        """Write one selection."""
        rng = self.rng
        roll = rng.random()
        fields = getattr(kind, "fields", {})
        shallow = {n: f for n, f in fields.items() if not is_composite_type(get_named_type(f.type))}
        chosen = fields if depth < 4 else shallow
        if roll < 0.2 and depth < 4:
            on = self._narrowed(kind)
            named = rng.choice(("", f" on {on.name}")) if on is kind else f" on {on.name}"
            self._text.append(f"...{named}{self._condition()}")
            self._below(on, depth + 1)
        elif roll < 0.3 and depth < 4:
            self._text.append(f"...{self._fragment(self._narrowed(kind))}{self._condition()}")
        elif roll < 0.34 or not chosen:
            self._text.append(f"__typename{self._condition()}")
        elif roll < 0.345 and kind.name == "Query":
            self._text.append(rng.choice(_INTROSPECTION))
        else:
            name = rng.choice(list(chosen))
            self._field(kind, name, chosen[name], depth)

    def _narrowed(self, kind: Any) -> Any:
        """Return a type that a fragment may have inside of another."""
        if is_abstract_type(kind):
            return self.rng.choice([kind, *self.schema.get_possible_types(kind)])
        return self.rng.choice([kind, kind, *getattr(kind, "interfaces", ())])

    def _below(self, kind: Any, depth: int) -> None:
        """Write a selection set that is not hidden because one around it is."""
        outer, self._hidden = self._hidden, ""
        self._selection(kind, depth)
        self._hidden = outer

    def _fragment(self, kind: Any) -> str:
        """Return the name of a fragment on a type, perhaps of one that is spread elsewhere."""
        known = [name for name, on in self._fragments[self._written :] if on is kind]
        if known and (self.rng.random() < 0.5 or len(self._fragments) > 4):
            return self.rng.choice(known)
        name = f"F{len(self._fragments)}"
        self._fragments.append((name, kind))
        return name

    def _field(self, kind: Any, name: str, definition: GraphQLField, depth: int) -> None:
        """Write a field, seldom twice. Fields of one response name always ask for the same."""
        arguments = self._arguments(definition)
        asked = f"{name}{arguments}"
        if arguments or self.rng.random() < 0.1:
            key = (kind.name, asked if self.rng.random() < 0.9 else f"{asked} again")
            alias = self._names.setdefault(key, f"a{len(self._names)}")
            asked = f"{alias}: {asked}"
        for _ in range(2 if self.rng.random() < 0.08 else 1):
            self._text.append(f"{asked}{self._condition()}")
            below = get_named_type(definition.type)
            if is_composite_type(below):
                self._below(below, depth + 1)

    def _arguments(self, definition: GraphQLField) -> str:
        """Return the arguments of a field."""
        made = [
            f"{name}: {printed(self.inputs.value(self.rng, str(one.type), self._variable))}"
            for name, one in definition.args.items()
            if is_required_argument(one) or self.rng.random() < 0.6
        ]
        return f"({', '.join(made)})" if made else ""

    def _variable(self, rng: random.Random, kind: str) -> str | None:
        """Return a variable for a position of a type, at times."""
        if rng.random() > 0.25:
            return None
        needed = f"{kind.removesuffix('!')}{rng.choice(('!', '' if kind[-1] != '!' else '!'))}"
        found = [name for name, (known, _) in self._variables.items() if known == needed]
        if found and rng.random() < 0.6:
            return rng.choice(found)
        name = f"v{len(self._variables)}"
        value = self.inputs.value(rng, needed)
        self._variables[name] = (needed, f" = {printed(value)}" if rng.random() < 0.3 else "")
        return name

    def _condition(self) -> str:
        """Return a condition, seldom, but where selections are hidden always."""
        rng = self.rng
        if not self._hidden and rng.random() > 0.08:
            return ""
        value = rng.choice(("true", "false", "$c0", "$c1"))
        made = self._hidden or f"@{rng.choice(('skip', 'include'))}(if: {value})"
        for name, default in (("c0", ""), ("c1", " = true")):
            if f"${name}" in made:
                self._variables.setdefault(name, ("Boolean!", default))
        return f" {made}"
