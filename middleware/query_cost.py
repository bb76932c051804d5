"""The price of a document, known before anything of it runs."""

import math
from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    GraphQLSchema,
    OperationDefinitionNode,
)

from middleware.complete_book import CompleteBook
from middleware.cost_arguments import Variables
from middleware.cost_plan import (
    PlannedField,
    Planner,
    Remembered,
    condition_variables,
    variables_of,
)
from middleware.price_book import PriceBook, ScaleFunction

# Points that parsing, validating and planning take for any document and for each character of it;
# ``python -m benchmarks.bench_cost cold``.
_DOCUMENT_POINTS = 9.0
_CHARACTER_POINTS = 0.035
# A field that fails for the want of an argument.
_REFUSED_POINTS = 0.1
# Its error, with message, path and place.
_REFUSED_BYTES = 2_000.0
# Plans kept of one document; each belongs to one outcome of its @skip and @include.
_KEPT_PLANS = 8
# Root fields priced between two turns of other requests: at 10 us each 2 ms.
_TURN_FIELDS = 200


class Estimate(NamedTuple):
    """What an operation is expected to cost, in points of 100 microseconds of one core.

    Attributes:
        points: The whole price.
        size: Bytes of memory that the answer takes while it is made.
        dearest: Response names from the root to the field that costs most by itself.
        dearest_points: The price of that field, all its occurrences together.
        root_fields: The response name of every root field with the price of all below it.
        is_complete: False if pricing stopped because it had reached ``enough``: the points are
            then a lower bound.
    """

    points: float
    size: float
    dearest: tuple[str, ...]
    dearest_points: float
    root_fields: Sequence[tuple[str, float]]
    is_complete: bool = True


class QueryPricer:
    """Makes plans to price the operations on one schema.

    Args:
        schema: Without interfaces and unions.
        book: What the fields cost.

    Raises:
        LookupError: A field of the schema has no price; the message names it.
    """

    def __init__(self, schema: GraphQLSchema, book: PriceBook) -> None:
        """Check that every field has a price."""
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
        tally = _Tally(variables, enough, self._book.root_state())
        planned = self._planned(variables)
        tally.points = planned.points + self._idle_points(planned, variables)
        try:
            for place, field in enumerate(planned.fields):
                if place and not place % _TURN_FIELDS:
                    yield
                before = tally.points
                tally.add_root(field)
                tally.root_fields.append((field.path[0], tally.points - before))
        except _EnoughError:
            return tally.estimate(is_complete=False)
        return tally.estimate(is_complete=True)

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
            points = self._book.request_points + planner.group_points(fields)
            planned = _PlannedFields(fields, tuple(idle), points)
            if len(self._plans) >= _KEPT_PLANS:
                self._plans.clear()
            self._plans[key] = planned
        return planned


class _PlannedFields(NamedTuple):
    """The root fields of an operation, and the variables that none of all fields asks with.

    ``points`` is what it takes to run them, however many values they have.
    """

    fields: tuple[PlannedField, ...]
    idle_variables: tuple[str, ...]
    points: float


class _EnoughError(Exception):
    """The price is above what is of interest."""


class _Tally:
    """The points added up so far."""

    __slots__ = (
        "dearest",
        "dearest_points",
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
        self.dearest: tuple[str, ...] = ()
        self.dearest_points = 0.0
        self.root_fields: list[tuple[str, float]] = []

    def estimate(self, is_complete: bool) -> Estimate:
        """Return what was found."""
        return Estimate(
            self.points,
            self.size,
            self.dearest,
            self.dearest_points,
            self.root_fields,
            is_complete,
        )

    def add_root(self, field: PlannedField) -> None:
        """Add a root field and all below it; what is known of it is not priced again."""
        if field.is_lasting:
            if field.remembered is None:
                field.remembered = self._apart(field)
            self._count(*field.remembered)
        elif field.scale_of is not None:
            self._add_scaled(field, field.scale_of)
        else:
            self.add((field,), self.root, 1.0)

    def _add_scaled(self, field: PlannedField, scale_of: ScaleFunction) -> None:
        """Add a root field whose price is known by its scale, if there is one."""
        arguments = field.arguments.of(self.variables)
        scale = None if arguments is None else scale_of(arguments)
        if scale is None:
            self.add((field,), self.root, 1.0)
            return
        known = field.by_scale.get(scale)
        if known is None:
            known = field.by_scale[scale] = self._apart(field)
        points, size, dearest_points, path = known
        # Of the same fields, that of another alias is known.
        if dearest_points > self.dearest_points:
            path = field.path + path[1:]
        self._count(points, size, dearest_points, path)

    def _apart(self, field: PlannedField) -> Remembered:
        """Return the price of a field and all below it, which is not added."""
        points, size = self.points, self.size
        dearest_points, dearest = self.dearest_points, self.dearest
        self.dearest_points, self.dearest = 0.0, ()
        self.add((field,), self.root, 1.0)
        found = (self.points - points, self.size - size, self.dearest_points, self.dearest)
        self.points, self.size = points, size
        self.dearest_points, self.dearest = dearest_points, dearest
        return found

    def add(self, fields: Sequence[PlannedField], state: Any, times: float) -> None:
        """Add fields of an object that is there so many times."""
        for field in fields:
            arguments = field.arguments.of(self.variables)
            if arguments is None:
                self._count(_REFUSED_POINTS, _REFUSED_BYTES, _REFUSED_POINTS, field.path)
                continue
            points, returned = field.price(state, arguments)
            if field.copies > 1:
                # What the first has computed, the others find.
                points += (field.copies - 1) * field.price(state, arguments)[0]
            points *= times
            size = field.size(state) * field.copies * times
            self._count(points, size, points, field.path)
            if field.below:
                for below, count in returned:
                    self.add(field.below, below, times * count)

    def _count(
        self, points: float, size: float, dearest_points: float, dearest: tuple[str, ...]
    ) -> None:
        self.points += points
        self.size += size
        if dearest_points > self.dearest_points:
            self.dearest_points = dearest_points
            self.dearest = dearest
        if self.points > self.enough:
            raise _EnoughError
