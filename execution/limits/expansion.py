"""What a document comes to once its fragments are expanded, found without expanding them."""

from collections.abc import Sequence
from typing import NamedTuple

from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import Level

# Along a chain of fragments sums multiply; from here on they are lower bounds.
CEILING = 10**12


class Expansion(NamedTuple):
    """What selection sets come to, their fragments expanded.

    ``visits`` is how often a fragment is entered, ``fields`` how many fields are selected, of which
    ``parents`` have a selection set and ``asking`` have arguments and none; all without regard to
    merging and CEILING at most. ``depth`` is how many fields stand below each other, those of
    introspection not counted.
    """

    visits: int
    fields: int
    depth: int
    parents: int
    asking: int


class Introspection(NamedTuple):
    """What selection sets ask of the schema's description of itself, their fragments expanded.

    ``depth`` is how many of its fields stand below each other; ``values`` estimates how many values
    it answers, CEILING at most.
    """

    depth: int
    values: int


def expand(graph: FragmentGraph) -> Expansion:
    """Return what the operations and the unused fragments of a document come to together.

    Cost: linear in the document, since each selection set is looked at once.
    """
    return _together(graph.fold(_expand_level))


def introspect(graph: FragmentGraph) -> Introspection:
    """Return what the operations and the unused fragments ask of introspection together.

    Cost: linear in the document, and next to nothing without introspection.
    """
    if not any(level.is_introspection for one in graph.ordered for level in one.levels):
        return Introspection(0, 0)
    return _asked_together(graph.fold(_introspect_level))


def _expand_level(
    level: Level, below: Sequence[Expansion], spread: Sequence[Expansion]
) -> Expansion:
    """Return what one level comes to."""
    own_fields = len(level.leaves) + len(level.below)
    own_depth = 0 if level.is_introspection or not own_fields else 1
    if not below and not spread:
        return Expansion(0, own_fields, own_depth, 0, level.asking)
    inner, entered = _together(below), _together(spread)
    return Expansion(
        min(len(spread) + inner.visits + entered.visits, CEILING),
        min(own_fields + inner.fields + entered.fields, CEILING),
        max(own_depth + inner.depth, entered.depth),
        min(len(level.below) + inner.parents + entered.parents, CEILING),
        min(level.asking + inner.asking + entered.asking, CEILING),
    )


def _together(parts: Sequence[Expansion]) -> Expansion:
    """Return what expansions come to side by side."""
    return Expansion(
        min(sum(part.visits for part in parts), CEILING),
        min(sum(part.fields for part in parts), CEILING),
        max((part.depth for part in parts), default=0),
        min(sum(part.parents for part in parts), CEILING),
        min(sum(part.asking for part in parts), CEILING),
    )


def _introspect_level(
    level: Level, below: Sequence[Introspection], spread: Sequence[Introspection]
) -> Introspection:
    """Return what the selections of one level ask of introspection."""
    parts = [*spread]
    if level.is_introspection and level.leaves:
        parts.append(Introspection(1, len(level.leaves)))
    for inner, asked in zip(level.below, below, strict=True):
        if inner.is_introspection:
            parts.append(Introspection(1 + asked.depth, inner.length * (1 + asked.values)))
        else:
            parts.append(asked)
    return _asked_together(parts)


def _asked_together(parts: Sequence[Introspection]) -> Introspection:
    """Return what is asked side by side."""
    return Introspection(
        max((part.depth for part in parts), default=0),
        min(sum(part.values for part in parts), CEILING),
    )
