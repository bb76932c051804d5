"""Which nodes of a document asked for a field, found only when its error must be told."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLObjectType, get_named_type, located_error

from execution.cooperative_loops import each_in_turns
from execution.plans.plan import Fault
from execution.plans.planning import Collector


class FieldNodes:
    """The nodes behind the paths of one planned operation; what was collected is kept.

    Plans do not know their nodes: aliases that ask for the same share one plan.
    """

    def __init__(self, collector: Collector) -> None:
        """Begin at the root."""
        root = collector.schema.query_type
        assert root is not None
        self._collector = collector
        self._order: dict[tuple[str, ...], Mapping[str, int]] = {}
        self._fields: dict[tuple[str, ...], tuple[GraphQLObjectType, Any]] = {
            (): (root, collector.root(root))
        }

    def at(self, path: Sequence[str | int]) -> list[FieldNode]:
        """Return the nodes of the field at a path. Cost: that of each selection on it, once."""
        names = tuple(name for name in path if isinstance(name, str))
        _, fields = self._selected(names[:-1])
        return [details.node for details in fields[names[-1]]]

    def order(self, path: Sequence[str | int]) -> tuple[int, ...]:
        """Return a key by which paths are in the order of the response."""
        names: list[str] = []
        key: list[int] = []
        for step in path:
            if isinstance(step, int):
                key.append(step)
            else:
                key.append(self._numbers(tuple(names))[step])
                names.append(step)
        return tuple(key)

    def _numbers(self, names: tuple[str, ...]) -> Mapping[str, int]:
        """Return where each field stands among those below response names."""
        numbers = self._order.get(names)
        if numbers is None:
            _, fields = self._selected(names)
            numbers = self._order[names] = {name: place for place, name in enumerate(fields)}
        return numbers

    def _selected(self, names: tuple[str, ...]) -> tuple[GraphQLObjectType, Any]:
        """Return the type of the objects below response names, and the fields asked of them."""
        known = self._fields.get(names)
        if known is None:
            parent, fields = self._selected(names[:-1])
            details = fields[names[-1]]
            field = self._collector.schema.get_field(parent, details[0].node.name.value)
            assert field is not None
            kind = get_named_type(field.type)
            assert isinstance(kind, GraphQLObjectType)
            known = self._fields[names] = (kind, self._collector.below(kind, details))
        return known

    def locate(self, error: Exception, path: Sequence[str | int]) -> GraphQLError:
        """Return an error of the field at a path, with its place in the document."""
        return located_error(error, self.at(path), path)


async def told(
    faults: Sequence[Fault],
    ended: Mapping[tuple[str | int, ...], Fault],
    nodes: FieldNodes,
) -> list[GraphQLError]:
    """Return the errors that clients are told, in the order of the response.

    What was null already, for a failure before it, has no further errors. Of two failures that one
    which fewer waits were needed for comes before the other, else the first in the response. Others
    have turns while many are made.

    Args:
        faults: All that were found.
        ended: Which of them made null what is at a path above their own.
        nodes: Knows the order, and where in the document fields are.
    """

    def located(fault: Fault) -> tuple[tuple[int, ...], Fault, GraphQLError]:
        path = fault.path()
        # What cut a list short comes after the items before it.
        item = () if fault.item is None else (fault.item,)
        return (*nodes.order(path), *item), fault, nodes.locate(fault.exception, path)

    found = await each_in_turns(located, faults)
    found.sort(key=itemgetter(0))
    if not ended:
        return [error for _, _, error in found]
    timely = sorted((fault for _, fault, _ in found), key=Fault.waits)
    rank = {id(fault): number for number, fault in enumerate(timely)}

    def is_told(one: tuple[tuple[int, ...], Fault, GraphQLError]) -> bool:
        _, fault, _ = one
        return all(
            rank[id(ended[above])] >= rank[id(fault)]
            for above in _above(tuple(fault.path()))
            if above in ended
        )

    kept = await each_in_turns(is_told, found)
    return [error for (_, _, error), is_kept in zip(found, kept, strict=True) if is_kept]


def _above(path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """Yield a path and all above it."""
    return (path[:length] for length in range(len(path) + 1))
