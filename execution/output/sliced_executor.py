"""Execution that lets other requests have their turn while it completes long lists."""

import asyncio
import inspect
from collections.abc import Sequence
from typing import Any

import numpy as np
from graphql import GraphQLList, GraphQLNonNull, GraphQLOutputType, is_leaf_type
from graphql.execution import Executor
from numpy.typing import NDArray

from execution.captured_errors import attempt
from execution.output.encoding import long_list
from execution.output.integer_arrays import complete_array
from execution.resolved_values import NOTHING, is_plain, may_wait

# Objects completed between two turns of other requests; with five fields each about 10 ms.
SLICE_ITEMS = 100


class _ShiftedPath:
    """A path whose list indices start further on."""

    def __init__(self, path: Any, shift: int) -> None:
        self._path = path
        self._shift = shift

    def add_key(self, index: int, typename: str | None) -> Any:
        """Return the path of an item of the slice."""
        return self._path.add_key(index + self._shift, typename)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._path, name)


class SlicedExecutor(Executor[Any]):
    """The stock executor, but for three kinds of lists.

    An array of integers stays one until it is sent. A list of scalars is completed in one go. Both
    only if no item needs the stock executor's care. A long list of objects is begun slice by slice;
    all slices are under way together.
    """

    def complete_iterable_value(  # as the stock executor declares it
        self,
        item_type: GraphQLOutputType,
        field_details_list: Any,
        info: Any,
        path: Any,
        items: Any,
        position_context: Any,
    ) -> Any:
        """Complete the items of a list."""
        stock = super().complete_iterable_value
        arguments = (item_type, field_details_list, info)
        if not isinstance(items, list | tuple | np.ndarray):
            return stock(*arguments, path, items, position_context)
        completed = _completed_leaves(item_type, items)
        if completed is not None:
            return completed
        if isinstance(items, np.ndarray):
            items = items.tolist()
        if len(items) <= SLICE_ITEMS:
            return stock(*arguments, path, items, position_context)

        async def begin_slices() -> list[Any]:
            slices: list[asyncio.Future[Any]] = []
            try:
                for begin in range(0, len(items), SLICE_ITEMS):
                    part = items[begin : begin + SLICE_ITEMS]
                    shifted: Any = _ShiftedPath(path, begin)
                    slices.append(_awaitable(stock(*arguments, shifted, part, position_context)))
                    await asyncio.sleep(0)
                parts = await asyncio.gather(*slices)
            finally:
                # One that failed, or a client that left, ends the others.
                for pending in slices:
                    pending.cancel()
                await asyncio.gather(*slices, return_exceptions=True)
            return long_list([item for part in parts for item in part])

        return begin_slices()


def _completed_leaves(
    item_type: GraphQLOutputType, items: Sequence[Any] | NDArray[Any]
) -> Sequence[Any] | None:
    """Return the encoded items of a list of scalars; None if they are not, or one is awry."""
    leaf: Any = item_type.of_type if isinstance(item_type, GraphQLNonNull) else item_type
    if isinstance(leaf, GraphQLList) or not is_leaf_type(leaf):
        return None
    if isinstance(items, np.ndarray):
        return complete_array(leaf, items)
    types = set(map(type, items))
    if may_wait(types) or not all(map(is_plain, types)):
        return None
    completed: list[Any] | Exception = attempt(list, map(leaf.coerce_output_value, items))
    if isinstance(completed, Exception) or not NOTHING.isdisjoint(map(type, completed)):
        return None
    return completed


def _awaitable(value: Any) -> "asyncio.Future[Any]":
    """Return a future of a value, awaited or at hand."""
    if inspect.isawaitable(value):
        return asyncio.ensure_future(value)
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(value)
    return future
