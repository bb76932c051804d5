"""Small documents of nested fragments, and what they come to when expanded by hand."""

from collections.abc import Iterator
from math import comb

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)
from hypothesis import strategies as st

FRAGMENT_COUNT = 5
Fragments = dict[str, FragmentDefinitionNode]


def _selection_sets(spreadable: list[str]) -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "c", "a: b", "__typename", *spreadable])
    selections = st.recursive(
        leaves,
        lambda inner: st.builds(
            "{} {{ {} }}".format,
            st.sampled_from(["a", "b", "b: a", "...", "... on Query"]),
            st.lists(inner, max_size=4).map(" ".join),
        ),
        max_leaves=6,
    )
    return st.lists(selections, max_size=4).map(" ".join)


def _document(may_spread: dict[int, list[str]]) -> st.SearchStrategy[str]:
    bodies = [_selection_sets(may_spread[number]) for number in range(-1, FRAGMENT_COUNT)]
    return st.tuples(*bodies).map(
        lambda texts: f"{{ {texts[0]} }}"
        + "".join(f" fragment F{n} on Query {{ {text} }}" for n, text in enumerate(texts[1:]))
    )


def _later(number: int) -> list[str]:
    return [f"...F{other}" for other in range(number + 1, FRAGMENT_COUNT)]


# Every fragment spreads later ones only: there is no cycle.
ACYCLIC = _document({number: _later(number) for number in range(-1, FRAGMENT_COUNT)})
ANY_GRAPH = _document({number: [*_later(-1), "...None"] for number in range(-1, FRAGMENT_COUNT)})


def fragments_of(document: DocumentNode) -> Fragments:
    """Return the fragments by name."""
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def starting_points(document: DocumentNode) -> Iterator[SelectionSetNode]:
    """Yield the selection sets of the operations, and of the fragments that no one spreads."""
    spread = {
        selection.name.value
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode)
        for selection in _all_selections(node.selection_set)
        if isinstance(selection, FragmentSpreadNode)
    }
    for node in document.definitions:
        if isinstance(node, FragmentDefinitionNode) and node.name.value in spread:
            continue
        if isinstance(node, OperationDefinitionNode | FragmentDefinitionNode):
            yield node.selection_set


def _all_selections(selection_set: SelectionSetNode) -> Iterator[SelectionNode]:
    for selection in selection_set.selections:
        yield selection
        inner = getattr(selection, "selection_set", None)
        if inner is not None:
            yield from _all_selections(inner)


def expanded(selection_set: SelectionSetNode, fragments: Fragments) -> tuple[int, int, int]:
    """Return visits to fragments, fields, and levels of fields, all spreads written out."""
    visits = fields = depth = 0
    for selection in selection_set.selections:
        if isinstance(selection, FragmentSpreadNode):
            inner = expanded(fragments[selection.name.value].selection_set, fragments)
            visits += 1
        elif isinstance(selection, FieldNode):
            body = selection.selection_set
            inner = expanded(body, fragments) if body else (0, 0, 0)
            inner = (inner[0], inner[1] + 1, inner[2] + 1)
        else:
            inner = expanded(selection.selection_set, fragments)  # type: ignore[attr-defined]
        visits, fields, depth = visits + inner[0], fields + inner[1], max(depth, inner[2])
    return visits, fields, depth


def merges(document: DocumentNode) -> int:
    """Return how many pairs of fields and of fragments merge, found by merging all of them."""
    fragments = fragments_of(document)
    groups: set[frozenset[object]] = set()
    for start in starting_points(document):
        _merge([start], fragments, groups)
    return sum(comb(len(group), 2) for group in groups)


def _merge(
    together: list[SelectionSetNode], fragments: Fragments, groups: set[frozenset[object]]
) -> None:
    by_name: dict[str, list[FieldNode]] = {}
    entered: list[str] = []
    for selection_set in together:
        _collect(selection_set, fragments, by_name, entered)
    groups.add(frozenset(entered))
    for fields in by_name.values():
        groups.add(frozenset(map(id, fields)))
        below = [field.selection_set for field in fields if field.selection_set is not None]
        if below:
            _merge(below, fragments, groups)


def _collect(
    selection_set: SelectionSetNode,
    fragments: Fragments,
    by_name: dict[str, list[FieldNode]],
    entered: list[str],
) -> None:
    for selection in selection_set.selections:
        if isinstance(selection, FieldNode):
            name = selection.alias.value if selection.alias else selection.name.value
            by_name.setdefault(name, []).append(selection)
        elif isinstance(selection, FragmentSpreadNode):
            if selection.name.value not in entered:
                entered.append(selection.name.value)
                body = fragments[selection.name.value].selection_set
                _collect(body, fragments, by_name, entered)
        else:
            inner = selection.selection_set  # type: ignore[attr-defined]
            _collect(inner, fragments, by_name, entered)
