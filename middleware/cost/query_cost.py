"""The price of a document, known before anything of it runs."""

import math
from collections.abc import Generator, Hashable
from typing import NamedTuple

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
)

from middleware.cost.cost_arguments import Variables
from middleware.cost.cost_plan import (
    PlannedField,
    Planner,
    condition_variables,
    group_points,
    variables_of,
)
from middleware.cost.estimate import EnoughError, Estimate, Estimator
from middleware.cost.price_protocols import PriceBook
from middleware.cost.schema_prices import CompleteBook

# Points that parsing, validating and planning take for any document and for each character of it;
# ``python -m benchmarks.bench_cost cold``.
_DOCUMENT_POINTS = 9.0
_CHARACTER_POINTS = 0.035
# The scale of all that has one price for ever.
_LASTING = "lasting"
# Plans kept of one document; each belongs to one outcome of its @skip and @include.
_KEPT_PLANS = 4
# Root fields priced between two turns of other requests: at 10 us each 2 ms.
_TURN_FIELDS = 200


class QueryPricer:
    """Makes plans to price the operations on one schema.

    Args:
        schema: Without interfaces and unions.
        book: What the fields cost.

    Raises:
        LookupError: A field of the schema has no price; the message names it.
    """

    def __init__(self, schema: GraphQLSchema, book: PriceBook) -> None:
        self._schema = schema
        self._book = CompleteBook(schema, book)

    def compile(self, document: DocumentNode, operation: OperationDefinitionNode) -> "QueryPlan":
        """Return the plan of an operation of a valid document; to be kept with the document.

        May run in a thread: schema and book are only read.

        Cost: linear in the fields, fragments expanded; about a tenth of parsing.
        """
        return QueryPlan(self._schema, self._book, document, operation)


class QueryPlan:
    """The price of one operation as a function of its variables.

    Attributes:
        document_points: What it took to make the document ready, this plan included: to be charged
            to the request that made it ready, or to nobody. No estimate contains it.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        book: PriceBook,
        document: DocumentNode,
        operation: OperationDefinitionNode,
    ) -> None:
        """Plan at once what depends on no @skip and @include."""
        characters = len(document.loc.source.body) if document.loc else 0
        self.document_points = _DOCUMENT_POINTS + _CHARACTER_POINTS * characters
        self._schema = schema
        self._book = book
        self._document = document
        self._operation = operation
        self._conditions = condition_variables(document)
        self._plans: dict[tuple[bool, ...], _PlannedFields] = {}
        if not self._conditions:
            self._planned({})

    def price(self, variables: Variables, enough: float = math.inf) -> Estimate:
        """Return what the operation is expected to cost with these variables.

        Args:
            variables: Coerced, as execution is given them.
            enough: Points above which the exact price is of no interest.
        """
        pricing = self.price_by_turns(variables, enough)
        while True:
            try:
                next(pricing)
            except StopIteration as end:
                estimate: Estimate = end.value
                return estimate

    def price_by_turns(
        self, variables: Variables, enough: float = math.inf
    ) -> Generator[None, None, Estimate]:
        """Return the same as ``price``, yielding before every 200th root field but the first."""
        tally = Estimator(variables, enough, self._book.root_state())
        planned = self._planned(variables)
        tally.points = planned.points + self._idle_points(planned, variables)
        try:
            for place, field in enumerate(planned.fields):
                if place and not place % _TURN_FIELDS:
                    yield
                before = tally.points
                tally.add_root(field)
                tally.root_fields.append((field.path[0], tally.points - before))
        except EnoughError:
            return tally.estimate(is_complete=False)
        estimate = tally.estimate(is_complete=True)
        scale = _scale(planned, variables)
        if scale is not None:
            planned.by_scale[scale] = estimate
        return estimate

    def known_price(self, variables: Variables, enough: float = math.inf) -> Estimate | None:
        """Return what ``price`` does, None if that is not known from values of the same scale.

        Cost: 1 us, where ``price`` takes 5.
        """
        planned = self._planned(variables)
        scale = _scale(planned, variables)
        estimate = None if scale is None else planned.by_scale.get(scale)
        return estimate if estimate is not None and estimate.points <= enough else None

    def _idle_points(self, planned: "_PlannedFields", variables: Variables) -> float:
        """Return what it takes to coerce the variables that no selected field asks with."""
        if not planned.idle_variables:
            return 0.0
        return sum(
            self._book.coercion_points(variables[name])
            for name in planned.idle_variables
            if name in variables
        )

    def is_planned(self, variables: Variables) -> bool:
        """Return whether the plan for these values of the conditions is there."""
        return self._key(variables) in self._plans

    def make_ready(self, variables: Variables) -> None:
        """Make the plan for these values of the conditions; may run in a thread."""
        self._planned(variables)

    def _key(self, variables: Variables) -> tuple[bool, ...]:
        """Return the values of the conditions."""
        if not self._conditions:
            return ()
        return tuple(variables.get(name) is True for name in self._conditions)

    def _planned(self, variables: Variables) -> "_PlannedFields":
        """Return the root fields for these values of the conditions."""
        key = self._key(variables)
        planned = self._plans.get(key)
        if planned is None:
            planner = Planner(self._schema, self._book, self._document, variables)
            fields = planner.plan(self._operation)
            declared = {
                node.variable.name.value for node in self._operation.variable_definitions or ()
            }
            idle = declared - variables_of(fields) - set(self._conditions)
            points = self._book.request_points + group_points(fields)
            planned = _PlannedFields(fields, tuple(idle), points, {})
            if len(self._plans) >= _KEPT_PLANS:
                self._plans.clear()
            self._plans[key] = planned
        return planned


class _PlannedFields(NamedTuple):
    """The root fields of an operation, and the variables that none of all fields asks with.

    ``points`` is what it takes to run them, however many values they have. ``by_scale`` has prices
    that were found for a single field.
    """

    fields: tuple[PlannedField, ...]
    idle_variables: tuple[str, ...]
    points: float
    by_scale: dict[Hashable, Estimate]


def _scale(planned: _PlannedFields, variables: Variables) -> Hashable | None:
    """Return the scale that alone tells the price of an operation, None if there is none."""
    if len(planned.fields) != 1 or planned.idle_variables:
        return None
    (field,) = planned.fields
    if field.is_lasting:
        return _LASTING
    if field.scale_of is None:
        return None
    arguments = field.arguments.of(variables)
    return None if arguments is None else field.scale_of(arguments)
