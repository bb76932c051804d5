"""The service in this process, what prices its requests, and what they take."""

import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from graphql import OperationDefinitionNode, get_operation_ast, get_variable_values, parse

from benchmarks.cost_workload import Request
from engine.intervals.prime_ranges import PrimeRanges
from engine.pace import measured_pace
from execution.plans.planning import Collector, Planner, conditions_of
from middleware.cost.estimate import Estimate
from middleware.cost.query_cost import OperationPrice, QueryPricer
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from resolvers.limits import SECONDS_PER_POINT, Limits
from resolvers.pace import Pace
from resolvers.pricing.prices import PriceBook
from resolvers.pricing.tariff import Overheads
from resolvers.running.compute import LOOP_POINTS, Compute
from resolvers.running.request_accounting import AnswerNotes
from schema.direct_resolvers import direct_resolvers
from schema.field_facts import field_facts

T = TypeVar("T")

# Overheads of handing work over, which this process does not have.
HANDING_OVER = {"process": 0.0, "thread": 0.0}
# Each measurement is repeated so often, and lasts so long at least, or so many runs of it.
_REPETITIONS = 3
_LEAST_SECONDS = 2e-3
_MOST_RUNS = 100


class Taken(NamedTuple):
    """CPU time of a request in points, the median of three repetitions.

    ``normalised`` is what it would have been on the quiet reference machine, by the pace measured
    before and after each repetition.
    """

    raw: float
    normalised: float


class InlineCompute(Compute):
    """Runs everything where it stands."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pace = Pace(1.0)

    async def sweep(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return the answer of a sweep that is not too dear."""
        if cost > LOOP_POINTS:
            self._check_time(cost)
        return await super().sweep(0.0, deadline, notes, function, *arguments)

    async def single(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return the answer of a question."""
        return await super().single(0.0, deadline, notes, function, *arguments)


class Bench:
    """The service in this process, and what prices its requests."""

    def __init__(self, overheads: Overheads) -> None:
        # Prices are of answers that were never asked for.
        self.service = PrimeService(Settings(max_answer_memory_bytes=0))
        self.service._ranges = PrimeRanges(segment_bytes=0)
        self.service._compute = InlineCompute(Limits())
        self.schema = self.service.schema._schema
        self._resolvers = direct_resolvers(self.service.schema)
        self.pricer = self.pricer_of(overheads)
        self._texts = itertools.count()

    def pricer_of(self, overheads: Overheads) -> QueryPricer:
        """Return a pricer for other overheads."""
        book = PriceBook(
            field_facts(self.service.schema), Limits(), self.service._ranges, overheads
        )
        return QueryPricer(self.schema, book)

    def price(self, request: Request, pricer: QueryPricer | None = None) -> OperationPrice:
        """Return the price of a request as a function of its variables."""
        document = parse(request.query)
        names = conditions_of(document).variables
        conditions = {name: request.variables.get(name) is True for name in names}
        collector = Collector(self.schema, document, _operation(request), conditions)
        plan = Planner(collector, self._resolvers).plan()
        return (pricer or self.pricer).compile(plan)

    def estimate(self, request: Request, pricer: QueryPricer | None = None) -> Estimate:
        """Return the price of a request."""
        definitions = _operation(request).variable_definitions or ()
        values = get_variable_values(self.schema, definitions, request.variables)
        assert not isinstance(values, list)
        return self.price(request, pricer).price(values.coerced)

    async def _answer(self, operation: Operation) -> bytes:
        """Return the encoded answer."""
        return (await self.service.answer(operation, "bench")).body

    async def once(self, request: Request) -> Taken:
        """Return what one run of a request takes; the first one has its document made ready."""
        operation = Operation(request.query, request.variables)

        async def run(_runs: int) -> None:
            assert await self._answer(operation)

        return await _repeated(run, 1, repetitions=1)

    async def cold(self, request: Request) -> Taken:
        """Return what a request takes whose document was never seen."""

        async def once(_runs: int) -> None:
            # A comment makes a text that was never sent.
            text = f"{request.query}#{next(self._texts)}"
            await self._answer(Operation(text, request.variables))

        return await _repeated(once, 1)

    async def taken(self, request: Request) -> Taken:
        """Return what a request takes, its document ready."""
        operation = Operation(request.query, request.variables)

        async def run(runs: int) -> None:
            for _ in range(runs):
                await self._answer(operation)

        await run(1)
        runs = 1
        while (spent := await _timed(run, runs)) < _LEAST_SECONDS and runs < _MOST_RUNS:
            runs = min(_MOST_RUNS, max(2 * runs, int(runs * 3e-3 / max(spent, 1e-5))))
        return await _repeated(run, runs)


def _operation(request: Request) -> OperationDefinitionNode:
    operation = get_operation_ast(parse(request.query), None)
    assert operation is not None
    return operation


async def _timed(run: Callable[[int], Any], runs: int) -> float:
    """Return the CPU seconds of so many runs."""
    begin = time.process_time()
    await run(runs)
    return time.process_time() - begin


async def _repeated(run: Callable[[int], Any], runs: int, repetitions: int = _REPETITIONS) -> Taken:
    """Return what one run takes."""
    raw, normalised = [], []
    before = measured_pace()
    for _ in range(repetitions):
        points = await _timed(run, runs) / runs / SECONDS_PER_POINT
        after = measured_pace()
        raw.append(points)
        normalised.append(2 * points / (before + after))
        before = after
    return Taken(statistics.median(raw), statistics.median(normalised))
