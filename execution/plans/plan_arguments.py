"""The arguments of a planned field: coerced once where they are written out."""

from collections.abc import Callable, Mapping, Set
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
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
        variables: The names of the variables in them.
    """

    __slots__ = ("_definition", "_is_simple", "_known", "_late", "_node", "key", "variables")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        self._definition = definition
        self._node = node
        self._known: dict[str, Any] = {}
        self._late: list[tuple[str, str, bool]] = []
        self._is_simple = True
        self.key: tuple[tuple[str, tuple[str, str]], ...] = ()
        self.variables: Set[str] = frozenset()
        if definition.args:
            self._coerce({one.name.value: one.value for one in node.arguments or ()})

    def _coerce(self, written: Mapping[str, ValueNode]) -> None:
        """Coerce what can be coerced without variables; note the rest."""
        self.key = tuple((name, _key_of(value)) for name, value in written.items())
        late = {name: value for name, value in written.items() if _variables_in(value)}
        if late:
            self.variables = frozenset().union(*map(_variables_in, late.values()))
            self._is_simple = all(isinstance(value, VariableNode) for value in late.values())
        try:
            self._known = _values_without(late, self._definition, self._node)
        except GraphQLError:
            # Its message is worked out again, for the field that fails by it.
            self._is_simple = False
        self._late = [
            (argument.out_name or name, value.name.value, is_non_null_type(argument.type))
            for name, value in late.items()
            if isinstance(value, VariableNode)
            for argument in [self._definition.args[name]]
        ]

    @property
    def are_known(self) -> bool:
        """Whether they are the same for all variables."""
        return self._is_simple and not self._late

    def of(self, variables: Mapping[str, Any], exact: ExactVariables) -> Mapping[str, Any]:
        """Return the arguments for these variables; to be read only.

        Raises:
            GraphQLError: One that must have a value has none.
        """
        found = self._quickly(variables)
        if found is None:
            return get_argument_values(self._definition, self._node, exact())
        return found

    def valid(self, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the same, None where ``of`` raises."""
        found = self._quickly(variables)
        if found is not None or self._is_simple:
            return found
        exact = VariableValues({}, dict(variables))
        try:
            return get_argument_values(self._definition, self._node, exact)
        except GraphQLError:
            return None

    def _quickly(self, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the arguments; None if one lacks a value, or if graphql-core must coerce them."""
        if not self._is_simple:
            return None
        if not self._late:
            return self._known
        arguments = self._known.copy()
        for name, variable, is_required in self._late:
            if variable in variables:
                arguments[name] = variables[variable]
            if is_required and arguments.get(name) is None:
                return None
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


def _variables_in(value: ValueNode) -> Set[str]:
    """Return the names of the variables in a value, however deep."""
    if isinstance(value, VariableNode):
        return {value.name.value}
    names: set[str] = set()
    waiting: list[ValueNode] = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, VariableNode):
            names.add(node.name.value)
        elif isinstance(node, ListValueNode):
            waiting.extend(node.values)
        elif isinstance(node, ObjectValueNode):
            waiting.extend(field.value for field in node.fields)
    return names
