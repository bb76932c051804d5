"""What an operation is expected to cost, added up field by field."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from middleware.cost.selection_prices import KnownPrice, PricedField, Variables

# A field that fails for the want of an argument.
_REFUSED_POINTS = 0.1
# Its error, with message, path and place.
_REFUSED_BYTES = 2_000.0
# An object of which conditions leave no field, with its place in a list.
_EMPTY_OBJECT_BYTES = 120.0


class Estimate(NamedTuple):
    """What an operation is expected to cost, in points of 100 microseconds of one core.

    Attributes:
        points: The whole price.
        size: Bytes of memory that the answer takes while it is made.
        costliest: Response names from the root to the field that costs most by itself.
        costliest_points: The price of that field, all its occurrences together.
        root_fields: The response name of every root field with the price of all below it.
        is_complete: False if pricing stopped because it had reached ``enough``: the points are
            then a lower bound.
    """

    points: float
    size: float
    costliest: tuple[str, ...]
    costliest_points: float
    root_fields: tuple[tuple[str, float], ...]
    is_complete: bool = True


class EnoughError(Exception):
    """The price is above what is of interest."""


class Estimator:
    """Adds up the points of an operation.

    Args:
        variables: Coerced.
        enough: Points above which ``EnoughError`` ends it.
        root: The state of the root object.
    """

    __slots__ = (
        "costliest",
        "costliest_points",
        "enough",
        "points",
        "root",
        "root_fields",
        "size",
        "variables",
    )

    def __init__(self, variables: Variables, enough: float, root: Any) -> None:
        self.variables = variables
        self.root = root
        self.enough = enough
        self.points = 0.0
        self.size = 0.0
        self.costliest: tuple[str, ...] = ()
        self.costliest_points = 0.0
        self.root_fields: list[tuple[str, float]] = []

    def estimate(self, is_complete: bool) -> Estimate:
        """Return what was found."""
        return Estimate(
            self.points,
            self.size,
            self.costliest,
            self.costliest_points,
            tuple(self.root_fields),
            is_complete,
        )

    def add_root(self, field: PricedField) -> None:
        """Add a root field and all below it; what is known of it is not priced again."""
        scale = field.scale(self.variables)
        if scale is None:
            self.add((field,), self.root, 1.0, ())
            return
        known = field.known(scale)
        if known is None:
            known = self._apart(field)
            field.keep(scale, known)
        self.add_known(field, known)

    def _apart(self, field: PricedField) -> KnownPrice:
        """Return the price of a field and all below it, which is not added."""
        points, size = self.points, self.size
        costliest_points, costliest = self.costliest_points, self.costliest
        self.costliest_points, self.costliest = 0.0, ()
        self.add((field,), self.root, 1.0, ())
        found = KnownPrice(
            self.points - points, self.size - size, self.costliest_points, self.costliest
        )
        self.points, self.size = points, size
        self.costliest_points, self.costliest = costliest_points, costliest
        return found

    def add_known(self, field: PricedField, known: KnownPrice) -> None:
        """Add a root field whose price was found for it, or for another alias of its group."""
        if known.costliest_points > self.costliest_points:
            self.costliest_points = known.costliest_points
            self.costliest = known.costliest_of(field.name)
        self._count(known.points, known.size)

    def add(
        self, fields: Sequence[PricedField], state: Any, times: float, above: tuple[str, ...]
    ) -> None:
        """Add fields of an object that is there so many times, at the path ``above``."""
        for field in fields:
            prices = field.prices
            arguments = field.arguments.valid(self.variables)
            if arguments is None:
                self._note_costliest(_REFUSED_POINTS, above, field)
                self._count(_REFUSED_POINTS, _REFUSED_BYTES)
                continue
            points, returned = prices.price(state, arguments)
            if prices.copies > 1:
                # What the first has computed, the others find.
                points += (prices.copies - 1) * prices.price(state, arguments)[0]
            points *= times
            size = prices.size(state) * prices.copies * times
            if prices.is_empty:
                size += _EMPTY_OBJECT_BYTES * times * sum(count for _, count in returned)
            self._note_costliest(points, above, field)
            self._count(points, size)
            if prices.below:
                path = (*above, field.name)
                for below, count in returned:
                    self.add(prices.below, below, times * count, path)

    def _note_costliest(self, points: float, above: tuple[str, ...], field: PricedField) -> None:
        """Remember a field if it costs more than any before it."""
        if points > self.costliest_points:
            self.costliest_points = points
            self.costliest = (*above, field.name)

    def _count(self, points: float, size: float) -> None:
        self.points += points
        self.size += size
        if self.points > self.enough:
            raise EnoughError
