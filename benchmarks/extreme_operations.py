"""Operations made at random over the whole schema, with extreme values in every place."""

import base64
import json
import random
from typing import Any, Final, NamedTuple

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    get_named_type,
    is_leaf_type,
)

# p^2 of the greatest primes below 2^16 and 2^32: 65521 and 4294967291 (The Prime Pages).
_POSITIVE = (
    *(1, 2, 3, 4, 30, 97, 561, 65521**2, 4294967291**2),
    *(2**bits + step for bits in (16, 31, 32, 53, 63, 64, 65, 128) for step in (-1, 0, 1)),
    *(10**digits + step for digits in (15, 19, 300, 308, 309, 400, 1_000) for step in (0, 7)),
    *(10**4_096 - 1, 10**4_095, 9 * 10**4_095 + 1),
)
INTEGERS = (0, *_POSITIVE, *(-value for value in _POSITIVE))
WIDTHS = (-1, 0, 1, 2, 1_000, 2**20, 2**33, 2**64, 10**309, 10**4_095)
INTS = (-(2**31), -1_000, -1, 0, 1, 2, 3, 50, 1_000, 100_000, 100_001, 2**31 - 1)
OFFSETS: tuple[list[int], ...] = (
    [],
    [0],
    [0, 2],
    [0, 4, 6],
    [2, 0],
    [0, 0],
    [0, 2, 4],
    [0, 2**31 - 1],
    [*range(0, 80, 2)],
)
# Texts with spaces, quotes of both kinds and ends of lines, of more than a message may repeat.
_LONG_TEXTS: Final = (
    *("a b " * 100, 'a" b ' * 100, "a' b " * 100, "a \n" * 100, "\\" * 300, "é" * 300),
    *("7 " * 2_000, "None True False " * 20, "\U0001f600" * 100, "\x7f\x00" * 100),
)
_LONG_NAME = "a" * 200
# What types refuse, as literals: each is a mistake that clients make.
MISTAKES: Final = (
    *('"1e6"', "1e6", "97.0", '"1,000"', '"2^61-1"', '"007"', '""', "true", "null", "X", "[]"),
    *("1" + "e9" * 2, "1e400", "-0", "[" * 20 + "]" * 20, f"[{'1, ' * 400}]", _LONG_NAME),
    f"{{{', '.join(f'a{number}: {number}' for number in range(400))}}}",
    *(json.dumps(text) for text in _LONG_TEXTS),
    f'"""{_LONG_TEXTS[1]} """',
)
# And as values of variables.
WRONG_VALUES: Final = (
    *("1e6", "", 97.0, 1e300, True, [], {}, [[]], [None], {"a": 1}, 10**4_096, -(10**4_200)),
    *(list(range(400)), {f"a {number}": number for number in range(400)}, *_LONG_TEXTS),
    *({text: [text, {text: text}]} for text in _LONG_TEXTS),
)
# Selections that stand beside others, most of them wrong.
BESIDE: Final = (
    *(_LONG_NAME, f"{_LONG_NAME}: __typename", f"...{_LONG_NAME}", f"... on {_LONG_NAME} {{ a }}"),
    *(f"__typename @{_LONG_NAME}", f"primeCount({_LONG_NAME}: 1)", f"primeCount(x: ${_LONG_NAME})"),
    *("{", "}", "(", "!", "...", "\\", "#", "a" * 300, "'a'", '"', '"""', '"\\u{110000}"', "\x00"),
    *(f"__typename @skip(if: {json.dumps(text)})" for text in _LONG_TEXTS),
    *(f"__type(name: {json.dumps(text)}) {{ name }}" for text in _LONG_TEXTS),
    *(json.dumps(text) for text in _LONG_TEXTS),
    "__schema { types { name fields(includeDeprecated: 1) { name } } }",
)
_NAMES: Final = (_LONG_NAME, "a" * 300, *_LONG_TEXTS)
_MOST_FIELDS = 4
# How often the last document is asked again with other values: it is read and checked once.
_AGAIN = 0.85


class ExtremeOperation(NamedTuple):
    """A document, its variables, and which of its operations is meant."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None = None


class ExtremeOperations:
    """A sequence of operations that depends on its seed only."""

    def __init__(self, schema: GraphQLSchema, seed: int, depth: int = 5) -> None:
        self._schema = schema
        # Documents of one shape are made from the same state of this.
        self._shape = random.Random(seed)
        self._random = random.Random(f"values of {seed}")
        self._state: Any = None
        self._depth = depth
        self._variables: dict[str, Any] = {}
        self._declared: list[str] = []
        self._literal_chance = self._mistake_chance = 0.0
        self._last = 0

    def next(self) -> ExtremeOperation:
        """Return the next operation."""
        if self._state is None or self._random.random() >= _AGAIN:
            self._state = self._shape.getstate()
        else:
            self._shape.setstate(self._state)
        self._variables, self._declared = {}, []
        # With variables only, the text is the same again.
        self._literal_chance = 0.5 if self._shape.random() < 0.25 else 0.0
        self._mistake_chance = 0.3 if self._random.random() < 0.1 else 0.0
        assert self._schema.query_type is not None
        selection = self._selection(self._schema.query_type, self._depth)
        if self._shape.random() < 0.02:
            selection = f"{selection[:-1]}{self._random.choice(BESIDE)} }}"
        head = f"query({' '.join(self._declared)}) " if self._declared else ""
        name = self._random.choice(_NAMES) if self._random.random() < 0.005 else None
        return ExtremeOperation(head + selection, self._variables, name)

    def _selection(self, kind: GraphQLObjectType, depth: int) -> str:
        """Return some fields of a type, some of them twice."""
        names = [
            name
            for name, field in kind.fields.items()
            if depth > 1 or is_leaf_type(get_named_type(field.type))
        ]
        chosen = self._shape.choices(names, k=self._shape.randint(1, _MOST_FIELDS))
        fields = [
            f"a{place}: {self._field(name, kind.fields[name], depth)}"
            for place, name in enumerate(chosen)
        ]
        return f"{{ {' '.join(fields)} }}" if fields else "{ __typename }"

    def _field(self, name: str, field: GraphQLField, depth: int) -> str:
        """Return a field with arguments and its selection."""
        arguments = [
            f"{key}: {self._argument(key, argument)}"
            for key, argument in field.args.items()
            if self._is_required(argument) or self._shape.random() < 0.6
        ]
        given = f"({', '.join(arguments)})" if arguments else ""
        inner = get_named_type(field.type)
        below = self._selection(inner, depth - 1) if isinstance(inner, GraphQLObjectType) else ""
        return f"{name}{given} {below}"

    @staticmethod
    def _is_required(argument: GraphQLArgument) -> bool:
        return isinstance(argument.type, GraphQLNonNull) and argument.default_value is Undefined

    def _argument(self, name: str, argument: GraphQLArgument) -> str:
        """Return a value as a literal, or the name of a variable that has it."""
        is_literal = self._shape.random() < self._literal_chance
        is_mistake = self._random.random() < self._mistake_chance
        if is_literal and is_mistake:
            return self._random.choice(MISTAKES)
        wrong = self._random.choice(WRONG_VALUES)
        value = wrong if is_mistake else self._value(name, argument.type)
        if is_literal:
            return json.dumps(value)
        variable = f"v{len(self._variables)}"
        self._variables[variable] = value
        self._declared.append(f"${variable}: {argument.type}")
        return f"${variable}"

    def _value(self, name: str, kind: GraphQLInputType) -> Any:
        """Return a value that fits a type."""
        if isinstance(kind, GraphQLNonNull):
            return self._present(name, kind.of_type)
        return None if self._random.random() < 0.1 else self._present(name, kind)

    def _present(self, name: str, kind: Any) -> Any:
        """Return a value other than null."""
        choice = self._random.choice
        if name == "offsets":
            return choice(OFFSETS)
        if isinstance(kind, GraphQLList):
            size = self._random.randint(0, 4)
            return [self._value(name, kind.of_type) for _ in range(size)]
        if kind.name == "Int":
            return choice(INTS)
        if kind.name == "String":
            return self._cursor()
        value = choice(INTEGERS)
        if name == "high" and self._random.random() < 0.8:
            value = self._last + choice(WIDTHS)
            value = max(min(value, 10**4_096 - 1), 1 - 10**4_096)
        self._last = value
        return value if abs(value) < 2**31 and self._random.random() < 0.5 else str(value)

    def _cursor(self) -> str:
        """Return garbage, or what looks like a cursor of an extreme integer."""
        value = abs(self._random.choice(INTEGERS))
        raw = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
        kind = self._random.choice((b"prime", b"divisor", b"constellation", b"none"))
        cursor = base64.urlsafe_b64encode(kind + b":" + raw).rstrip(b"=").decode()
        return self._random.choice((cursor, cursor, "", "x", "é", cursor[:-1], "A" * 30_000))
