"""Documents made ready: valid, with a plan for each operation once it is asked for."""

from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode, get_operation_ast

from execution.documents.variables import PlannedVariables
from execution.plans.field_nodes import FieldNodes
from execution.plans.field_resolvers import FieldResolvers
from execution.plans.plan import Plan
from execution.plans.planning import Collector, Planner, conditions_of

# Plans kept of one operation; each belongs to one outcome of its @skip and @include.
KEPT_PLANS = 4


class OperationPlan:
    """The plan of an operation for one outcome of its conditions, and the nodes behind it.

    Attributes:
        plan: What is asked.
        note: What is kept with the plan for whoever binds the operation; None at first.
    """

    __slots__ = ("_collector", "_nodes", "note", "plan")

    def __init__(self, plan: Plan, collector: Collector) -> None:
        self.plan = plan
        self.note: Any = None
        self._collector = collector
        self._nodes: FieldNodes | None = None

    @property
    def is_stock(self) -> bool:
        """Whether the stock executor must run the operation."""
        return self.plan.stock_reason is not None

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
        self._conditions = conditions_of(document)
        self._plans: dict[tuple[Any, ...], OperationPlan] = {}
        if not self._conditions.variables:
            self.plan({})

    def plan(self, variables: Mapping[str, Any]) -> OperationPlan:
        """Return the plan for these variables.

        May run in a thread: of two who ask at once for a new plan, each gets one.
        """
        key = self._key(variables)
        known = self._plans.get(key)
        if known is not None:
            return known
        plan = self._planned(key)
        if len(self._plans) >= KEPT_PLANS:
            self._plans.clear()
        self._plans[key] = plan
        return plan

    def is_planned(self, variables: Mapping[str, Any]) -> bool:
        """Return whether ``plan`` has nothing left to do for these variables."""
        return self._key(variables) in self._plans

    def _key(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the values of the conditions: true, false or null."""
        return tuple([variables.get(name) for name in self._conditions.variables])

    def _planned(self, key: tuple[Any, ...]) -> OperationPlan:
        """Return the plan for these values of the conditions."""
        reason = None
        if self._shared.resolvers is None:
            reason = "the stock executor is to run everything"
        elif not self._conditions.are_all:
            reason = "it has other directives than @skip and @include"
        elif None in key:
            reason = "a condition is null"
        values = [value is True for value in key]
        conditions = dict(zip(self._conditions.variables, values, strict=True))
        collector = Collector(self._shared.schema, self._document, self.node, conditions)
        plan = Planner(collector, self._shared.resolvers or {}, reason).plan()
        return OperationPlan(plan, collector)


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
    """

    def __init__(
        self,
        shared: Shared,
        document: DocumentNode,
    ) -> None:
        self.document = document
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
