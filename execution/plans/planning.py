"""From an operation to its plan: what the schema says of it is looked up here, once."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    is_leaf_type,
)
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues

from execution.plans.field_resolvers import Arguments, FieldResolver, FieldResolvers
from execution.plans.plan import Group, Items, Leaf, Object, Selection, Shape
from execution.plans.plan_arguments import PlannedArguments

_CONDITIONS = frozenset({"skip", "include"})


class NotPlannedError(Exception):
    """The operation asks for something that only the stock executor knows how to do."""


class _Typename:
    """Resolves ``__typename``."""

    is_async = False
    resolve_many = None

    def __init__(self, name: str) -> None:
        self._name = name

    def resolve(self, _source: Any, _context: Any, _arguments: Arguments) -> str:
        """Return the name of the type."""
        return self._name


class Collector:
    """Collects the fields of one operation as the stock executor does, for one set of conditions.

    Args:
        schema: Of the document.
        document: Valid.
        operation: One of its operations.
        conditions: The values of the variables in its @skip and @include.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        conditions: Mapping[str, bool],
    ) -> None:
        self.schema = schema
        self.operation = operation
        self._variables = VariableValues({}, dict(conditions))
        self._fragments = {
            node.name.value: FragmentDetails(node)
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def root(self, kind: GraphQLObjectType) -> GroupedFieldSet:
        """Return the fields of the operation, by response name."""
        return collect_fields(
            self.schema, self._fragments, self._variables, kind, self.operation
        ).grouped_field_set

    def below(self, kind: GraphQLObjectType, fields: FieldDetailsList) -> GroupedFieldSet:
        """Return the fields selected on what fields of one response name return."""
        return collect_subfields(
            self.schema, self._fragments, self._variables, self.operation, kind, fields
        ).grouped_field_set


class Planner:
    """Makes the plan of one operation.

    Args:
        collector: Collects the fields of the operation.
        resolvers: What is known of how fields are resolved.
    """

    def __init__(self, collector: Collector, resolvers: FieldResolvers) -> None:
        self._collector = collector
        self._schema = collector.schema
        self._resolvers = resolvers
        # Selections that ask for the same are one; by their keys.
        self._selections: dict[Any, Selection] = {}

    def plan(self) -> Selection:
        """Return the plan. Cost: linear in the fields, fragments expanded; 30 us a field.

        Raises:
            NotPlannedError: The stock executor must do it.
        """
        if self._collector.operation.operation is not OperationType.QUERY:
            raise NotPlannedError("not a query")
        root = self._schema.query_type
        assert root is not None
        try:
            return self._selection(root, self._collector.root(root))
        except GraphQLError as error:
            raise NotPlannedError(error.message) from error

    def _selection(self, parent: GraphQLObjectType, fields: GroupedFieldSet) -> Selection:
        """Return the plan of a selection, the same for all that ask for the same."""
        groups: dict[Any, Group] = {}
        keys = []
        for place, (name, details) in enumerate(fields.items()):
            node = details[0].node
            coordinate = f"{parent.name}.{node.name.value}"
            definition = self._schema.get_field(parent, node.name.value)
            if definition is None:
                raise NotPlannedError(coordinate)
            resolver = self._resolver(parent, coordinate, node)
            shape = self._shape(definition.type, coordinate, details)
            key = (coordinate, id(_selection_of(shape)))
            if key not in groups:
                groups[key] = Group(resolver, shape, is_bare=not definition.args)
            arguments = PlannedArguments(definition, node)
            groups[key].add(name, place, arguments)
            keys.append((name, key, arguments.key))
        return self._selections.setdefault(
            (parent.name, tuple(keys)), Selection(tuple(fields), tuple(groups.values()))
        )

    def _resolver(
        self, parent: GraphQLObjectType, coordinate: str, node: FieldNode
    ) -> FieldResolver:
        """Return how a field is resolved."""
        if node.name.value == "__typename":
            return _Typename(parent.name)
        resolver = self._resolvers.get(coordinate)
        if resolver is None:
            raise NotPlannedError(coordinate)
        return resolver

    def _shape(self, kind: GraphQLOutputType, field: str, details: FieldDetailsList) -> Shape:
        """Return what values of a type are completed to."""
        is_required = isinstance(kind, GraphQLNonNull)
        inner: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(inner, GraphQLList):
            return Items(self._shape(inner.of_type, field, details), is_required, field)
        if is_leaf_type(inner):
            return Leaf(inner, is_required, field)
        if not isinstance(inner, GraphQLObjectType) or inner.is_type_of is not None:
            raise NotPlannedError(f"{field} is abstract")
        selection = self._selection(inner, self._collector.below(inner, details))
        return Object(selection, is_required, field)


def _selection_of(shape: Shape) -> Selection | None:
    """Return the selection at the bottom of a shape."""
    while isinstance(shape, Items):
        shape = shape.item
    return shape.selection if isinstance(shape, Object) else None


def condition_variables(document: DocumentNode) -> tuple[str, ...] | None:
    """Return the variables in the @skip and @include of a document; None for other directives.

    Cost: linear in the document.
    """
    names: set[str] = set()
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        for directive in node.directives or ():
            if directive.name.value not in _CONDITIONS:
                return None
            names.update(_variables_of(directive))
        selection_set = getattr(node, "selection_set", None)
        if selection_set:
            waiting.extend(selection_set.selections)
    return tuple(sorted(names))


def _variables_of(directive: DirectiveNode) -> list[str]:
    """Return the variable that a condition is, if it is one."""
    values = (argument.value for argument in directive.arguments or ())
    return [value.name.value for value in values if isinstance(value, VariableNode)]
