"""Where in the response the values of a column belong; worked out only for errors."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol


class Place(Protocol):
    """The paths of the values of one column."""

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value, from the root."""
        ...


class Root:
    """The place of the one root object."""

    def path(self, _index: int) -> list[str | int]:
        """Return the empty path."""
        return []


class Fields:
    """The values of a group: for each of its response names, one for each object of ``parents``."""

    __slots__ = ("_count", "_names", "_parents")

    def __init__(self, parents: Place, names: Sequence[str], count: int) -> None:
        self._parents = parents
        self._names = names
        self._count = count

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        name, parent = divmod(index, self._count)
        return [*self._parents.path(parent), self._names[name]]


class Kept:
    """Those values of another column that stand at ``indices``."""

    __slots__ = ("_column", "_indices")

    def __init__(self, column: Place, indices: Sequence[int]) -> None:
        self._column = column
        self._indices = indices

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        return self._column.path(self._indices[index])


class Part:
    """The values of another column from one of them on."""

    __slots__ = ("_begin", "_column")

    def __init__(self, column: Place, begin: int) -> None:
        self._column = column
        self._begin = begin

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        return self._column.path(self._begin + index)


class ListItems:
    """The items of the lists of another column; ``ends`` has where each list ends among them."""

    __slots__ = ("_ends", "_lists")

    def __init__(self, lists: Place, ends: Sequence[int]) -> None:
        self._lists = lists
        self._ends = ends

    def path(self, index: int) -> list[str | int]:
        """Return the path of an item."""
        owner = bisect_right(self._ends, index)
        begin = self._ends[owner - 1] if owner else 0
        return [*self._lists.path(owner), index - begin]
