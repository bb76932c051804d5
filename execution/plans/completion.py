"""Completing values: what resolvers give becomes what is sent, and errors where it cannot be."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import accumulate
from typing import Any

import numpy as np
from graphql import GraphQLError, Undefined
from graphql.pyutils import UndefinedType, is_async_iterable, is_awaitable, is_iterable

from execution.captured_errors import CutShort, attempt, iterated, iterated_later
from execution.output.encoding import long_list
from execution.output.integer_arrays import IntegerArray, complete_array
from execution.output.tables import LEAST_ROWS, Rows, Table
from execution.plans.columns import (
    NONE,
    ROWS,
    Column,
    Eventually,
    EventualRows,
    merged,
    merged_later,
)
from execution.plans.field_nodes import FieldNodes, told
from execution.plans.leaf_columns import costly_slices, encode_alike, encode_leaf, is_costly
from execution.plans.plan import Failure, Fault, Items, Leaf, Object, Selection, Shape
from execution.plans.response_paths import Awaited, Kept, ListItems, Part, Place
from execution.resolved_values import awaited, is_plain, may_wait

Select = Callable[[Selection, Column, Place], EventualRows]
"""From a selection and the objects it applies to, with their places, to what it finds of them."""


class Completer:
    """Completes the values of one run.

    Args:
        select: Runs a selection.
        nodes: Returns where in the document fields are; only asked if there is an error.

    Attributes:
        has_failures: Whether some value is, or was, a Failure.
    """

    def __init__(self, select: Select, nodes: Callable[[], FieldNodes]) -> None:
        self._select = select
        self._nodes = nodes
        self._faults: list[Fault] = []
        # By the paths that are null for failures below them.
        self._ended: dict[tuple[str | int, ...], Fault] = {}
        self.has_failures = False

    async def errors(self) -> list[GraphQLError]:
        """Return the errors that clients are told; others have turns while many are made."""
        return await told(self._faults, self._ended, self._nodes()) if self._faults else []

    def end(self, failure: Failure, path: list[str | int]) -> None:
        """Note a failure that ends at a path, which is null for it."""
        self._faults.append(failure.fault)
        self._ended[tuple(path)] = failure.fault

    def complete(self, shape: Shape, values: Column, place: Place) -> EventualRows:
        """Return values as they are sent; what failed is null, or a Failure if it must not be."""
        types = set(map(type, values))
        if may_wait(types):
            places = {index for index, value in enumerate(values) if is_awaitable(value)}
            return self.complete_later(shape, awaited(values), Awaited(place, places))
        if UndefinedType in types:
            values = [None if value is Undefined else value for value in values]
            types = set(map(type, values))
        if isinstance(shape, Leaf):
            return self._leaves(shape, values, place, types)
        if all(map(is_plain, types)):
            return self._inner(shape, values, place)
        kept = [index for index, value in enumerate(values) if is_plain(type(value))]
        found = self._inner(shape, [values[index] for index in kept], Kept(place, kept))
        others = {
            index: self._nothing(shape, value, place, index)
            for index, value in enumerate(values)
            if not is_plain(type(value))
        }
        if isinstance(found, ROWS):
            return merged(found, others)
        return merged_later(found, others)

    async def complete_later(self, shape: Shape, values: Awaitable[Column], place: Place) -> Rows:
        """Return completed values, once they are there."""
        completed = self.complete(shape, await values, place)
        return completed if isinstance(completed, ROWS) else await completed

    def _inner(self, shape: Items | Object, values: Column, place: Place) -> EventualRows:
        """Return lists or objects, none of them null or failed so far."""
        if isinstance(shape, Items):
            return self._lists(shape, values, place)
        found = self._select(shape.selection, values, place)
        if isinstance(found, ROWS):
            return self._settled(shape, found, place)
        return self._settled_later(shape, found, place)

    def _settled(self, shape: Shape, found: Rows, place: Place) -> Rows:
        """Return values; a failure below one that may be null ends there."""
        if not self.has_failures or shape.is_required or isinstance(found, Table):
            return found
        for index, value in enumerate(found):
            if isinstance(value, Failure):
                self.end(value, place.path(index))
                found[index] = None
        return found

    async def _settled_later(self, shape: Shape, found: Awaitable[Rows], place: Place) -> Rows:
        """Return the same, once it is there."""
        return self._settled(shape, await found, place)

    def _nothing(self, shape: Shape, value: Any, place: Place, index: int) -> Any:
        """Return what stands for null, or for an exception."""
        if value is None:
            if not shape.is_required:
                return None
            value = TypeError(f"Cannot return null for non-nullable field {shape.field}.")
        fault = Fault(value, place, index)
        if shape.is_required:
            self.has_failures = True
            return Failure(fault)
        self._faults.append(fault)
        return None

    def _leaves(self, shape: Leaf, values: Column, place: Place, types: set[type]) -> Eventually:
        """Return scalars of some types as they are sent."""
        if is_costly(values, types):
            return self._leaves_in_turns(shape, values, place)
        return self._leaves_at_once(shape, values, place, types)

    async def _leaves_in_turns(self, shape: Leaf, values: Column, place: Place) -> Column:
        """Return the same of long integers, others having turns."""
        completed: Column = []
        for begin, end in costly_slices(values):
            part = values[begin:end]
            types = set(map(type, part))
            completed += self._leaves_at_once(shape, part, Part(place, begin), types)
            await asyncio.sleep(0)
        return completed

    def _leaves_at_once(
        self, shape: Leaf, values: Column, place: Place, types: set[type]
    ) -> Column:
        """Return scalars of some types as they are sent, in one go."""
        if types == {NONE} and not shape.is_required:
            return values
        if not any(issubclass(kind, Exception) for kind in types):
            encoded = self._alike(shape, values, types)
            if encoded is not None:
                return encoded
        return [self._leaf(shape, value, place, index) for index, value in enumerate(values)]

    def _alike(self, shape: Leaf, values: Column, types: set[type]) -> Column | None:
        """Return scalars as they are sent, all in one go; None if one of them is awry."""
        if NONE not in types:
            return encode_alike(shape.type, values, types)
        if shape.is_required:
            return None
        kept = [value for value in values if value is not None]
        encoded = encode_alike(shape.type, kept, types - {NONE})
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

    def _lists(self, shape: Items, values: Column, place: Place) -> EventualRows:
        """Return lists, their items completed as one column."""
        if any(hasattr(kind, "__aiter__") for kind in set(map(type, values))):
            return self._lists_later(shape, values, place)
        lists = [self._listed(shape, value) for value in values]
        others = {
            i: value if isinstance(value, IntegerArray) else self._nothing(shape, value, place, i)
            for i, value in enumerate(lists)
            if not isinstance(value, list | tuple)
        }
        if others:
            kept = [index for index in range(len(lists)) if index not in others]
            found = self._lists(shape, [lists[index] for index in kept], Kept(place, kept))
            if isinstance(found, ROWS):
                return merged(found, others)
            return merged_later(found, others)
        ends = list(accumulate(map(len, lists)))
        items = list(lists[0]) if len(lists) == 1 else [item for one in lists for item in one]
        cut = {index: one.error for index, one in enumerate(lists) if isinstance(one, CutShort)}
        completed = self.complete(shape.item, items, ListItems(place, ends))
        if isinstance(completed, ROWS):
            return self._parted(shape, completed, ends, place, cut)
        return self._parted_later(shape, completed, ends, place, cut)

    async def _lists_later(self, shape: Items, values: Column, place: Place) -> Rows:
        """Return the same, once the items of asynchronous iterables are there."""
        places = [index for index, value in enumerate(values) if is_async_iterable(value)]
        lists = await asyncio.gather(*(iterated_later(values[index]) for index in places))
        found = dict(zip(places, lists, strict=True))
        values = [found.get(index, value) for index, value in enumerate(values)]
        completed = self._lists(shape, values, Awaited(place, found))
        return completed if isinstance(completed, ROWS) else await completed

    def _listed(self, shape: Items, value: Any) -> Any:
        """Return the items of a value, a completed array, or the error that it has none."""
        if isinstance(value, list | tuple):
            return value
        if isinstance(value, np.ndarray):
            array = complete_array(shape.item.type, value) if isinstance(shape.item, Leaf) else None
            return value.tolist() if array is None else array
        if is_iterable(value):
            return iterated(value)
        return GraphQLError(f"Expected Iterable, but did not find one for field '{shape.field}'.")

    def _parted(
        self,
        shape: Items,
        items: Rows,
        ends: Sequence[int],
        place: Place,
        cut: Mapping[int, Exception],
    ) -> Rows:
        """Return the lists that completed items belong to; those cut short are none."""
        if isinstance(items, Table) and len(items) < LEAST_ROWS * len(ends):
            items = items.rows()
        lists: Column = []
        begin = 0
        for end in ends:
            part = items if len(ends) == 1 else items[begin:end]
            begin = end
            lists.append(self._sent(shape.item, part))
        for index, error in cut.items():
            # A failure among the items comes first: no further item was asked for.
            if not isinstance(lists[index], Failure):
                count = ends[index] - (ends[index - 1] if index else 0)
                lists[index] = Failure(Fault(error, place, index, count))
                self.has_failures = True
        return self._settled(shape, lists, place)

    def _sent(self, item: Shape, values: Rows) -> Any:
        """Return a list as it is sent, or the first failure in it."""
        if isinstance(values, Table):
            return values
        failure = earliest_failure(values) if self.has_failures else None
        if failure is not None:
            return failure
        return values if isinstance(item, Leaf) else long_list(values)

    async def _parted_later(
        self,
        shape: Items,
        items: Awaitable[Rows],
        ends: Sequence[int],
        place: Place,
        cut: Mapping[int, Exception],
    ) -> Rows:
        """Return the same, once the items are there."""
        return self._parted(shape, await items, ends, place, cut)


def earliest_failure(values: Column) -> Failure | None:
    """Return the value that failed before the others.

    One that was not awaited failed before those that were; of two that were awaited as often, it is
    the first in the response.
    """
    failures = [value for value in values if isinstance(value, Failure)]
    return min(failures, key=lambda one: one.fault.waits()) if failures else None
