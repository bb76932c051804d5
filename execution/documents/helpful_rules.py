"""Validation by graphql-core's rules, whose messages here say what to ask for instead."""

import itertools
import math
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from graphql import (
    ArgumentNode,
    ASTValidationRule,
    FieldNode,
    FieldsOnCorrectTypeRule,
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    KnownTypeNamesRule,
    NullValueNode,
    Undefined,
    ValuesOfCorrectTypeRule,
    get_named_type,
    is_required_argument,
    specified_rules,
)

from execution.limits.type_suggestions import FewTypeSuggestionsRule

Path = list[tuple[str, GraphQLField]]
"""The fields from a type down, with their names."""

# Fields are looked for so many levels below the type that lacks them.
_MOST_LEVELS = 2
# A name is alike if it begins with as many of the same letters, and with most of its own.
_LEAST_ALIKE, _MOST_OF = 4, 2 / 3


class FieldsInReachRule(FieldsOnCorrectTypeRule):
    """Fields have to exist; where one exists further down, the message says how to get there."""

    def report_error(self, error: GraphQLError) -> None:
        """Report a field that does not exist."""
        parent = self.context.get_parent_type()
        (node,) = error.nodes or (None,)
        if parent and isinstance(node, FieldNode) and not self.context.hide_suggestions:
            statement, _, suggested = error.message.partition(" Did you mean ")
            name = node.name.value
            path = path_of(parent, name) or ([] if suggested else path_alike(parent, name))
            if path:
                error = GraphQLError(f"{statement} Did you mean '{_asked(path)}'?", node)
        super().report_error(error)


class NamedValuesRule(ValuesOfCorrectTypeRule):
    """Literals have to fit their types; the message names the argument that one was given for."""

    _argument: ArgumentNode | None = None

    def enter_argument(self, node: ArgumentNode, *_args: Any) -> None:
        """Note whose value follows."""
        self._argument = node

    def leave_argument(self, _node: ArgumentNode, *_args: Any) -> None:
        """Forget it."""
        self._argument = None

    def report_error(self, error: GraphQLError) -> None:
        """Report a value that does not fit."""
        node = self._argument
        if node is not None:
            message = f"Argument '{node.name.value}' has invalid value: {error.message}"
            argument = self.context.get_argument()
            default = Undefined if argument is None else argument.default_value
            if isinstance(node.value, NullValueNode) and default is not Undefined:
                message += f" Leave it out to have {default}."
            error = GraphQLError(message, error.nodes, original_error=error.original_error)
        super().report_error(error)


_HELPFUL: Final[Mapping[type[ASTValidationRule], type[ASTValidationRule]]] = MappingProxyType(
    {
        FieldsOnCorrectTypeRule: FieldsInReachRule,
        KnownTypeNamesRule: FewTypeSuggestionsRule,
        ValuesOfCorrectTypeRule: NamedValuesRule,
    }
)
RULES: Final = tuple(_HELPFUL.get(rule, rule) for rule in specified_rules)
"""The rules of the specification, in graphql-core's order."""


def path_of(parent: GraphQLNamedType, name: str) -> Path:
    """Return the shortest way from a type down to a field of this name; empty if it is far."""
    return next((path for path in _paths(parent) if path[-1][0] == name), [])


def path_alike(parent: GraphQLNamedType, name: str) -> Path:
    """Return the shortest way from a type down to a field whose name begins alike."""
    least = math.ceil(max(_LEAST_ALIKE, len(name) * _MOST_OF))
    return next((path for path in _paths(parent) if path[-1][0][:least] == name[:least]), [])


def _paths(parent: GraphQLNamedType) -> Iterator[Path]:
    """Yield the ways from a type down to fields, the shorter first; each type has one."""
    level: list[tuple[Path, GraphQLNamedType]] = [([], parent)]
    seen = {parent.name}
    for _ in range(_MOST_LEVELS + 1):
        below: list[tuple[Path, GraphQLNamedType]] = []
        for path, kind in level:
            fields = kind.fields if isinstance(kind, GraphQLObjectType) else {}
            for name, field in fields.items():
                longer = [*path, (name, field)]
                yield longer
                named = get_named_type(field.type)
                if named.name not in seen:
                    seen.add(named.name)
                    below.append((longer, named))
        level = below


def _asked(path: Path) -> str:
    """Return a way down as a document asks it, its required arguments to be filled in."""
    return " { ".join(itertools.starmap(_field, path)) + " }" * (len(path) - 1)


def _field(name: str, field: GraphQLField) -> str:
    """Return a field with its required arguments."""
    required = [f"{one}: ..." for one, kind in field.args.items() if is_required_argument(kind)]
    return f"{name}({', '.join(required)})" if required else name
