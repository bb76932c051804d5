"""Numbers of a document lifted into variables, so that texts that differ only in them are one.

The key of a text is what is left when its numbers are cut out. Of the first text with a key it is
known which numbers are arguments of root fields, or of any field if there is one root field, and
stand alone as an integer or as a whole string of digits: those may differ, and become variables.
All others are pinned: a text in which one of them differs has nothing to do with the first. Any
text with the same key and the same pinned numbers has the same tokens but for the lifted ones,
hence the same syntax tree and the same positions but for their lengths. What its lifted numbers may
be is decided by the types of their arguments; in doubt, the text is read as if nothing were known.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from operator import sub
from typing import Any, NamedTuple

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    GraphQLInt,
    GraphQLSchema,
    IntValueNode,
    ListValueNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

from execution.documents.variables import read_integers

# Only what stands between these can be a whole token: the others stay part of the key.
_NUMBER = re.compile(r'(?<=[ \n":,\[(])(-?[0-9]++)(?=[ \n,"\])])')
# Takes the place of a number in the key; a text that has one of its own has no key.
_GAP = "\0"
_INT_END = 2**31


class Cut(NamedTuple):
    """A text cut into its key and its numbers; ``parts`` has the key's pieces between them."""

    key: str
    numbers: list[str]
    parts: list[str]


def cut(text: str) -> Cut | None:
    """Return a text without its numbers, and these; None if there are none.

    None too if the text has what stands for a number in keys, as comments may: its key would be
    that of texts with other numbers.

    Cost: 8 ns a character.
    """
    pieces = [] if _GAP in text else _NUMBER.split(text)
    if len(pieces) < 2:
        return None
    parts = pieces[::2]
    return Cut(_GAP.join(parts), pieces[1::2], parts)


@dataclass(frozen=True, slots=True)
class _Lift:
    """A variable made of the numbers [first, last): one, or a list of them."""

    variable: str
    first: int
    last: int
    is_list: bool
    is_int: bool


class Shift:
    """Turns positions in the first text of a key into positions in another."""

    def __init__(self, starts: Sequence[int], first: Sequence[str], other: Sequence[str]) -> None:
        self._starts = starts
        self._grown = [0, *accumulate(map(sub, map(len, other), map(len, first)))]

    def __call__(self, position: int) -> int:
        """Return where in the other text the token begins that begins here in the first."""
        grown: int = self._grown[bisect_left(self._starts, position)]
        return position + grown


class Template:
    """The document that all texts of one key and the same pinned numbers share.

    Attributes:
        document: With variables, whose names no client can write, where numbers were lifted.
        text: The first one.
        pinned: Which numbers must be the same.
    """

    def __init__(self, text: Cut, document: DocumentNode, lifts: Sequence[_Lift]) -> None:
        self.document = document
        self.text = text
        self._numbers = text.numbers
        self._starts = _starts(text)
        self._lifts = lifts
        lifted = {index for lift in lifts for index in range(lift.first, lift.last)}
        self.pinned = [i for i in range(len(text.numbers)) if i not in lifted]
        self._lifted = sorted(lifted) if self.pinned else None
        self._is_plain = all(not (lift.is_list or lift.is_int) for lift in lifts)
        self._names = [lift.variable for lift in lifts]

    def read(self, numbers: Sequence[str]) -> dict[str, Any] | None:
        """Return the variables for another text's numbers; None if it is not of this kind."""
        if not self.has_pinned(numbers):
            return None
        chosen = numbers if self._lifted is None else [numbers[index] for index in self._lifted]
        integers = read_integers(chosen)
        if integers is None:
            return None
        if self._is_plain:
            return dict(zip(self._names, integers, strict=True))
        return self._variables(integers)

    def has_pinned(self, numbers: Sequence[str]) -> bool:
        """Return whether another text's numbers are the same where they must be."""
        return all(numbers[index] == self._numbers[index] for index in self.pinned)

    def pinned_key(self, text: Cut) -> str:
        """Return what all texts of the key have in common whose pinned numbers are those of one."""
        return _GAP.join((text.key, "", *(text.numbers[index] for index in self.pinned)))

    def shift(self, numbers: Sequence[str]) -> Shift:
        """Return how positions move for another text's numbers."""
        return Shift(self._starts, self._numbers, numbers)

    def _variables(self, integers: Sequence[int]) -> dict[str, Any] | None:
        """Return the variables with lists or Ints; None if a number does not fit an Int."""
        variables: dict[str, Any] = {}
        begin = 0
        for lift in self._lifts:
            end = begin + lift.last - lift.first
            part = integers[begin:end]
            begin = end
            if lift.is_int and not all(-_INT_END <= value < _INT_END for value in part):
                return None
            variables[lift.variable] = list(part) if lift.is_list else part[0]
        return variables


def lift(
    text: Cut, document: DocumentNode, schema: GraphQLSchema, digit_scalars: Mapping[str, int]
) -> Template | None:
    """Return the template that a text is the first of; None if nothing of it can be lifted.

    Args:
        text: Of the document.
        document: Valid.
        schema: Of the document.
        digit_scalars: Names of the scalars for which digits are that integer, literal or variable,
            with the most digits they have.
    """
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if len(operations) != 1 or operations[0].operation is not OperationType.QUERY:
        return None
    lifter = _Lifter(text, schema, digit_scalars)
    lifted = lifter.operation(operations[0])
    if lifted is None or not lifter.lifts:
        return None
    definitions = tuple(lifted if node is operations[0] else node for node in document.definitions)
    return Template(text, replace(document, definitions=definitions), lifter.lifts)


class _Lifter:
    """Puts variables in the place of numbers."""

    def __init__(self, text: Cut, schema: GraphQLSchema, digit_scalars: Mapping[str, int]) -> None:
        starts = _starts(text)
        self._at = {start: index for index, start in enumerate(starts)}
        self._lengths = list(map(len, text.numbers))
        self._root = schema.query_type
        self._digit_scalars = digit_scalars
        self.lifts: list[_Lift] = []

    def operation(self, node: OperationDefinitionNode) -> OperationDefinitionNode | None:
        """Return an operation with variables; None if its root fields may have to be merged."""
        fields = _distinct_fields(node.selection_set)
        if fields is None:
            return None
        # Aliases of one field share the selection below them only if it is the same for all.
        is_deep = len(fields) == 1
        selections = tuple(self._field(one, self._root, is_deep) for one in fields)
        return replace(node, selection_set=replace(node.selection_set, selections=selections))

    def _field(self, node: FieldNode, parent: Any, is_deep: bool) -> FieldNode:
        """Return a field with variables for arguments, if it is deep those of fields below too."""
        definition = parent.fields.get(node.name.value)
        if definition is None:
            return node
        if node.arguments:
            arguments = tuple(
                self._argument(one, definition.args[one.name.value].type) for one in node.arguments
            )
            node = replace(node, arguments=arguments)
        kind = get_named_type(definition.type)
        fields = _distinct_fields(node.selection_set) if is_deep else None
        if fields is None or node.selection_set is None or not is_object_type(kind):
            return node
        selections = tuple(self._field(one, kind, is_deep) for one in fields)
        return replace(node, selection_set=replace(node.selection_set, selections=selections))

    def _argument(self, node: ArgumentNode, kind: Any) -> ArgumentNode:
        """Return an argument that is a variable, if it was a number or a list of numbers."""
        kind = kind.of_type if is_non_null_type(kind) else kind
        is_list = is_list_type(kind) and isinstance(node.value, ListValueNode)
        if is_list:
            kind = kind.of_type.of_type if is_non_null_type(kind.of_type) else kind.of_type
        values = node.value.values if isinstance(node.value, ListValueNode) else (node.value,)
        is_int = kind is GraphQLInt
        if not (is_leaf_type(kind) and (is_int or kind.name in self._digit_scalars)):
            return node
        indices = [self._number(value, is_int) for value in values]
        first = indices[0] if indices else None
        # A comment in a list may have numbers of its own.
        if first is None or indices != list(range(first, first + len(indices))):
            return node
        name = f"{_GAP}{len(self.lifts)}"
        self.lifts.append(_Lift(name, first, first + len(indices), is_list, is_int))
        variable = VariableNode(name=NameNode(value=name, loc=node.value.loc), loc=node.value.loc)
        return replace(node, value=variable)

    def _number(self, node: Any, is_int: bool) -> int | None:
        """Return which of the text's numbers a value is, None if it is not exactly one."""
        if node.loc is None:
            return None
        quote = 1 if isinstance(node, StringValueNode) and not is_int else 0
        if not quote and not isinstance(node, IntValueNode):
            return None
        index = self._at.get(node.loc.start + quote)
        if index is None or node.loc.end - node.loc.start != self._lengths[index] + 2 * quote:
            return None
        return index


def _distinct_fields(selection_set: SelectionSetNode | None) -> list[FieldNode] | None:
    """Return the fields of a selection set; None if some may have to be merged, or are none."""
    if selection_set is None:
        return None
    fields = [one for one in selection_set.selections if isinstance(one, FieldNode)]
    names = {one.alias.value if one.alias else one.name.value for one in fields}
    return fields if len(names) == len(selection_set.selections) else None


def _starts(text: Cut) -> list[int]:
    """Return where in a text its numbers start."""
    starts = []
    position = 0
    for part, number in zip(text.parts, text.numbers, strict=False):
        starts.append(position + len(part))
        position += len(part) + len(number)
    return starts
