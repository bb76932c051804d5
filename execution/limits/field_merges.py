"""How many pairs of fields must be compared because they answer under one name."""

from collections.abc import Iterator, Mapping
from math import comb

from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import Definition, Level

# A field with a selection set is known by the level below it, another by its place in its level.
Field = Level | tuple[Level, int]


def count_merges(graph: FragmentGraph, limit: int) -> int:
    """Return how many pairs of fields and of fragments merge, or some number above ``limit``.

    Fields merge that have one response name in one selection set, fragments expanded; the selection
    sets below them then are one selection set. k fields that merge are k(k-1)/2 pairs, and so are k
    fragments that meet in a selection set. The same k are counted once, however often they meet.

    Cost: linear in the document with its fragments expanded, ``expand(graph).fields``; up to 1
        microsecond a field.
    Source: GraphQL specification, October 2021, section 5.3.2 (FieldsInSetCanMerge) and 6.3.2
        (CollectFields, which like this enters a fragment once for a selection set).
    """
    merges = 0
    counted: set[frozenset[Field | str]] = set()
    reached: set[frozenset[Level]] = set()
    waiting = [frozenset((root.levels[0],)) for root in graph.roots]
    while waiting and merges <= limit:
        siblings = waiting.pop()
        if siblings in reached:
            continue
        reached.add(siblings)
        if _nothing_merges(siblings):
            waiting.extend(frozenset((inner,)) for level in siblings for inner in level.below)
            continue
        fields, fragments = _collect(siblings, graph.fragments)
        for group in (frozenset(fragments), *map(frozenset, _merging(fields))):
            if group not in counted:
                counted.add(group)
                merges += comb(len(group), 2)
        waiting.extend(_levels_below(fields))
    return merges


def _nothing_merges(siblings: frozenset[Level]) -> bool:
    """Return whether no fields can merge: one level, no fragments, no name twice."""
    if len(siblings) > 1:
        return False
    (level,) = siblings
    if level.spreads:
        return False
    names = set(level.leaves)
    names.update(inner.response_name for inner in level.below)
    return len(names) == len(level.leaves) + len(level.below)


def _collect(
    siblings: frozenset[Level], fragments: Mapping[str, Definition]
) -> tuple[dict[str, list[Field]], dict[str, None]]:
    """Return the fields of merged levels by response name, and the names of fragments entered."""
    fields: dict[str, list[Field]] = {}
    entered: dict[str, None] = {}
    levels = list(siblings)
    # The list grows while it is walked.
    for level in levels:
        for place, name in enumerate(level.leaves):
            _add(fields, name, (level, place))
        for inner in level.below:
            _add(fields, inner.response_name, inner)
        for name in level.spreads:
            if name not in entered:
                entered[name] = None
                levels.append(fragments[name].levels[0])
    return fields, entered


def _add(fields: dict[str, list[Field]], response_name: str, field: Field) -> None:
    """Add a field to those of its response name."""
    if response_name in fields:
        fields[response_name].append(field)
    else:
        fields[response_name] = [field]


def _merging(fields: Mapping[str, list[Field]]) -> Iterator[list[Field]]:
    """Yield the fields of each response name that more than one has."""
    return (group for group in fields.values() if len(group) > 1)


def _levels_below(fields: Mapping[str, list[Field]]) -> Iterator[frozenset[Level]]:
    """Yield the levels below each response name that answer together."""
    for group in fields.values():
        levels = frozenset(field for field in group if isinstance(field, Level))
        if levels:
            yield levels
