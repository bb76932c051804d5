"""Where in the response the values of a column belong; worked out only for errors."""

from bisect import bisect_right
from collections.abc import Container, Sequence
from typing import Protocol


class Place(Protocol):
    """Where the values of one column are in the response, and how often they were awaited."""

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value, from the root."""
        ...

    def waits(self, index: int) -> int:
        """Return how many of the fields and items on the path of a value were awaited."""
        ...


class Root:
    """The place of the one root object."""

    def path(self, _index: int) -> list[str | int]:
        """Return the empty path."""
        return []

    def waits(self, _index: int) -> int:
        """Return that nothing was awaited."""
        return 0


class Fields:
    """The values of a group: for each of its response names, one for each object of ``parents``.

    ``count`` is how many objects there are, ``waits`` whether the field is one that is awaited.
    """

    __slots__ = ("_count", "_names", "_parents", "_waits")

    def __init__(self, parents: Place, names: Sequence[str], count: int, waits: bool) -> None:
        self._parents = parents
        self._names = names
        self._count = count
        self._waits = waits

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        name, parent = divmod(index, self._count)
        return [*self._parents.path(parent), self._names[name]]

    def waits(self, index: int) -> int:
        """Return how often a value was awaited."""
        return self._parents.waits(index % self._count) + self._waits


class Awaited:
    """The values of another column, of which those at ``indices`` were awaited."""

    __slots__ = ("_column", "_indices")

    def __init__(self, column: Place, indices: Container[int]) -> None:
        self._column = column
        self._indices = indices

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        return self._column.path(index)

    def waits(self, index: int) -> int:
        """Return how often a value was awaited."""
        return self._column.waits(index) + (index in self._indices)


class Kept:
    """Those values of another column that stand at ``indices``."""

    __slots__ = ("_column", "_indices")

    def __init__(self, column: Place, indices: Sequence[int]) -> None:
        self._column = column
        self._indices = indices

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        return self._column.path(self._indices[index])

    def waits(self, index: int) -> int:
        """Return how often a value was awaited."""
        return self._column.waits(self._indices[index])


class Part:
    """The values of another column from one of them on."""

    __slots__ = ("_begin", "_column")

    def __init__(self, column: Place, begin: int) -> None:
        self._column = column
        self._begin = begin

    def path(self, index: int) -> list[str | int]:
        """Return the path of a value."""
        return self._column.path(self._begin + index)

    def waits(self, index: int) -> int:
        """Return how often a value was awaited."""
        return self._column.waits(self._begin + index)


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

    def waits(self, index: int) -> int:
        """Return how often an item was awaited."""
        return self._lists.waits(bisect_right(self._ends, index))
