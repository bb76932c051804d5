"""Documents made ready: valid, with a plan for each operation once it is asked for."""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, get_operation_ast

from execution.documents.variables import PlannedVariables
from execution.plans.field_nodes import FieldNodes
from execution.plans.field_resolvers import FieldResolvers
from execution.plans.plan import Selection
from execution.plans.planning import Collector, NotPlannedError, Planner, condition_variables

# Plans kept of one operation; each belongs to one outcome of its @skip and @include.
KEPT_PLANS = 4


class OperationPlan:
    """The plan of an operation for one outcome of its conditions, and the nodes behind it."""

    __slots__ = ("_collector", "_nodes", "selection")

    def __init__(self, selection: Selection, collector: Collector) -> None:
        self.selection = selection
        self._collector = collector
        self._nodes: FieldNodes | None = None

    def nodes(self) -> FieldNodes:
        """Return the nodes behind the paths of the plan."""
        if self._nodes is None:
            self._nodes = FieldNodes(self._collector)
        return self._nodes


class PreparedOperation:
    """One operation of a valid document.

    Attributes:
        node: As it was parsed.
        variables: Coerces what clients send.
    """

    def __init__(
        self,
        shared: "Shared",
        document: DocumentNode,
        node: OperationDefinitionNode,
    ) -> None:
        """Plan it at once if that depends on no variable."""
        self.node = node
        self.variables = PlannedVariables(
            shared.schema, node, shared.digit_scalars, shared.hides_schema
        )
        self._shared = shared
        self._document = document
        self._conditions = condition_variables(document)
        self._plans: dict[tuple[Any, ...], OperationPlan | None] = {}
        if not self._conditions:
            self.plan({})

    def plan(self, variables: Mapping[str, Any]) -> OperationPlan | None:
        """Return the plan for these variables; None if the stock executor must run it.

        May run in a thread: of two who ask at once for a new plan, each gets one.
        """
        if self._conditions is None or self._shared.resolvers is None:
            return None
        key = tuple(variables.get(name) for name in self._conditions)
        try:
            return self._plans[key]
        except KeyError:
            pass
        if not all(isinstance(value, bool) for value in key):
            return None
        plan = self._planned(dict(zip(self._conditions, key, strict=True)))
        if len(self._plans) >= KEPT_PLANS:
            self._plans.clear()
        self._plans[key] = plan
        return plan

    def is_planned(self, variables: Mapping[str, Any]) -> bool:
        """Return whether ``plan`` has nothing left to do for these variables."""
        if self._conditions is None or self._shared.resolvers is None:
            return True
        return tuple(variables.get(name) for name in self._conditions) in self._plans

    def _planned(self, conditions: Mapping[str, Any]) -> OperationPlan | None:
        """Return the plan for these conditions, None if there is none."""
        assert self._shared.resolvers is not None
        collector = Collector(self._shared.schema, self._document, self.node, conditions)
        try:
            return OperationPlan(Planner(collector, self._shared.resolvers).plan(), collector)
        except NotPlannedError:
            return None


class Shared:
    """What all documents of one executor have in common.

    Attributes:
        resolvers: How fields are resolved; None if the stock executor is to run everything.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        resolvers: FieldResolvers | None,
        digit_scalars: Mapping[str, int],
        hides_schema: bool,
    ) -> None:
        self.schema = schema
        self.resolvers = resolvers
        self.digit_scalars = digit_scalars
        self.hides_schema = hides_schema


class PreparedDocument:
    """A valid document.

    Attributes:
        document: As it was parsed, or with variables for its numbers.
        notes: Kept with the document for whoever binds its operations.
    """

    def __init__(
        self,
        shared: Shared,
        document: DocumentNode,
    ) -> None:
        self.document = document
        self.notes: dict[Any, Any] = {}
        self._shared = shared
        self._operations: dict[str | None, PreparedOperation] = {}

    def is_prepared(self, name: str | None) -> bool:
        """Return whether ``operation`` has nothing left to do for this name."""
        return name in self._operations

    def operation(self, name: str | None) -> PreparedOperation | None:
        """Return an operation, None if no single one is meant by the name; from any thread."""
        known = self._operations.get(name)
        if known is None:
            node = get_operation_ast(self.document, name)
            if node is None:
                return None
            # A single operation is one, whether its name is sent or not.
            own = None if node.name is None else node.name.value
            known = self._operations.get(own) or PreparedOperation(
                self._shared, self.document, node
            )
            self._operations[own] = self._operations[name] = known
        return known
