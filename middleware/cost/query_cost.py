"""The price of an operation, known before anything of it runs."""

import math
from collections.abc import Generator

from graphql import GraphQLSchema

from execution.plans.plan import Plan
from middleware.cost.estimate import EnoughError, Estimate, Estimator
from middleware.cost.price_protocols import PriceBook
from middleware.cost.schema_prices import CompleteBook
from middleware.cost.selection_prices import PlanVisitor, Variables

# Root fields priced between two turns of other requests: at 10 us each 2 ms.
_TURN_FIELDS = 200


class QueryPricer:
    """Prices the plans of operations on one schema.

    Args:
        schema: Without interfaces and unions.
        book: What the fields cost.

    Raises:
        LookupError: A field of the schema has no price; the message names it.
    """

    def __init__(self, schema: GraphQLSchema, book: PriceBook) -> None:
        self._book = CompleteBook(schema, book)

    def compile(self, plan: Plan) -> "OperationPrice":
        """Return the price of a plan; to be kept with it.

        May run in a thread: plan and book are only read.

        Cost: linear in the fields of the plan, 1 us each.
        """
        return OperationPrice(self._book, plan)


class OperationPrice:
    """The price of one operation as a function of its variables.

    Args:
        book: Has a price for every field.
        plan: Of the operation, for one outcome of its conditions.
    """

    def __init__(self, book: PriceBook, plan: Plan) -> None:
        prices = PlanVisitor(book, plan.stock_reason is not None).prices(plan.selection)
        self._book = book
        self._fields = prices.fields
        self._points = book.request_points + prices.points
        self._idle_variables = plan.idle_variables

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
        tally.points = self._points + self._idle_points(variables)
        try:
            for place, field in enumerate(self._fields):
                if place and not place % _TURN_FIELDS:
                    yield
                before = tally.points
                tally.add_root(field)
                tally.root_fields.append((field.name, tally.points - before))
        except EnoughError:
            return tally.estimate(is_complete=False)
        return tally.estimate(is_complete=True)

    def known_price(self, variables: Variables, enough: float = math.inf) -> Estimate | None:
        """Return what ``price`` does, None if that is not known from values of the same scale.

        Cost: 1 us, where ``price`` takes 5.
        """
        if len(self._fields) != 1 or self._idle_variables:
            return None
        (field,) = self._fields
        scale = field.scale(variables)
        known = None if scale is None else field.known(scale)
        if known is None or self._points + known.points > enough:
            return None
        points = self._points + known.points
        root_fields = ((field.name, points - self._points),)
        costliest = known.costliest_of(field.name)
        return Estimate(points, known.size, costliest, known.costliest_points, root_fields)

    def _idle_points(self, variables: Variables) -> float:
        """Return what it takes to coerce the variables that no selected field asks with."""
        if not self._idle_variables:
            return 0.0
        return sum(
            self._book.coercion_points(variables[name])
            for name in self._idle_variables
            if name in variables
        )
