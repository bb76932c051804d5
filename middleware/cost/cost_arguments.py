"""The arguments of a field: coerced once where they are written out, else for every request."""

from collections.abc import Callable, Mapping, Set
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputType,
    ListValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_argument_values,
    is_non_null_type,
    is_required_argument,
    value_from_ast,
)

Variables = Mapping[str, Any]


class Arguments:
    """The arguments of one field as a function of the variables, coerced as for execution.

    Args:
        definition: The field of the schema.
        node: The field of a valid document.

    Attributes:
        variables: The names of those that take part.
    """

    __slots__ = ("_known", "_late", "_needed", "variables")

    def __init__(self, definition: GraphQLField, node: FieldNode) -> None:
        """Coerce what no variable takes part in."""
        self._known: dict[str, Any] = {}
        self._late: list[tuple[str, Callable[[Variables], Any]]] = []
        self._needed: Set[str] = frozenset()
        self.variables: Set[str] = frozenset()
        if not definition.args:
            return
        taking_part = {
            argument.name.value: (argument.value, _variables(argument.value))
            for argument in node.arguments or ()
        }
        late = {name: value for name, (value, names) in taking_part.items() if names}
        self.variables = frozenset().union(*(names for _, names in taking_part.values()))
        self._known = _values(definition, node, set(definition.args) - late.keys())
        self._needed = {name for name in late if is_non_null_type(definition.args[name].type)}
        for name, value in late.items():
            self._late.append((name, _late_value(definition, node, name, value)))

    @property
    def are_known(self) -> bool:
        """Whether no variable takes part in them."""
        return not self._late

    def of(self, variables: Variables) -> Mapping[str, Any] | None:
        """Return the arguments; those without a value are left out.

        None if one lacks a value that must have one: then the field fails before it is resolved.
        """
        if not self._late:
            return self._known
        arguments = dict(self._known)
        for name, evaluate in self._late:
            value = evaluate(variables)
            if name in self._needed and (value is None or value is Undefined):
                return None
            if value is not Undefined:
                arguments[name] = value
        return arguments


def _values(definition: GraphQLField, node: FieldNode, names: Set[str]) -> dict[str, Any]:
    """Return the arguments of these names, in which no variable takes part."""
    if not names:
        return {}
    if len(names) < len(definition.args):
        arguments = {name: definition.args[name] for name in names}
        definition = GraphQLField(definition.type, args=arguments)
    return get_argument_values(definition, node)


def _late_value(
    definition: GraphQLField, node: FieldNode, name: str, value: ValueNode
) -> Callable[[Variables], Any]:
    """Return how to get an argument in which variables take part."""
    argument = definition.args[name]
    if not isinstance(value, VariableNode):
        return partial(_composed, value, argument.type)
    default = Undefined
    if not is_required_argument(argument):
        bare = FieldNode(name=node.name)
        default = _values(definition, bare, {name}).get(name, Undefined)
    return partial(_looked_up, value.name.value, default)


def _looked_up(name: str, default: Any, variables: Variables) -> Any:
    """Return an argument that is one variable."""
    return variables.get(name, default)


def _composed(value: ValueNode, kind: GraphQLInputType, variables: Variables) -> Any:
    """Return an argument that has variables in it."""
    return value_from_ast(value, kind, dict(variables))


def _variables(value: ValueNode) -> Set[str]:
    """Return the names of the variables that take part in a value, however deep."""
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
