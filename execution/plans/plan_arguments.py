"""The arguments of a planned field: coerced once where they are written out."""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    IntValueNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_argument_values,
    is_non_null_type,
    is_required_argument,
    print_ast,
)
from graphql.execution.values import VariableValues

ExactVariables = Callable[[], VariableValues]
"""Returns the variables with all that graphql-core knows of them; for what is rare."""


class PlannedArguments:
    """The arguments of one field of a valid document, as a function of the variables.

    Attributes:
        key: Equal for fields of one definition that are asked with the same.

    Raises:
        GraphQLError: An argument is not valid, whatever the variables.
    """

    __slots__ = ("_definition", "_is_simple", "_known", "_late", "_node", "key")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        written = {one.name.value: one.value for one in node.arguments or ()}
        self.key = tuple((name, _key_of(value)) for name, value in written.items())
        late = {name: value for name, value in written.items() if _may_vary(value)}
        self._is_simple = all(isinstance(value, VariableNode) for value in late.values())
        self._known = _values_without(late, definition, node) if definition.args else {}
        self._late = [
            (argument.out_name or name, value.name.value, is_non_null_type(argument.type))
            for name, value in late.items()
            if isinstance(value, VariableNode)
            for argument in [definition.args[name]]
        ]

    def of(self, variables: Mapping[str, Any], exact: ExactVariables) -> Mapping[str, Any]:
        """Return the arguments for these variables; to be read only.

        Raises:
            GraphQLError: One that must have a value has none.
        """
        if not self._is_simple:
            return get_argument_values(self._definition, self._node, exact())
        if not self._late:
            return self._known
        arguments = self._known.copy()
        for name, variable, is_required in self._late:
            if variable in variables:
                arguments[name] = variables[variable]
            if is_required and arguments.get(name) is None:
                return get_argument_values(self._definition, self._node, exact())
        return arguments


def _values_without(
    late: Mapping[str, ValueNode], definition: GraphQLField, node: FieldNode
) -> dict[str, Any]:
    """Return the arguments but for the values of ``late``, which may have defaults."""
    if not late:
        return get_argument_values(definition, node)
    args = {
        name: argument
        for name, argument in definition.args.items()
        if name not in late or not is_required_argument(argument)
    }
    if not args:
        return {}
    written = tuple(one for one in node.arguments or () if one.name.value not in late)
    bare = FieldNode(name=node.name, arguments=written)
    return get_argument_values(GraphQLField(definition.type, args=args), bare)


def _key_of(value: ValueNode) -> tuple[str, str]:
    """Return what is equal for equal values."""
    if isinstance(value, VariableNode):
        return value.kind, value.name.value
    if isinstance(value, IntValueNode | StringValueNode):
        return value.kind, value.value
    return value.kind, print_ast(value)


def _may_vary(value: ValueNode) -> bool:
    """Whether a variable may take part in a value; if in doubt it may."""
    kind, text = _key_of(value)
    return isinstance(value, VariableNode) or (
        kind in ("list_value", "object_value") and "$" in text
    )
