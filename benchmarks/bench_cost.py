"""Compares the price of requests with the CPU time that they take.

Run: python -m benchmarks.bench_cost [compare | cold | easy | fit] [requests] [most points]

Everything runs in this process: what the service leaves to threads and worker processes is called
where it stands, so that ``time.process_time`` sees all of it. Documents are ready, as they are the
second time a client sends one. Answers are encoded to JSON. 1 point = 100 us of CPU.

``cold`` sends documents that were never seen, and adds what making them ready is priced at.
``easy`` takes random integers of 72 to 128 bits, which prices do not tell from the hardest of their
size; ``fit`` prints the overheads of the executor that come closest to what is measured.
"""

import asyncio
import gc
import itertools
import logging
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from graphql import get_operation_ast, get_variable_values, parse

from benchmarks.cost_workload import Request, easy_requests, requests
from engine.prime_ranges import PrimeRanges
from middleware.query_cost import Estimate, QueryPlan, QueryPricer
from primeql.operations import Operation
from primeql.serve_command import GC_THRESHOLDS
from primeql.service import PrimeService
from primeql.settings import Settings
from resolvers.answer_notes import AnswerNotes
from resolvers.compute import LOOP_POINTS, Compute
from resolvers.limits import SECONDS_PER_POINT, Limits
from resolvers.prices import PriceBook
from resolvers.prices_tariff import Overheads

T = TypeVar("T")
_SEED = 20261123
_QUANTILES = (0.0, 0.01, 0.025, 0.25, 0.5, 0.75, 0.975, 0.99, 1.0)
# Overheads of handing work over, which this process does not have.
_HANDING_OVER = {"process": 0.0, "thread": 0.0}


class InlineCompute(Compute):
    """Runs everything where it stands."""

    def __init__(self, limits: Limits) -> None:
        """Start no workers."""
        self._limits = limits

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
        """Build the service without its workers."""
        # Prices are of answers that were never asked for.
        self.service = PrimeService(Settings(max_answer_memory_bytes=0))
        self.service._ranges = PrimeRanges(segment_bytes=0)
        self.service._compute = InlineCompute(Limits())
        self.schema = self.service.schema._schema
        self.pricer = self.pricer_of(overheads)
        self._texts = itertools.count()

    def pricer_of(self, overheads: Overheads) -> QueryPricer:
        """Return a pricer for other overheads."""
        book = PriceBook(Limits(), self.service._ranges, overheads)
        return QueryPricer(self.schema, book)

    def plan(self, request: Request, pricer: QueryPricer | None = None) -> QueryPlan:
        """Return the plan of a request."""
        document = parse(request.query)
        operation = get_operation_ast(document, None)
        assert operation is not None
        return (pricer or self.pricer).compile(document, operation)

    def estimate(self, request: Request, pricer: QueryPricer | None = None) -> Estimate:
        """Return the price of a request."""
        operation = get_operation_ast(parse(request.query), None)
        assert operation is not None
        definitions = operation.variable_definitions or ()
        values = get_variable_values(self.schema, definitions, request.variables)
        assert not isinstance(values, list)
        return self.plan(request, pricer).price(values.coerced)

    async def _answer(self, operation: Operation) -> bytes:
        """Return the encoded answer."""
        return (await self.service.answer(operation, "bench")).body

    async def cold_points(self, request: Request) -> float:
        """Return the median CPU time of a request whose document was never seen."""
        measured = []
        for _ in range(3):
            # A comment makes a text that was never sent.
            operation = Operation(f"{request.query}#{next(self._texts)}", request.variables)
            start = time.process_time()
            await self._answer(operation)
            measured.append((time.process_time() - start) / SECONDS_PER_POINT)
        return statistics.median(measured)

    async def points(self, request: Request) -> float:
        """Return the median CPU time of a request, its document ready."""
        operation = Operation(request.query, request.variables)
        await self._answer(operation)
        repeats = 1
        measured: list[float] = []
        while len(measured) < 3:
            start = time.process_time()
            for _ in range(repeats):
                await self._answer(operation)
            spent = time.process_time() - start
            if spent < 2e-3 and repeats < 100:
                repeats = min(100, max(2 * repeats, int(repeats * 3e-3 / max(spent, 1e-5))))
                continue
            measured.append(spent / repeats / SECONDS_PER_POINT)
        return statistics.median(measured)


def main() -> None:
    """Run what the command line names."""
    what, count, most = (*sys.argv[1:], *("compare", "600", "2000")[len(sys.argv) - 1 :])
    made: Iterable[Request] = requests(_SEED, int(count))
    if what == "easy":
        made = easy_requests(_SEED, int(count))
    bench = Bench(replace(Overheads(), **_HANDING_OVER))
    # As the server does once it has started.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    logging.disable()
    pairs = asyncio.run(_measured(bench, made, float(most), is_cold=what == "cold"))
    if what == "fit":
        _fit(bench, pairs)
    else:
        _report(pairs)


async def _measured(
    bench: Bench, made: Iterable[Request], most: float, is_cold: bool
) -> list[tuple[Request, float, float]]:
    """Return requests up to a price with the price and the measured points."""
    found = []
    for request in made:
        if bench.estimate(request).points > most:
            continue
        measured = await (bench.cold_points(request) if is_cold else bench.points(request))
        # Taken again, since growing the base primes is paid for once.
        price = bench.estimate(request).points
        if is_cold:
            price += bench.plan(request).document_points
        found.append((request, price, measured))
    return found


def _report(pairs: list[tuple[Request, float, float]]) -> None:
    """Print the distribution of measured / price, and where it is worst."""
    ratios = sorted(measured / price for _, price, measured in pairs)
    within = sum(0.5 <= ratio <= 2 for ratio in ratios) / len(ratios)
    print(f"{len(ratios)} requests; within a factor of 2: {within:.1%}")
    print("quantiles of measured / price:")
    print("  ".join(f"{q:.1%}: {ratios[round(q * (len(ratios) - 1))]:.2f}" for q in _QUANTILES))
    kinds = defaultdict(list)
    for request, price, measured in pairs:
        kinds[request.kind].append(measured / price)
    for kind, found in sorted(kinds.items(), key=lambda item: statistics.median(item[1])):
        found.sort()
        print(f"{found[0]:6.2f} {statistics.median(found):6.2f} {found[-1]:6.2f}  {kind}")
    ranked = sorted(pairs, key=lambda pair: pair[2] / pair[1])
    for title, worst in (("overpriced", ranked[:12]), ("underpriced", ranked[:-13:-1])):
        print(f"worst {title}: measured / price, price, measured")
        for request, price, measured in worst:
            shown = f"{request.query[:110]} {str(request.variables)[:90]}"
            print(f"{measured / price:6.2f} {price:9.2f} {measured:9.2f}  {shown}")


def _fit(bench: Bench, pairs: list[tuple[Request, float, float]]) -> None:
    """Print the overheads that bring prices closest to what was measured, by least squares.

    A price is linear in the overheads: what each counts for is found by pricing with it alone.
    """
    names = [field.name for field in fields(Overheads) if field.name not in _HANDING_OVER]
    nothing = Overheads(**dict.fromkeys([field.name for field in fields(Overheads)], 0.0))
    engine = np.array(_prices(bench, pairs, nothing))
    columns = []
    for name in names:
        priced = np.array(_prices(bench, pairs, replace(nothing, **{name: 1.0})))
        columns.append(priced - engine)
    counts = np.stack(columns, axis=1)
    measured = np.array([points for _, _, points in pairs])
    start = np.array([getattr(Overheads(), name) for name in names])
    fitted = _least_squares(counts, measured, engine, start)
    for name, value, before in zip(names, fitted, start, strict=True):
        print(f"{name:12} {value:.3g}  (was {before:.3g})")
    ratios = np.sort(measured / (engine + counts @ fitted))
    print("within a factor of 2:", float(np.mean((ratios > 0.5) & (ratios < 2))))


def _prices(
    bench: Bench, pairs: list[tuple[Request, float, float]], overheads: Overheads
) -> list[float]:
    pricer = bench.pricer_of(overheads)
    return [bench.estimate(request, pricer).points for request, _, _ in pairs]


def _least_squares(counts: Any, measured: Any, engine: Any, start: Any) -> Any:
    """Return non-negative overheads that minimise the squares of log(price / measured)."""
    fitted = start.copy()
    for _ in range(60):
        for place in range(len(fitted)):
            best = min(
                (fitted[place] * factor for factor in (0.5, 0.8, 0.95, 1.0, 1.05, 1.25, 2.0)),
                key=lambda value: _distance(counts, measured, engine, fitted, place, value),
            )
            fitted[place] = best
    return fitted


def _distance(
    counts: Any, measured: Any, engine: Any, fitted: Any, place: int, value: float
) -> float:
    changed = fitted.copy()
    changed[place] = value
    logs = np.log((engine + counts @ changed) / measured)
    return float(np.sum(np.minimum(logs**2, 1.0)))


if __name__ == "__main__":
    main()
