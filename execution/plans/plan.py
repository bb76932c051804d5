"""Plans: what an operation selects, arranged so that it runs column by column.

A selection is run for all the objects that it applies to at once. Each of its fields is a column
with one value per object, so that whatever a field takes to resolve and to encode is looked up
once, not once per object. Response names that ask for the same field with the same selection below
it, such as the aliases of a batch, are one group: their columns are resolved together, by one call
if the field can answer for many objects at once.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from graphql import GraphQLLeafType

from execution.plans.field_resolvers import FieldResolver
from execution.plans.plan_arguments import PlannedArguments
from execution.plans.response_paths import Place


class Leaf:
    """A scalar or an enum.

    Attributes:
        type: As the schema declares it.
        is_required: Whether null is an error that takes the parent with it.
        field: "Type.field", for messages.
    """

    __slots__ = ("field", "is_required", "type")

    def __init__(self, kind: GraphQLLeafType, is_required: bool, field: str) -> None:
        self.type = kind
        self.is_required = is_required
        self.field = field


class Items:
    """A list; ``item`` is the shape of what it holds."""

    __slots__ = ("field", "is_required", "item")

    def __init__(self, item: "Shape", is_required: bool, field: str) -> None:
        self.item = item
        self.is_required = is_required
        self.field = field


class Object:
    """An object of which ``selection`` is asked."""

    __slots__ = ("field", "is_required", "selection")

    def __init__(self, selection: "Selection", is_required: bool, field: str) -> None:
        self.selection = selection
        self.is_required = is_required
        self.field = field


Shape: TypeAlias = Leaf | Items | Object


class Group:
    """Fields of one selection that are resolved together: the same field, the same shape.

    Attributes:
        coordinate: "Type.field".
        resolver: Resolves the field; None if only the stock executor can.
        shape: What its values are completed to.
        selection: What is asked of each object that it returns, if it returns objects.
        names: The response names.
        places: Which column of the selection each of them is, ascending.
        arguments: What each of them is asked with.
        is_bare: Whether the field takes no arguments at all.
    """

    __slots__ = (
        "arguments",
        "coordinate",
        "is_bare",
        "names",
        "places",
        "resolver",
        "selection",
        "shape",
    )

    def __init__(
        self, coordinate: str, resolver: FieldResolver | None, shape: Shape, is_bare: bool
    ) -> None:
        self.coordinate = coordinate
        self.selection = selection_of(shape)
        self.resolver = resolver
        self.shape = shape
        self.is_bare = is_bare
        self.names: list[str] = []
        self.places: list[int] = []
        self.arguments: list[PlannedArguments] = []

    def add(self, name: str, place: int, arguments: PlannedArguments) -> None:
        """Add a response name."""
        self.names.append(name)
        self.places.append(place)
        self.arguments.append(arguments)


def selection_of(shape: Shape) -> "Selection | None":
    """Return what is asked of the objects in values of a shape."""
    while isinstance(shape, Items):
        shape = shape.item
    return shape.selection if isinstance(shape, Object) else None


class Selection:
    """What is asked of each object of one type: ``names`` in the order of the response."""

    __slots__ = ("groups", "names")

    def __init__(self, names: Sequence[str], groups: Sequence[Group]) -> None:
        self.names = names
        self.groups = groups


class Plan(NamedTuple):
    """What one operation asks, for one outcome of its @skip and @include.

    Attributes:
        selection: What is asked of the root object.
        idle_variables: Declared variables that neither a condition nor a selected field uses.
        stock_reason: Why graphql-core's executor must run the operation; None if the plan can.
    """

    selection: Selection
    idle_variables: Sequence[str]
    stock_reason: str | None


class Fault:
    """An exception in place of a value; its path is worked out only when clients are told.

    ``item`` is the item of a list that could not be had, if the list failed there.
    """

    __slots__ = ("_index", "_place", "exception", "item")

    def __init__(
        self, exception: Exception, place: Place, index: int, item: int | None = None
    ) -> None:
        self.exception = exception
        self.item = item
        self._place = place
        self._index = index

    def waits(self) -> int:
        """Return how many fields and items on its path were awaited before it was known."""
        return self._place.waits(self._index)

    def path(self) -> list[str | int]:
        """Return where in the response the value would be."""
        return self._place.path(self._index)


class Failure:
    """Stands for a value that failed where null is not allowed, on its way to where it is."""

    __slots__ = ("fault",)

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
