"""Running a plan: every field once for all the objects that it is asked of.

What a method has at hand it returns as a list; where it must wait, it returns an awaitable of one.
So a plan whose resolvers answer at once runs without a single turn of the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from graphql import GraphQLError

from execution.output.tables import Rows, Table, joined, table_of
from execution.plans.columns import ROWS, Column, EventualRows
from execution.plans.completion import Completer, earliest_failure
from execution.plans.field_nodes import FieldNodes
from execution.plans.group_values import GroupResolver
from execution.plans.plan import Failure, Group, Selection
from execution.plans.plan_arguments import ExactVariables
from execution.plans.response_paths import Fields, Part, Place, Root

# Objects between two turns of other requests; with five cheap fields each about 0.7 ms.
SLICE_OBJECTS = 1_000


class PlanRun:
    """One run of a plan.

    Args:
        plan: Of the operation.
        context: Handed to every resolver.
        variables: Coerced.
        exact: The same, with all that graphql-core knows of them.
        nodes: Returns where in the document fields are; only asked if there is an error.
    """

    def __init__(
        self,
        plan: Selection,
        context: Any,
        variables: Mapping[str, Any],
        exact: ExactVariables,
        nodes: Callable[[], FieldNodes],
    ) -> None:
        self._plan = plan
        self._groups = GroupResolver(context, variables, exact)
        self._completer = Completer(self._select, nodes)

    async def run(self) -> tuple[dict[str, Any] | None, list[GraphQLError]]:
        """Return the data, and the errors in the order of the response; to be called once."""
        try:
            found = self._select(self._plan, [None], Root())
            (data,) = found if isinstance(found, ROWS) else await found
            if isinstance(data, Failure):
                self._completer.end(data, [])
                data = None
            return data, await self._completer.errors()
        finally:
            # It knows this run in turn: they would keep a document until the collector comes.
            del self._completer

    def _select(self, selection: Selection, sources: Column, place: Place) -> EventualRows:
        """Return what a selection finds of each source."""
        count = len(sources)
        if not count:
            return []
        if count > SLICE_OBJECTS:
            return self._select_in_turns(selection, sources, place)
        columns: list[Any] = [None] * len(selection.names)
        waiting: list[tuple[Group, Awaitable[Rows]]] = []
        for group in selection.groups:
            found = self._group(group, sources, place)
            if isinstance(found, ROWS):
                _place(group, found, columns, count)
            else:
                waiting.append((group, found))
        if waiting:
            return self._await_groups(selection, columns, waiting, count)
        return self._objects(selection, columns, count)

    async def _select_in_turns(self, selection: Selection, sources: Column, place: Place) -> Rows:
        """Return what a selection finds of many sources, all of which are soon under way."""
        begun: list[Rows | asyncio.Future[Rows]] = []
        try:
            for begin in range(0, len(sources), SLICE_OBJECTS):
                part = sources[begin : begin + SLICE_OBJECTS]
                found = self._select(selection, part, Part(place, begin))
                if not isinstance(found, ROWS):
                    found = asyncio.ensure_future(found)
                begun.append(found)
                await asyncio.sleep(0)
            parts = [one if isinstance(one, ROWS) else await one for one in begun]
        finally:
            for one in begun:
                if not isinstance(one, ROWS):
                    one.cancel()
        return joined(parts)

    async def _await_groups(
        self,
        selection: Selection,
        columns: list[Any],
        waiting: Sequence[tuple[Group, Awaitable[Rows]]],
        count: int,
    ) -> Rows:
        """Return what a selection finds, once all of its groups have."""
        if len(waiting) == 1:
            found = [await waiting[0][1]]
        else:
            found = await asyncio.gather(*(awaitable for _, awaitable in waiting))
        for (group, _), column in zip(waiting, found, strict=True):
            _place(group, column, columns, count)
        return self._objects(selection, columns, count)

    def _objects(self, selection: Selection, columns: list[Rows], count: int) -> Rows:
        """Return the objects that columns come to; a failure takes its object with it."""
        names = selection.names
        if self._completer.has_failures:
            lists = list(map(list, columns))
            return [_object(names, [column[row] for column in lists]) for row in range(count)]
        if count == 1:
            return [dict(zip(names, [column[0] for column in columns], strict=True))]
        return table_of(names, columns, count)

    def _group(self, group: Group, sources: Column, parents: Place) -> EventualRows:
        """Return the completed values of a group, by response name and then by source."""
        values = self._groups.resolve(group, sources)
        assert group.resolver is not None
        waits = group.resolver.is_async or not isinstance(values, list)
        place = Fields(parents, group.names, len(sources), waits)
        if isinstance(values, list):
            return self._completer.complete(group.shape, values, place)
        return self._completer.complete_later(group.shape, values, place)


def _place(group: Group, values: Rows, columns: list[Any], count: int) -> None:
    """Put the values of a group into the columns of its response names."""
    if len(group.places) == 1:
        columns[group.places[0]] = values
        return
    values = values.rows() if isinstance(values, Table) else values
    for number, place in enumerate(group.places):
        columns[place] = values[number * count : (number + 1) * count]


def _object(names: Sequence[str], values: Column) -> dict[str, Any] | Failure:
    """Return an object, or the earliest failure among its values."""
    failure = earliest_failure(values)
    return dict(zip(names, values, strict=True)) if failure is None else failure
