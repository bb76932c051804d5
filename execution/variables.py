"""The variables of an operation: coerced quickly where they are as they should be."""

from collections.abc import Mapping, Sequence
from typing import Any

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
    OperationDefinitionNode,
    get_variable_values,
    is_leaf_type,
    type_from_ast,
)
from graphql.execution.values import VariableValues

_WORD_END = 2**64
_INT_END = 2**31


class PlannedVariables:
    """The variables of one operation.

    Args:
        schema: Of the document.
        operation: Of a valid document.
        digit_scalars: Names of the scalars to which an integer, and the string of its decimal
            digits without leading zeros, are that integer, at least up to 20 digits.
        hides_schema: Whether messages may not suggest names of the schema.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        operation: OperationDefinitionNode,
        digit_scalars: frozenset[str],
        hides_schema: bool,
    ) -> None:
        """Look up the types."""
        self._schema = schema
        self._nodes = operation.variable_definitions or ()
        self._hides_schema = hides_schema
        self._digit_scalars = digit_scalars
        self._types: dict[str, GraphQLType] | None = {}
        for node in self._nodes:
            kind = type_from_ast(schema, node.type)
            if kind is None or node.default_value is not None:
                self._types = None
                break
            self._types[node.variable.name.value] = kind

    def coerce(self, inputs: Mapping[str, Any]) -> dict[str, Any] | list[GraphQLError]:
        """Return the coerced variables, without those that were left out; or what is wrong."""
        coerced = self._quickly(inputs)
        if coerced is not None:
            return coerced
        exact = self.exact(inputs)
        return exact if isinstance(exact, list) else exact.coerced

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
            integers = read_integers([value])
            return None if integers is None else integers[0]
        return _builtin(kind.name, value)


def _builtin(name: str, value: Any) -> Any:
    """Return a value that its builtin scalar leaves as it is; None if in doubt."""
    if name == GraphQLInt.name:
        return value if type(value) is int and -_INT_END <= value < _INT_END else None
    kind = {GraphQLBoolean.name: bool, GraphQLString.name: str}.get(name)
    return value if type(value) is kind else None


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
