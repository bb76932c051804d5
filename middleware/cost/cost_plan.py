"""The fields that an operation selects, merged as the executor merges them, with their prices."""

from collections.abc import Hashable, Iterable, Sequence, Set
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_object_type,
)

from middleware.cost.cost_arguments import Arguments, Variables
from middleware.cost.price_protocols import PriceBook, PriceFunction, ScaleFunction, SizeFunction
from middleware.cost.stock_prices import DESCRIBING, by_stock

Remembered = tuple[float, float, float, tuple[str, ...]]
"""The price and size of a field with all below it, the price of the dearest of these by itself, and
where it stands."""

_CONDITIONS = ("skip", "include")


class PlannedField:
    """One field to be priced, with what is selected below it.

    Attributes:
        path: Response names from the root to the field.
        price: Its price function.
        size: Its size function.
        arguments: What it is asked with.
        copies: How many response names ask for the same without arguments, itself included.
        below: The fields selected on what it returns.
        is_empty: Whether it returns objects of which conditions leave no field.
        is_scaled: The subtree costs the same on all objects of one scale.
        shape: Stands for the coordinate and what is selected below; siblings of one shape are
            resolved together.
        shape_points: What it takes to resolve siblings of this shape at all.
        is_lasting: Neither variables nor the process's past can change the price of the subtree.
        remembered: The price and size of a lasting subtree once it is known.
        scale_of: Tells the scale of what a root field returns, if scales tell its price.
        by_scale: Known prices by scale, shared by the root fields that ask the same.
    """

    __slots__ = (
        "arguments",
        "below",
        "by_scale",
        "copies",
        "is_empty",
        "is_lasting",
        "is_scaled",
        "path",
        "price",
        "remembered",
        "scale_of",
        "shape",
        "shape_points",
        "size",
    )

    def __init__(
        self,
        path: tuple[str, ...],
        price: PriceFunction,
        size: SizeFunction,
        arguments: Arguments,
        below: tuple["PlannedField", ...],
        is_lasting: bool,
    ) -> None:
        self.path = path
        self.price = price
        self.size = size
        self.arguments = arguments
        self.below = below
        self.is_lasting: bool = (
            is_lasting and arguments.are_known and all(field.is_lasting for field in below)
        )
        self.is_empty = False
        self.shape = 0
        self.shape_points = 0.0
        self.is_scaled = False
        self.copies = 1
        self.remembered: Remembered | None = None
        self.scale_of: ScaleFunction | None = None
        self.by_scale: dict[Hashable, Remembered] = {}


def _answer_by_stock(fields: Iterable[PlannedField]) -> None:
    """Price fields, and all below them, as the stock executor answers them."""
    for field in fields:
        field.price = by_stock(field.price, field.size)
        _answer_by_stock(field.below)


class Planner:
    """Plans the operations of one document, for one outcome of its @skip and @include.

    Args:
        schema: Object types only.
        book: Has a price for every field of the schema.
        document: Valid against the schema.
        variables: Coerced; only those in @skip and @include are looked at.
    """

    def __init__(
        self, schema: GraphQLSchema, book: PriceBook, document: DocumentNode, variables: Variables
    ) -> None:
        self._schema = schema
        self._book = book
        self._variables = variables
        self._shapes: dict[Hashable, int] = {}
        self._shape_points: list[float] = []
        self._by_scale: dict[Hashable, dict[Hashable, Remembered]] = {}
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def plan(self, operation: OperationDefinitionNode) -> tuple[PlannedField, ...]:
        """Return the root fields. Cost: linear in the fields, every fragment expanded."""
        root = self._schema.get_root_type(operation.operation)
        if root is None:
            return ()
        fields = self._fields(root, [operation.selection_set], ())
        asked = self._collected(root, [operation.selection_set])
        describing = {name for name, nodes in asked.items() if nodes[0].name.value in DESCRIBING}
        if describing:
            _answer_by_stock(field for field in fields if field.path[0] not in describing)
        return fields

    def _fields(
        self, parent: GraphQLObjectType, sets: Sequence[SelectionSetNode], path: tuple[str, ...]
    ) -> tuple[PlannedField, ...]:
        """Return what selection sets on one object come to together."""
        planned: list[PlannedField] = []
        same: dict[str, PlannedField] = {}
        for response_name, nodes in self._collected(parent, sets).items():
            name = nodes[0].name.value
            definition = self._schema.get_field(parent, name)
            if definition is None:
                continue
            if not definition.args and nodes[0].selection_set is None:
                if name in same:
                    same[name].copies += 1
                    continue
                same[name] = self._field(parent, definition, nodes, (*path, response_name))
                planned.append(same[name])
            else:
                planned.append(self._field(parent, definition, nodes, (*path, response_name)))
        return tuple(planned)

    def _field(
        self,
        parent: GraphQLObjectType,
        definition: GraphQLField,
        nodes: Sequence[FieldNode],
        path: tuple[str, ...],
    ) -> PlannedField:
        """Return the field that nodes of one response name ask for together."""
        coordinate = f"{parent.name}.{nodes[0].name.value}"
        price = self._book.price_of(coordinate)
        if price is None:
            raise LookupError(f"{coordinate} has no price")
        sets = [node.selection_set for node in nodes if node.selection_set]
        returned = get_named_type(definition.type)
        below: tuple[PlannedField, ...] = ()
        if sets and is_object_type(returned):
            below = self._fields(returned, sets, path)
        arguments = Arguments(definition, nodes[0])
        size = self._book.size_of(coordinate)
        field = PlannedField(path, price, size, arguments, below, self._book.is_lasting(coordinate))
        field.is_empty = bool(sets) and not below
        field.shape = self._shape(coordinate, below)
        field.shape_points = self._shape_points[field.shape]
        field.is_scaled = self._book.is_scaled(coordinate) and all(one.is_scaled for one in below)
        if (
            len(path) == 1
            and field.below
            and all(one.is_scaled and one.is_lasting for one in below)
        ):
            field.scale_of = self._book.scale_function(coordinate)
            asked = (coordinate, tuple(map(_asked, below)))
            field.by_scale = self._by_scale.setdefault(asked, field.by_scale)
        return field

    def _shape(self, coordinate: str, below: Sequence[PlannedField]) -> int:
        """Return what stands for a field, with what is selected below it."""
        key = (coordinate, tuple([(field.path[-1], field.shape) for field in below]))
        known = self._shapes.setdefault(key, len(self._shapes))
        if known == len(self._shape_points):
            points = self._book.group_points(coordinate) + group_points(below)
            self._shape_points.append(points)
        return known

    def _collected(
        self, parent: GraphQLObjectType, sets: Sequence[SelectionSetNode]
    ) -> dict[str, list[FieldNode]]:
        """Return the field nodes of each response name, in order, each fragment visited once."""
        found: dict[str, list[FieldNode]] = {}
        visited: set[str] = set()
        waiting = [node for one in reversed(sets) for node in reversed(one.selections)]
        while waiting:
            node = waiting.pop()
            if node.directives and not self._is_included(node.directives):
                continue
            if isinstance(node, FieldNode):
                name = node.alias.value if node.alias else node.name.value
                found.setdefault(name, []).append(node)
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode | None
            if isinstance(node, FragmentSpreadNode):
                inner = self._fragments.get(node.name.value)
                if node.name.value in visited:
                    continue
                visited.add(node.name.value)
            else:
                assert isinstance(node, InlineFragmentNode)
                inner = node
            if inner is not None and self._applies(inner, parent):
                waiting.extend(reversed(inner.selection_set.selections))
        return found

    def _applies(
        self, fragment: InlineFragmentNode | FragmentDefinitionNode, parent: GraphQLObjectType
    ) -> bool:
        """Whether a fragment is on the type of the parent."""
        if fragment.type_condition is None:
            return True
        name = fragment.type_condition.name.value
        if name == parent.name:
            return True
        condition = self._schema.get_type(name)
        return isinstance(condition, GraphQLAbstractType) and self._schema.is_sub_type(
            condition, parent
        )

    def _is_included(self, directives: Sequence[DirectiveNode]) -> bool:
        """Whether @skip and @include leave a selection in."""
        for directive in directives:
            if directive.name.value in _CONDITIONS:
                condition = value_of_condition(directive, self._variables)
                if condition is (directive.name.value == "skip"):
                    return False
        return True


def group_points(fields: Sequence[PlannedField]) -> float:
    """Return what it takes to resolve siblings and all below them, however many there are."""
    return sum({field.shape: field.shape_points for field in fields}.values())


def value_of_condition(directive: DirectiveNode, variables: Variables) -> bool:
    """Return what "if" of a @skip or @include says."""
    value = directive.arguments[0].value if directive.arguments else None
    if isinstance(value, VariableNode):
        return variables.get(value.name.value) is True
    return bool(getattr(value, "value", False))


def condition_variables(document: DocumentNode) -> tuple[str, ...]:
    """Return the variables in the @skip and @include of a document. Cost: linear in it."""
    names: set[str] = set()
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        for directive in node.directives or ():
            if directive.name.value in _CONDITIONS and directive.arguments:
                value = directive.arguments[0].value
                if isinstance(value, VariableNode):
                    names.add(value.name.value)
        selection_set = getattr(node, "selection_set", None)
        if selection_set:
            waiting.extend(selection_set.selections)
    return tuple(sorted(names))


def _asked(field: PlannedField) -> Hashable:
    """Return what a lasting field asks, response names included."""
    asked = repr(sorted((field.arguments.of({}) or {}).items()))
    return (field.path[1:], field.price, asked, field.copies, tuple(map(_asked, field.below)))


def variables_of(fields: Sequence[PlannedField]) -> Set[str]:
    """Return the names of the variables that take part in the arguments of planned fields."""
    names: set[str] = set()
    waiting = list(fields)
    while waiting:
        field = waiting.pop()
        names |= field.arguments.variables
        waiting.extend(field.below)
    return names
