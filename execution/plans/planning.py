"""From an operation to its plan: what the schema says of it is looked up here, once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
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
from execution.plans.plan import (
    Group,
    Items,
    Leaf,
    Object,
    Plan,
    Selection,
    Shape,
    selection_of,
)
from execution.plans.plan_arguments import PlannedArguments

_CONDITIONS = frozenset({"skip", "include"})


class Conditions(NamedTuple):
    """The variables in the @skip and @include of a document, and if it has other directives."""

    variables: tuple[str, ...]
    are_all: bool


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
        self.conditions = conditions
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
        resolvers: How fields are resolved.
        stock_reason: Why the stock executor must run the operation whatever it asks, if it must.
    """

    def __init__(
        self, collector: Collector, resolvers: FieldResolvers, stock_reason: str | None = None
    ) -> None:
        self._collector = collector
        self._schema = collector.schema
        self._resolvers = resolvers
        self._stock_reason = stock_reason
        # Selections that ask for the same are one; by their keys.
        self._selections: dict[Any, Selection] = {}
        self._used = set(collector.conditions)

    def plan(self) -> Plan:
        """Return the plan. Cost: linear in the fields, fragments expanded; 30 us a field."""
        operation = self._collector.operation
        if operation.operation is not OperationType.QUERY:
            self._leave("it is not a query")
        root = self._schema.get_root_type(operation.operation)
        selection = Selection((), ())
        if root is not None:
            selection = self._selection(root, self._collector.root(root))
        declared = [node.variable.name.value for node in operation.variable_definitions or ()]
        idle = tuple(name for name in declared if name not in self._used)
        return Plan(selection, idle, self._stock_reason)

    def _leave(self, reason: str) -> None:
        """Leave the operation to the stock executor; the plan only tells what is asked."""
        self._stock_reason = self._stock_reason or reason

    def _selection(self, parent: GraphQLObjectType, fields: GroupedFieldSet) -> Selection:
        """Return the plan of a selection, the same for all that ask for the same."""
        groups: dict[Any, Group] = {}
        keys = []
        for place, (name, details) in enumerate(fields.items()):
            node = details[0].node
            coordinate = f"{parent.name}.{node.name.value}"
            definition = self._schema.get_field(parent, node.name.value)
            assert definition is not None
            resolver = self._resolver(parent, coordinate, node)
            shape = self._shape(definition.type, coordinate, details)
            key = (coordinate, id(selection_of(shape)))
            if key not in groups:
                groups[key] = Group(coordinate, resolver, shape, is_bare=not definition.args)
            arguments = PlannedArguments(definition, node)
            self._used |= arguments.variables
            groups[key].add(name, place, arguments)
            keys.append((name, key, arguments.key))
        return self._selections.setdefault(
            (parent.name, tuple(keys)), Selection(tuple(fields), tuple(groups.values()))
        )

    def _resolver(
        self, parent: GraphQLObjectType, coordinate: str, node: FieldNode
    ) -> FieldResolver | None:
        """Return how a field is resolved; None if only the stock executor can."""
        if node.name.value == "__typename":
            return _Typename(parent.name)
        resolver = self._resolvers.get(coordinate)
        if resolver is None:
            self._leave(f"{coordinate} has no resolver of its own")
        return resolver

    def _shape(self, kind: GraphQLOutputType, field: str, details: FieldDetailsList) -> Shape:
        """Return what values of a type are completed to."""
        is_required = isinstance(kind, GraphQLNonNull)
        inner: Any = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(inner, GraphQLList):
            return Items(self._shape(inner.of_type, field, details), is_required, field)
        if is_leaf_type(inner):
            return Leaf(inner, is_required, field)
        if not isinstance(inner, GraphQLObjectType):
            self._leave(f"{field} is abstract")
            return Object(Selection((), ()), is_required, field)
        if inner.is_type_of is not None:
            self._leave(f"{field} checks the types of its objects")
        selection = self._selection(inner, self._collector.below(inner, details))
        return Object(selection, is_required, field)


def conditions_of(document: DocumentNode) -> Conditions:
    """Return the conditions of a document. Cost: linear in it."""
    names: set[str] = set()
    are_all = True
    waiting: list[Any] = list(document.definitions)
    while waiting:
        node = waiting.pop()
        for directive in node.directives or ():
            if directive.name.value in _CONDITIONS:
                names.update(_variables_of(directive))
            else:
                are_all = False
        selection_set = getattr(node, "selection_set", None)
        if selection_set:
            waiting.extend(selection_set.selections)
    return Conditions(tuple(sorted(names)), are_all)


def _variables_of(directive: DirectiveNode) -> list[str]:
    """Return the variable that a condition is, if it is one."""
    values = (argument.value for argument in directive.arguments or ())
    return [value.name.value for value in values if isinstance(value, VariableNode)]
