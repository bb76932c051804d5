"""The prices of what a plan selects: its fields, each with the price function of its group."""

from collections.abc import Hashable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from execution.plans.plan import Group, Selection
from execution.plans.plan_arguments import PlannedArguments
from middleware.cost.price_protocols import PriceBook, ScaleFunction
from middleware.cost.stock_prices import by_stock, is_description

Variables = Mapping[str, Any]
# The scale of fields whose price never changes.
_LASTING = "lasting"


class KnownPrice(NamedTuple):
    """The price and the size of a field with all fields below it.

    ``costliest`` is the path to the field among them that costs most by itself.
    """

    points: float
    size: float
    costliest_points: float
    costliest: tuple[str, ...]

    def costliest_of(self, name: str) -> tuple[str, ...]:
        """Return the path of the same where another alias asks for it."""
        return (name, *self.costliest[1:]) if self.costliest else ()


class PricedField:
    """One response name of a selection.

    Attributes:
        name: The response name.
        arguments: What it is asked with.
        prices: What the fields of its group cost.
        is_lasting: Neither variables nor the process's past can change its price.
    """

    __slots__ = ("_known", "arguments", "is_lasting", "name", "prices")

    def __init__(self, name: str, arguments: PlannedArguments, prices: "GroupPrices") -> None:
        self.name = name
        self.arguments = arguments
        self.prices = prices
        self.is_lasting: bool = prices.is_lasting and arguments.are_known
        self._known: KnownPrice | None = None

    def scale(self, variables: Variables) -> Hashable | None:
        """Return the scale that alone decides the price of a root field; None if none does."""
        if self.is_lasting:
            return _LASTING
        if self.prices.scale_of is None:
            return None
        arguments = self.arguments.valid(variables)
        return None if arguments is None else self.prices.scale_of(arguments)

    def known(self, scale: Hashable) -> KnownPrice | None:
        """Return the price of a scale if it was worked out, perhaps for another of the group."""
        return self._known if self.is_lasting else self.prices.by_scale.get(scale)

    def keep(self, scale: Hashable, price: KnownPrice) -> None:
        """Keep the price of a scale."""
        if self.is_lasting:
            self._known = price
        else:
            self.prices.by_scale[scale] = price


class SelectionPrices:
    """The fields of one selection in the order of the response.

    Attributes:
        fields: Response names that ask for the same without arguments are one of them.
        points: What it takes to resolve them and all below them, however many objects there are.
        is_lasting: Whether all fields are lasting.
        is_scaled: Whether each field costs the same on all objects of one scale.
        shape: Equal for selections of the same fields, whatever their arguments are.
    """

    def __init__(self, fields: Sequence[PricedField]) -> None:
        shapes = {field.prices.shape: field.prices.shape_points for field in fields}
        self.fields = fields
        self.points: float = sum(shapes.values())
        self.is_lasting = all(field.is_lasting for field in fields)
        self.is_scaled = all(field.prices.is_scaled for field in fields)
        self.shape = tuple([(field.name, field.prices.shape) for field in fields])


class GroupPrices:
    """What the fields of one group cost.

    Attributes:
        price: The price function.
        size: The size function.
        below: The fields selected on what it returns.
        is_empty: Whether it returns objects of which conditions leave no field.
        copies: How many response names ask for the same without arguments.
        is_lasting: Whether prices are lasting wherever the arguments are known.
        is_scaled: Whether a field costs the same on all objects of one scale.
        scale_of: Returns the scale of what a root field returns, if its price follows from that.
        by_scale: The known prices of each scale.
        shape: Stands for the coordinate and the shape of the selection below.
        shape_points: What it takes to resolve a group of this shape at all.
    """

    def __init__(
        self, group: Group, below: SelectionPrices | None, book: PriceBook, is_stock: bool
    ) -> None:
        coordinate = group.coordinate
        price = book.price_of(coordinate)
        if price is None:
            raise LookupError(f"{coordinate} has no price")
        self.size = book.size_of(coordinate)
        is_added = is_stock and not is_description(coordinate)
        self.price = by_stock(price, self.size) if is_added else price
        self.below = below.fields if below else ()
        self.is_empty = below is not None and not below.fields
        self.copies = len(group.names) if group.is_bare and below is None else 1
        self.is_lasting: bool = book.is_lasting(coordinate) and (below is None or below.is_lasting)
        self.is_scaled: bool = book.is_scaled(coordinate) and (below is None or below.is_scaled)
        self.by_scale: dict[Hashable, KnownPrice] = {}
        self.scale_of: ScaleFunction | None = None
        if below is not None and below.fields and below.is_scaled and below.is_lasting:
            self.scale_of = book.scale_function(coordinate)
        self.shape: Hashable = None
        self.shape_points: float = book.group_points(coordinate) + (below.points if below else 0.0)


class PlanVisitor:
    """Finds the prices of a plan; selections that are one in the plan are priced once.

    Args:
        book: Has a price for every field.
        is_stock: Whether the stock executor runs the operation.
    """

    def __init__(self, book: PriceBook, is_stock: bool) -> None:
        self._book = book
        self._is_stock = is_stock
        self._selections: dict[Selection, SelectionPrices] = {}
        self._shapes: dict[Hashable, int] = {}

    def prices(self, selection: Selection) -> SelectionPrices:
        """Return the prices of a selection. Cost: linear in the plan, 1 us a field."""
        known = self._selections.get(selection)
        if known is None:
            placed = [pair for group in selection.groups for pair in self._fields(group)]
            placed.sort(key=itemgetter(0))
            known = SelectionPrices(tuple([field for _, field in placed]))
            self._selections[selection] = known
        return known

    def _fields(self, group: Group) -> list[tuple[int, PricedField]]:
        """Return the fields of a group with their places in the response; copies are one."""
        below = None if group.selection is None else self.prices(group.selection)
        prices = GroupPrices(group, below, self._book, self._is_stock)
        key = (group.coordinate, below.shape if below else ())
        prices.shape = self._shapes.setdefault(key, len(self._shapes))
        members = zip(group.places, group.names, group.arguments, strict=True)
        fields = [(place, PricedField(name, asked, prices)) for place, name, asked in members]
        return fields[:1] if prices.copies > 1 else fields
