"""The variables of an operation: coerced quickly where they are as they should be."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLBoolean,
    GraphQLError,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    GraphQLType,
    ListTypeNode,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    TypeNode,
    get_variable_values,
    is_leaf_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues

_WORD_END = 2**64
_SHORT_INTEGER = re.compile(r"0|[1-9][0-9]{0,19}")
_INT_END = 2**31
# Of a word with its sign and a comma.
_WORD_CHARACTERS = 22
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)")
# Characters of variables above which others have turns: 1 ms of long integers.
LONG_INPUTS = 65_536
# Characters of integers between two turns of others: 0.3 ms.
SLICE_CHARACTERS = 16_384


class Coerced(NamedTuple):
    """Coerced variables.

    ``values`` is without those that were left out and have no default. ``exact`` is the same with
    all that graphql-core knows of them, if it was asked.
    """

    values: dict[str, Any]
    exact: VariableValues | None


class PlannedVariables:
    """The variables of one operation.

    Args:
        schema: Of the document.
        operation: Of a valid document.
        digit_scalars: Names of the scalars to which an integer, and the string of its decimal
            digits without leading zeros, are that integer; up to so many digits, at least 20.
        hides_schema: Whether messages may not suggest names of the schema.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        digit_scalars: Mapping[str, int],
        hides_schema: bool,
    ) -> None:
        """Look up the types."""
        self._schema = schema
        self._nodes = operation.variable_definitions or ()
        self._hides_schema = hides_schema
        self._digit_scalars = digit_scalars
        self._most_digits = {
            node.variable.name.value: digit_scalars.get(_scalar_of(node.type), 0)
            for node in self._nodes
        }
        self._types: dict[str, GraphQLType] | None = {}
        for node in self._nodes:
            kind = type_from_ast(schema, node.type)
            if kind is None or node.default_value is not None:
                self._types = None
                break
            self._types[node.variable.name.value] = kind

    async def coerce(self, inputs: Mapping[str, Any]) -> "Coerced | list[GraphQLError]":
        """Return the coerced variables, or what is wrong with them.

        While many long integers are read, which take 60 us each with 4,096 digits, others have
        turns.
        """
        coerced = self._quickly(inputs)
        if coerced is not None:
            return Coerced(coerced, None)
        if _characters(inputs, LONG_INPUTS) > LONG_INPUTS:
            inputs = {name: await self._read_ahead(name, one) for name, one in inputs.items()}
        exact = self.exact(inputs)
        return exact if isinstance(exact, list) else Coerced(exact.coerced, exact)

    async def _read_ahead(self, name: str, value: Any) -> Any:
        """Return a variable; if it is a list, with integers for the digits in it."""
        most = self._most_digits.get(name)
        if most is None or type(value) is not list:
            return value
        read: list[Any] = []
        characters = 0
        for one in value:
            is_integer = type(one) is str and len(one) <= most and _DECIMAL.fullmatch(one)
            read.append(int(one) if is_integer else one)
            characters += len(one) if is_integer else 1
            if characters > SLICE_CHARACTERS:
                await asyncio.sleep(0)
                characters = 0
        return read

    def exact(self, inputs: Mapping[str, Any]) -> VariableValues | list[GraphQLError]:
        """Return the variables as graphql-core coerces them, or its errors."""
        return get_variable_values(
            self._schema,
            self._nodes,
            dict(inputs),
            max_errors=50,
            hide_suggestions=self._hides_schema,
        )

    def _quickly(self, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the coerced variables if they are simple and right; None if in doubt."""
        if self._types is None:
            return None
        coerced: dict[str, Any] = {}
        for name, kind in self._types.items():
            if name not in inputs:
                if isinstance(kind, GraphQLNonNull):
                    return None
                continue
            value = self._value(kind, inputs[name])
            if value is None:
                return None
            coerced[name] = value
        return coerced

    def _value(self, kind: Any, value: Any) -> Any:
        """Return a coerced value; None if in doubt."""
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList):
            item: Any = kind.of_type
            item = item.of_type if isinstance(item, GraphQLNonNull) else item
            is_digits = is_leaf_type(item) and item.name in self._digit_scalars
            return read_integers(value) if is_digits and type(value) is list else None
        if not is_leaf_type(kind):
            return None
        if kind.name in self._digit_scalars:
            if type(value) is str and _SHORT_INTEGER.fullmatch(value):
                return int(value)
            integers = read_integers([value])
            return None if integers is None else integers[0]
        return _builtin(kind.name, value)


def _scalar_of(kind: TypeNode) -> str:
    """Return the name of the type at the bottom of a type."""
    while not isinstance(kind, NamedTypeNode):
        assert isinstance(kind, ListTypeNode | NonNullTypeNode)
        kind = kind.type
    return kind.name.value


def _builtin(name: str, value: Any) -> Any:
    """Return a value that its builtin scalar leaves as it is; None if in doubt."""
    if name == GraphQLInt.name:
        return value if type(value) is int and -_INT_END <= value < _INT_END else None
    kind = {GraphQLBoolean.name: bool, GraphQLString.name: str}.get(name)
    return value if type(value) is kind else None


def _characters(value: Any, enough: int) -> int:
    """Return about how many characters decoded JSON has, or some number above ``enough``.

    Cost: 0.1 us a value.
    """
    total = 0
    waiting = [value]
    while waiting and total <= enough:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int):
            total += one.bit_length() // 3
        total += 1
    return total


def read_integers(values: Sequence[Any]) -> list[int] | None:
    """Return integers below 2^64 that are given as strings of digits, or as integers.

    Returns:
        None if one of them is something else, or if in doubt.

    Cost: 40 ns a string.
    """
    if not values:
        return []
    types = set(map(type, values))
    if types == {int}:
        is_small = min(values) > -_WORD_END and max(values) < _WORD_END
        return list(values) if is_small else None
    if types != {str}:
        return None
    joined = ",".join(values)
    if len(joined) > _WORD_CHARACTERS * len(values):
        return None
    # JSON has the same grammar of integers, but for the space around them.
    if joined.split() != [joined]:
        return None
    try:
        integers: list[Any] = orjson.loads(f"[{joined}]")
    except orjson.JSONDecodeError:
        return None
    if len(integers) != len(values) or set(map(type, integers)) != {int}:
        return None
    return integers
