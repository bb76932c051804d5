"""The selection sets of a document, reduced to what its limits count."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

_INTROSPECTION_ROOTS = frozenset({"__schema", "__type"})

# How long the lists of introspection are taken to be; each other field answers one value. Through
# __type a client chooses the largest type of all. A schema may have longer lists: this orders
# documents by cost, and the limit on them is tuned to a schema.
_LENGTHS: Mapping[str, int] = MappingProxyType(
    {"__type": 8, "types": 50, "directives": 8, "fields": 6, "inputFields": 2, "enumValues": 3}
)


class Level:
    """One selection set with its inline fragments opened.

    ``response_name`` is that of the field it is below, "" at the top of a definition. ``leaves``
    are the response names of the fields without a selection set, of which ``asking`` have
    arguments, ``below`` the selection sets of the others, ``spreads`` names of fragments.
    ``is_introspection`` tells that its fields belong to the schema's description of itself;
    ``length`` estimates for how many objects it then answers.
    """

    __slots__ = (
        "asking",
        "below",
        "is_introspection",
        "leaves",
        "length",
        "response_name",
        "spreads",
    )

    def __init__(self, response_name: str, is_introspection: bool, length: int) -> None:
        self.response_name = response_name
        self.is_introspection = is_introspection
        self.length = length
        self.leaves: list[str] = []
        self.asking = 0
        self.below: list[Level] = []
        self.spreads: list[str] = []


class Definition(NamedTuple):
    """An operation, whose ``name`` is None here, or a fragment.

    ``levels`` begins with the definition's own; each stands before those below it.
    """

    name: str | None
    levels: list[Level]


def read_definitions(document: DocumentNode) -> list[Definition]:
    """Return the operations of a document and then its fragments.

    Cost: linear in the document; no recursion.
    """
    operations: list[Definition] = []
    fragments: list[Definition] = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            operations.append(Definition(None, _read_levels(node.selection_set, False)))
        elif isinstance(node, FragmentDefinitionNode):
            # A fragment on another type could not be spread into introspection.
            is_introspection = node.type_condition.name.value.startswith("__")
            levels = _read_levels(node.selection_set, is_introspection)
            fragments.append(Definition(node.name.value, levels))
    return operations + fragments


def _read_levels(selection_set: SelectionSetNode, is_introspection: bool) -> list[Level]:
    """Return the levels of a selection set, each before those below it."""
    levels = [Level("", is_introspection, 1)]
    waiting = [(selection_set, levels[0])]
    while waiting:
        nodes, level = waiting.pop()
        for node in nodes.selections:
            if isinstance(node, FieldNode):
                if node.selection_set is None:
                    level.leaves.append(_response_name(node))
                    level.asking += bool(node.arguments)
                else:
                    below = _level_below(node, level)
                    level.below.append(below)
                    levels.append(below)
                    waiting.append((node.selection_set, below))
            elif isinstance(node, FragmentSpreadNode):
                level.spreads.append(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                waiting.append((node.selection_set, level))
    return levels


def _level_below(node: FieldNode, level: Level) -> Level:
    """Return the level below a field of ``level``, still empty."""
    name = node.name.value
    is_introspection = level.is_introspection or name in _INTROSPECTION_ROOTS
    length = _LENGTHS.get(name, 1) if is_introspection else 1
    return Level(_response_name(node), is_introspection, length)


def _response_name(node: FieldNode) -> str:
    """Return the name under which a field is answered."""
    return node.alias.value if node.alias else node.name.value


def longest_name(document: DocumentNode, definitions: Iterable[Definition]) -> int:
    """Return the length of the longest name that answers and messages can repeat, at least 0.

    Those are response names, and the names of operations and fragments.
    """
    longest = 0
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode) and node.name:
            longest = max(longest, len(node.name.value))
    for definition in definitions:
        for level in definition.levels:
            longest = max(longest, len(level.response_name), *map(len, level.leaves))
    return longest
