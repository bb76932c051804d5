"""Running a plan: every field once for all the objects that it is asked of.

What a method has at hand it returns as a list; where it must wait, it returns an awaitable of one.
So a plan whose resolvers answer at once runs without a single turn of the event loop.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import accumulate
from types import MappingProxyType
from typing import Any, TypeAlias

from graphql import GraphQLError
from graphql.pyutils import is_iterable

from execution.attempts import attempt, attempt_later
from execution.field_nodes import FieldNodes, told
from execution.field_resolvers import Arguments, FieldResolver
from execution.leaf_columns import encode_alike, encode_leaf
from execution.places import Fields, Kept, ListItems, Place, Root
from execution.plan_arguments import ExactVariables
from execution.plans import Failure, Group, Items, Leaf, Object, Selection, Shape

Column: TypeAlias = list[Any]
Eventually: TypeAlias = Column | Awaitable[Column]
_Asked: TypeAlias = tuple[Any, Arguments]

_NONE = type(None)
_NO_ARGUMENTS: Arguments = MappingProxyType({})
# Fields begun between two turns of other requests.
SLICE_FIELDS = 100
# Objects from which on others get a turn between two columns.
LONG_COLUMN = 500


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
        """Begin without errors."""
        self._plan = plan
        self._context = context
        self._variables = variables
        self._exact = exact
        self._nodes = nodes
        self._has_failures = False
        self.errors: list[GraphQLError] = []
        # By the paths that are null for failures below them.
        self._ended: dict[tuple[str | int, ...], GraphQLError] = {}

    async def run(self) -> dict[str, Any] | None:
        """Return the data; the errors are noted."""
        found = self._select(self._plan, [None], Root())
        (data,) = found if isinstance(found, list) else await found
        if isinstance(data, Failure):
            self._end(data, [])
            data = None
        if self.errors:
            self.errors = told(self.errors, self._ended, self._nodes())
        result: dict[str, Any] | None = data
        return result

    def _end(self, failure: Failure, path: list[str | int]) -> None:
        """Note a failure that ends at a path, which is null for it."""
        self.errors.append(failure.error)
        self._ended[tuple(path)] = failure.error

    def _select(self, selection: Selection, sources: Column, place: Place) -> Eventually:
        """Return what a selection finds of each source."""
        count = len(sources)
        if not count:
            return []
        if count >= LONG_COLUMN and len(selection.groups) > 1:
            return self._select_in_turns(selection, sources, place)
        columns: list[Any] = [None] * len(selection.names)
        waiting: list[tuple[Group, Awaitable[Column]]] = []
        for group in selection.groups:
            found = self._group(group, sources, place)
            if isinstance(found, list):
                _place(group, found, columns, count)
            else:
                waiting.append((group, found))
        if waiting:
            return self._await_groups(selection, columns, waiting, count)
        return self._objects(selection, columns, count)

    async def _select_in_turns(self, selection: Selection, sources: Column, place: Place) -> Column:
        """Return what a selection finds of many sources; other requests have turns between."""
        columns: list[Any] = [None] * len(selection.names)
        waiting: list[tuple[Group, asyncio.Future[Column]]] = []
        try:
            for group in selection.groups:
                found = self._group(group, sources, place)
                if isinstance(found, list):
                    _place(group, found, columns, len(sources))
                else:
                    waiting.append((group, asyncio.ensure_future(found)))
                await asyncio.sleep(0)
            return await self._await_groups(selection, columns, waiting, len(sources))
        finally:
            for _, future in waiting:
                future.cancel()

    async def _await_groups(
        self,
        selection: Selection,
        columns: list[Any],
        waiting: Sequence[tuple[Group, Awaitable[Column]]],
        count: int,
    ) -> Column:
        """Return what a selection finds, once all of its groups have."""
        if len(waiting) == 1:
            found = [await waiting[0][1]]
        else:
            found = await asyncio.gather(*(awaitable for _, awaitable in waiting))
        for (group, _), column in zip(waiting, found, strict=True):
            _place(group, column, columns, count)
        return self._objects(selection, columns, count)

    def _objects(self, selection: Selection, columns: list[Column], count: int) -> Column:
        """Return the objects that columns come to; a failure takes its object with it."""
        names = selection.names
        if self._has_failures:
            return [_object(names, [column[row] for column in columns]) for row in range(count)]
        if len(names) == 1:
            name = names[0]
            return [{name: value} for value in columns[0]]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def _group(self, group: Group, sources: Column, parents: Place) -> Eventually:
        """Return the completed values of a group, by response name and then by source."""
        values = self._resolve(group, sources)
        place = Fields(parents, group.names, len(sources))
        if isinstance(values, list):
            return self._complete(group.shape, values, place)
        return self._complete_later(group.shape, values, place)

    def _resolve(self, group: Group, sources: Column) -> Eventually:
        """Return the values of a group, an exception standing for one that failed."""
        if group.is_bare:
            return self._resolve_with([_NO_ARGUMENTS] * len(group.names), group, sources)
        arguments: list[Any] = []
        for one in group.arguments:
            try:
                arguments.append(one.of(self._variables, self._exact))
            except GraphQLError as error:
                arguments.append(error)
        wrong = [one for one in arguments if isinstance(one, GraphQLError)]
        if not wrong:
            return self._resolve_with(arguments, group, sources)
        right = [one for one in arguments if not isinstance(one, GraphQLError)]
        others = {
            index * len(sources) + row: one
            for index, one in enumerate(arguments)
            if isinstance(one, GraphQLError)
            for row in range(len(sources))
        }
        found = self._resolve_with(right, group, sources) if right else []
        return _woven(found, others) if isinstance(found, list) else _woven_later(found, others)

    def _resolve_with(
        self, arguments: Sequence[Arguments], group: Group, sources: Column
    ) -> Eventually:
        """Return the values of a group's field for each of the arguments, of all sources."""
        resolver = group.resolver
        if resolver.resolve_many is not None:
            if len(arguments) > 1:
                asked = [one for one in arguments for _ in sources]
                sources = sources * len(arguments)
            else:
                asked = [arguments[0]] * len(sources)
            column = attempt(resolver.resolve_many, sources, self._context, asked)
            if isinstance(column, Exception):
                return [column] * len(sources)
            return column if isinstance(column, list) else _all_of(column, len(sources))
        pairs = [(source, one) for one in arguments for source in sources]
        if resolver.is_async:
            return self._await_each(resolver, pairs)
        found: Any = attempt(_resolve_all, resolver, self._context, pairs)
        if isinstance(found, list):
            return found
        resolve, context = resolver.resolve, self._context
        return [attempt(resolve, source, context, one) for source, one in pairs]

    async def _await_each(self, resolver: FieldResolver, pairs: Sequence[_Asked]) -> Column:
        """Return the values of fields that are under way together, begun slice by slice."""
        resolve, context = resolver.resolve, self._context
        if len(pairs) == 1:
            ((source, arguments),) = pairs
            return [await attempt_later(resolve, source, context, arguments)]
        running: list[asyncio.Task[Any]] = []
        try:
            for number, (source, arguments) in enumerate(pairs, start=1):
                coroutine = attempt_later(resolve, source, context, arguments)
                running.append(asyncio.create_task(coroutine))
                if number % SLICE_FIELDS == 0:
                    await asyncio.sleep(0)
            return await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()

    async def _complete_later(
        self, shape: Shape, values: Awaitable[Column], place: Place
    ) -> Column:
        """Return completed values, once they are there."""
        completed = self._complete(shape, await values, place)
        return completed if isinstance(completed, list) else await completed

    def _complete(self, shape: Shape, values: Column, place: Place) -> Eventually:
        """Return values as they are sent; what failed is null, or a Failure if it must not be."""
        if isinstance(shape, Leaf):
            return self._leaves(shape, values, place)
        if all(_is_plain(kind) for kind in set(map(type, values))):
            return self._inner(shape, values, place)
        kept = [index for index, value in enumerate(values) if _is_plain(type(value))]
        found = self._inner(shape, [values[index] for index in kept], Kept(place, kept))
        others = {
            index: self._nothing(shape, value, place, index)
            for index, value in enumerate(values)
            if not _is_plain(type(value))
        }
        if isinstance(found, list):
            return _woven(found, others)
        return _woven_later(found, others)

    def _inner(self, shape: Items | Object, values: Column, place: Place) -> Eventually:
        """Return lists or objects, none of them null or failed so far."""
        if isinstance(shape, Items):
            return self._lists(shape, values, place)
        found = self._select(shape.selection, values, place)
        if isinstance(found, list):
            return self._settled(shape, found, place)
        return self._settled_later(shape, found, place)

    def _settled(self, shape: Shape, found: Column, place: Place) -> Column:
        """Return values; a failure below one that may be null ends there."""
        if not self._has_failures or shape.is_required:
            return found
        for index, value in enumerate(found):
            if isinstance(value, Failure):
                self._end(value, place.path(index))
                found[index] = None
        return found

    async def _settled_later(self, shape: Shape, found: Awaitable[Column], place: Place) -> Column:
        """Return the same, once it is there."""
        return self._settled(shape, await found, place)

    def _nothing(self, shape: Shape, value: Any, place: Place, index: int) -> Any:
        """Return what stands for null, or for an exception."""
        if value is None:
            if not shape.is_required:
                return None
            value = TypeError(f"Cannot return null for non-nullable field {shape.field}.")
        error = self._nodes().locate(value, place.path(index))
        if shape.is_required:
            self._has_failures = True
            return Failure(error)
        self.errors.append(error)
        return None

    def _leaves(self, shape: Leaf, values: Column, place: Place) -> Column:
        """Return scalars as they are sent."""
        types = set(map(type, values))
        if types == {_NONE} and not shape.is_required:
            return values
        if not any(issubclass(kind, Exception) for kind in types):
            encoded = self._alike(shape, values, types)
            if encoded is not None:
                return encoded
        return [self._leaf(shape, value, place, index) for index, value in enumerate(values)]

    def _alike(self, shape: Leaf, values: Column, types: set[type]) -> Column | None:
        """Return scalars as they are sent, all in one go; None if one of them is awry."""
        if _NONE not in types:
            return encode_alike(shape.type, values, types)
        if shape.is_required:
            return None
        kept = [value for value in values if value is not None]
        encoded = encode_alike(shape.type, kept, types - {_NONE})
        if encoded is None:
            return None
        rest = iter(encoded)
        return [None if value is None else next(rest) for value in values]

    def _leaf(self, shape: Leaf, value: Any, place: Place, index: int) -> Any:
        """Return one scalar as it is sent."""
        if value is not None and not isinstance(value, Exception):
            value = attempt(encode_leaf, shape.type, value)
            if not isinstance(value, Exception):
                return value
        return self._nothing(shape, value, place, index)

    def _lists(self, shape: Items, values: Column, place: Place) -> Eventually:
        """Return lists, their items completed as one column."""
        lists = [self._listed(shape, value) for value in values]
        wrong = {i: value for i, value in enumerate(lists) if not isinstance(value, list | tuple)}
        if wrong:
            others = {i: self._nothing(shape, value, place, i) for i, value in wrong.items()}
            kept = [index for index in range(len(lists)) if index not in wrong]
            found = self._lists(shape, [lists[index] for index in kept], Kept(place, kept))
            return _woven(found, others) if isinstance(found, list) else _woven_later(found, others)
        ends = list(accumulate(map(len, lists)))
        items = list(lists[0]) if len(lists) == 1 else [item for one in lists for item in one]
        completed = self._complete(shape.item, items, ListItems(place, ends))
        if isinstance(completed, list):
            return self._parted(shape, completed, ends, place)
        return self._parted_later(shape, completed, ends, place)

    def _listed(self, shape: Items, value: Any) -> Any:
        """Return the items of a value, or the error that it has none."""
        if isinstance(value, list | tuple):
            return value
        if is_iterable(value):
            return list(value)
        return GraphQLError(f"Expected Iterable, but did not find one for field '{shape.field}'.")

    def _parted(self, shape: Items, items: Column, ends: Sequence[int], place: Place) -> Column:
        """Return the lists that completed items belong to."""
        lists: Column = []
        begin = 0
        for end in ends:
            part = items if len(ends) == 1 else items[begin:end]
            begin = end
            failure = _first_failure(part) if self._has_failures else None
            lists.append(part if failure is None else failure)
        return self._settled(shape, lists, place)

    async def _parted_later(
        self, shape: Items, items: Awaitable[Column], ends: Sequence[int], place: Place
    ) -> Column:
        """Return the same, once the items are there."""
        return self._parted(shape, await items, ends, place)


def _resolve_all(resolver: FieldResolver, context: Any, pairs: Sequence[_Asked]) -> Column:
    """Return the values of a field that answers at once, or raise what the first one raises."""
    resolve = resolver.resolve
    return [resolve(source, context, arguments) for source, arguments in pairs]


async def _all_of(found: Awaitable[Column], count: int) -> Column:
    """Return a column, of nothing but its exception if it has one."""

    async def column() -> Column:
        return await found

    values = await attempt_later(column)
    return [values] * count if isinstance(values, Exception) else values


def _is_plain(kind: type) -> bool:
    """Whether values of a type are neither null nor exceptions."""
    return kind is not _NONE and not issubclass(kind, Exception)


def _place(group: Group, values: Column, columns: list[Any], count: int) -> None:
    """Put the values of a group into the columns of its response names."""
    if len(group.places) == 1:
        columns[group.places[0]] = values
        return
    for number, place in enumerate(group.places):
        columns[place] = values[number * count : (number + 1) * count]


def _object(names: Sequence[str], values: Column) -> dict[str, Any] | Failure:
    """Return an object, or the first failure among its values."""
    failure = _first_failure(values)
    return dict(zip(names, values, strict=True)) if failure is None else failure


def _first_failure(values: Column) -> Failure | None:
    """Return the first value that failed."""
    return next((value for value in values if isinstance(value, Failure)), None)


def _woven(found: Column, others: Mapping[int, Any]) -> Column:
    """Return a column of what was found, with the others at their indices."""
    rest = iter(found)
    return [
        others[index] if index in others else next(rest)
        for index in range(len(found) + len(others))
    ]


async def _woven_later(found: Awaitable[Column], others: Mapping[int, Any]) -> Column:
    """Return the same, once it is there."""
    return _woven(await found, others)
