"""Which definition of a document spreads which fragment, made free of cycles."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from execution.limits.selection_tree import Definition, Level

Result = TypeVar("Result")


class FragmentGraph:
    """The definitions of a document, ordered so that fragments can be expanded by tables.

    A spread that names no fragment, or closes a cycle, is taken out of its level: validation
    reports both, and no count needs them. ``ordered`` holds every definition after all that it
    spreads. ``roots`` are those that none spreads: operations, and fragments that are not used.
    ``fragments`` is by name; of two with one name the last counts, as in graphql-core.

    Args:
        definitions: Operations before fragments.

    Cost: linear in the document; no recursion.
    """

    def __init__(self, definitions: Sequence[Definition]) -> None:
        """Order the definitions."""
        self.fragments = {
            definition.name: definition for definition in definitions if definition.name is not None
        }
        self.ordered: list[Definition] = []
        reached: set[int] = set()
        for definition in definitions:
            if id(definition) not in reached:
                self._order_from(definition, reached)
        spread = {name for definition in definitions for name in _spread_names(definition)}
        self.roots = [
            definition
            for definition in definitions
            if definition.name not in spread or not self._is_meant(definition)
        ]

    def fold(
        self, combine: Callable[[Level, Sequence[Result], Sequence[Result]], Result]
    ) -> list[Result]:
        """Return the result of each root.

        Args:
            combine: Returns the result of a level, given those of the levels below it and those of
                the fragments it spreads. It is called once for every level of the document.
        """
        by_name: dict[str, Result] = {}
        by_root: list[Result] = []
        roots = set(map(id, self.roots))
        for definition in self.ordered:
            by_level: dict[Level, Result] = {}
            for level in reversed(definition.levels):
                below = [by_level[inner] for inner in level.below]
                by_level[level] = combine(level, below, [by_name[name] for name in level.spreads])
            result = by_level[definition.levels[0]]
            if id(definition) in roots:
                by_root.append(result)
            if definition.name is not None and self._is_meant(definition):
                by_name[definition.name] = result
        return by_root

    def _is_meant(self, definition: Definition) -> bool:
        """Return whether spreading the name of a fragment means this one."""
        return definition.name is not None and self.fragments[definition.name] is definition

    def _order_from(self, start: Definition, reached: set[int]) -> None:
        """Append ``start`` and what it spreads that is not yet reached, the deepest first."""
        path = [_Visit(start)]
        names_on_path = {start.name} if self._is_meant(start) else set()
        reached.add(id(start))
        while path:
            visit = path[-1]
            following = self._next_fragment(visit, names_on_path, reached)
            if following is not None:
                path.append(_Visit(following))
                names_on_path.add(following.name)
                reached.add(id(following))
            else:
                path.pop()
                if self._is_meant(visit.definition):
                    names_on_path.discard(visit.definition.name)
                visit.drop_refused()
                self.ordered.append(visit.definition)

    def _next_fragment(
        self, visit: "_Visit", names_on_path: set[str | None], reached: set[int]
    ) -> Definition | None:
        """Return the next fragment not yet reached, and note the spreads that cannot be."""
        for name in visit.names:
            fragment = self.fragments.get(name)
            if fragment is None or name in names_on_path:
                visit.refused.add(name)
            elif id(fragment) not in reached:
                return fragment
        return None


class _Visit:
    """A definition on the way down: what it spreads still to be looked at, and what to drop."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.names = iter(_spread_names(definition))
        self.refused: set[str] = set()

    def drop_refused(self) -> None:
        """Take the refused spreads out of the definition's levels."""
        if self.refused:
            for level in self.definition.levels:
                level.spreads = [name for name in level.spreads if name not in self.refused]


def _spread_names(definition: Definition) -> dict[str, None]:
    """Return the names that a definition spreads, each once, in their order."""
    return dict.fromkeys(name for level in definition.levels for name in level.spreads)
