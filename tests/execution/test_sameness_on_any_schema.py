"""On schemas made at random, plans answer as graphql-core does, or leave it to the stock executor.

Where no field waits, the two give the same bytes, errors in the same order. Where fields wait and
several failures make one object null, the specification leaves open which of them is reported: the
one reported must be among those that graphql-core finds there when errors do not propagate.
"""

import gc
import inspect
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from graphql import parse, validate
from graphql.execution import Executor

from execution.executor import BoundOperation, DocumentExecutor
from execution.limits.document_limits import DocumentLimits
from execution.output import sliced_executor, tables
from execution.output.encoding import encode
from execution.plans import plan_run
from tests.execution.requests_at_random import Request, RequestMaker
from tests.execution.schemas_at_random import ELSEWHERE, World, make_world

# graphql-core cancels coroutines that it has not yet begun to await, and Python warns of them.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def collected() -> Iterator[None]:
    """Let Python warn of coroutines before the test ends, not in a later one."""
    yield
    gc.collect()


class Answer(NamedTuple):
    """The data as JSON, None if nothing ran, and the errors as they are sent."""

    data: bytes | None
    errors: list[Any]


async def reference(world: World, text: str, request: Request, context: int) -> Answer | None:
    """Return what graphql-core makes of a request; None if the document is not valid."""
    document = parse(text, allow_empty_selection_sets=False)
    if text == request.text and validate(world.schema, document):
        return None
    built = Executor.build(
        world.schema,
        document,
        context_value=context,
        raw_variable_values=request.variables,
        operation_name=request.name,
    )
    if isinstance(built, list):
        return Answer(None, [error.formatted for error in built])
    result: Any = built.execute_operation()
    if inspect.isawaitable(result):
        result = await result
    return Answer(encode(result.data), [error.formatted for error in result.errors or ()])


async def answer(executor: DocumentExecutor, request: Request, context: int) -> Answer:
    """Return what an executor of this project makes of a request."""
    bound = await executor.bind(request.text, request.variables, request.name, context)
    if not isinstance(bound, BoundOperation):
        return Answer(None, [error.formatted for error in bound.errors])
    outcome = await bound.run()
    return Answer(encode(outcome.data), [error.formatted for error in outcome.errors])


def null_above(data: Any, path: list[str | int]) -> tuple[str | int, ...]:
    """Return the path of the null that an error left in the data, its own or one above it."""
    for length, step in enumerate(path):
        if data is None:
            return tuple(path[:length])
        is_there = step in data if isinstance(data, dict) else isinstance(data, list)
        if not is_there:
            break
        data = data[step]
    return tuple(path)


def by_null(data: Any, errors: list[Any]) -> Mapping[tuple[str | int, ...], Counter[str]]:
    """Return the errors by the nulls that they left, but for those that name another place."""
    found: defaultdict[tuple[str | int, ...], Counter[str]] = defaultdict(Counter)
    for error in errors:
        if error["path"] != ELSEWHERE:
            found[null_above(data, error["path"])][json.dumps(error)] += 1
    return found


async def is_choice(
    found: Answer, expected: Answer, world: World, request: Request, context: int
) -> bool:
    """Return whether answers differ only in which of several errors is told for one null."""
    unspread = await reference(world, request.marked, request, context)
    assert unspread is not None
    if found.data is None or found.data != expected.data:
        return False
    data = json.loads(found.data)
    all_errors = by_null(data, unspread.errors)
    told = by_null(data, found.errors)
    return told.keys() == by_null(data, expected.errors).keys() and all(
        errors <= all_errors[null] for null, errors in told.items()
    )


async def compare(worlds: range, requests: int) -> Counter[str]:
    """Compare so many requests on each schema; return how many there were of each kind."""
    counts: Counter[str] = Counter()
    for seed in worlds:
        world = make_world(seed)
        limits = DocumentLimits()
        planned = DocumentExecutor(world.schema, limits, resolvers=world.resolvers)
        stock = DocumentExecutor(world.schema, limits)
        for number in range(requests):
            rng = random.Random(f"{seed} {number}")
            request = RequestMaker(world.schema, world.inputs, rng).make()
            expected = await reference(world, request.text, request, number)
            if expected is None:
                counts["invalid"] += 1
                continue
            counts["failed"] += bool(expected.errors)
            for executor in (planned, stock):
                before = executor.runs["plan"]
                found = await answer(executor, request, number)
                way = "plan" if executor.runs["plan"] > before else "stock"
                if found == expected:
                    counts["same"] += 1
                    continue
                shown = f"\n{seed} {number}\n{world.sdl}\n{request}\n{found}\n{expected}"
                assert not world.is_at_once or way == "stock", shown
                assert await is_choice(found, expected, world, request, number), shown
                counts[f"choice by {way}"] += 1
        counts.update(planned.runs)
    return counts


def cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let short lists be run, completed and encoded as long ones are."""
    monkeypatch.setattr(plan_run, "SLICE_OBJECTS", 2)
    monkeypatch.setattr(sliced_executor, "SLICE_ITEMS", 2)
    monkeypatch.setattr(tables, "LEAST_ROWS", 2)


@pytest.mark.parametrize("is_cut_short", [False, True])
async def test_any_schema_is_answered_as_by_graphql_core(
    is_cut_short: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_cut_short:
        cut_short(monkeypatch)
    counts = await compare(range(24 * is_cut_short, 24 + 24 * is_cut_short), requests=6)
    assert counts["plan"] > 60
    assert counts["stock"] > 10
    assert counts["failed"] > 50
    assert counts["invalid"] < 20


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
async def test_any_schema_is_answered_as_by_graphql_core_at_length(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if part % 2:
        cut_short(monkeypatch)
    await compare(range(10_000 * (part + 1), 10_000 * (part + 1) + 300), requests=10)
