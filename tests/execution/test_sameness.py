"""Plans answer exactly as the stock executor of graphql-core does, errors included."""

import inspect
import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, parse, validate
from graphql.execution import Executor

from execution.documents.helpful_rules import RULES
from execution.executor import BoundOperation, DocumentExecutor, Outcome, Phase
from middleware.error_mask import format_error
from primeql.operations.operation_results import PHASE_CODES
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from resolvers.context import RequestContext
from resolvers.rate_limit import RateLimitStatus
from tests.conftest import DEADLINE_MILLISECONDS
from tests.execution.operations_at_random import STRINGS, OperationMaker

Answer = tuple[Any, list[Any], bool]

VALUES = [*range(-3, 40), 97, 360, 561, 2**31 - 1, 2**32 + 15, 2**53 + 1, 2**61 - 1]
LARGE_VALUES = [2**64 - 59, 2**64 - 1, 2**64, 2**64 + 1, 2**64 + 13, -(2**70), 10**24 + 7, 3**60]
EXTREMES = [0, -1, 2**31, 2**63, 2**64 - 1, 2**64, 2**64 + 1]
# Of 400 digits; beyond where these arguments may be, so refused at once.
LONG = [*EXTREMES, 10**399, -(10**399)]
# Where such a number would be worked on for seconds.
COSTLY = {"low", "high", "start", "x", "n", "offsets"}
LOW = [0, -1, -(2**64), -(10**399)]
RANGES = {
    "low": (-2, 3_000),
    "high": (-2, 9_000),
    "x": (-2, 10**5),
    "n": (-1, 2_000),
    "start": (-3, 60),
    "difference": (-1, 60),
    "maxTerms": (-1, 20),
    "count": (-1, 4),
    "first": (-1, 6),
    "last": (-1, 6),
    "power": (-1, 3),
    "buckets": (-1, 7),
    "modulus": (-1, 12),
}


class Numbers:
    """Numbers that most arguments of the schema can be asked with, quoted or not.

    Those below the root may stay the same, so that texts share one document.
    """

    def __init__(self, rng: random.Random) -> None:
        self._is_quoted = rng.random() < 0.5
        self._is_fixed_below = rng.random() < 0.7

    def __call__(self, rng: random.Random, coordinate: str, kind: str) -> str:
        """Return a number for an argument."""
        name = coordinate.rpartition(".")[2]
        if kind == "String":
            return rng.choice(STRINGS)
        if self._is_fixed_below and not coordinate.startswith("Query."):
            rng = random.Random(coordinate)
        if rng.random() < 0.004:
            return rng.choice(("007", '"007"', "1.5", '""', '" 1"', "2147483648", "-0", "1e3"))
        if rng.random() < 0.01:
            number = rng.choice(self._extremes(name))
        elif name == "offsets":
            return rng.choice(("0", "2", "4", "6", "8", "12"))
        elif name in RANGES:
            number = rng.randint(*RANGES[name])
        else:
            number = rng.choice(LARGE_VALUES if rng.random() < 0.1 else VALUES)
        return f'"{number}"' if self._is_quoted and kind == "BigInt" else str(number)

    @staticmethod
    def _extremes(name: str) -> list[int]:
        """Return the extremes that an argument is asked with."""
        if name in COSTLY:
            return LOW
        return LONG if name in RANGES else EXTREMES


@pytest.fixture(scope="module")
async def service() -> AsyncIterator[PrimeService]:
    # Nothing may depend on how busy the machine is: neither deadlines nor the measured pace.
    service = PrimeService(Settings(deadline_milliseconds=DEADLINE_MILLISECONDS, pace="10"))
    await service.start()
    yield service
    await service.close()


def _formatted(errors: Any, phase: Phase) -> list[Any]:
    formatted = [format_error(error, PHASE_CODES[phase], "id") for error in errors]
    return sorted(formatted, key=str)


async def stock(service: PrimeService, text: str, values: Any, context: RequestContext) -> Answer:
    """Return what graphql-core makes of an operation, all of it by its public functions."""
    schema = service.schema._schema
    try:
        document = parse(text, allow_empty_selection_sets=False)
    except GraphQLSyntaxError as error:
        return None, _formatted([error], Phase.PARSING), False
    errors: list[GraphQLError] = validate(schema, document, RULES)
    if errors:
        return None, _formatted(errors, Phase.VALIDATION), False
    executor = Executor.build(schema, document, context_value=context, raw_variable_values=values)
    if isinstance(executor, list):
        return None, _formatted(executor, Phase.VARIABLES), False
    result: Any = executor.execute_operation()
    if inspect.isawaitable(result):
        result = await result
    errors = result.errors or []
    return result.data, _formatted(errors, Phase.EXECUTION), context.notes.is_repeatable


async def planned(
    executor: DocumentExecutor, text: str, values: Any, context: RequestContext
) -> Answer:
    """Return what the executor under test makes of an operation."""
    bound = await executor.bind(text, values, None, context)
    if not isinstance(bound, BoundOperation):
        return None, _formatted(bound.errors, bound.phase), False
    outcome: Outcome = await bound.run()
    errors = _formatted(outcome.errors, Phase.EXECUTION)
    return outcome.data, errors, context.notes.is_repeatable


class StoppedStatus(RateLimitStatus):
    """A budget that tells the same at any time."""

    @property
    def reset_at(self) -> datetime:
        """The moment of the test."""
        return datetime.fromtimestamp(0, UTC)


def context(service: PrimeService) -> RequestContext:
    """Return the context of a request."""
    made = service.context(service.arrival("id"))
    made.notes.rate_limit = StoppedStatus(7, 6, 5.0, 4.0, 1)
    return made


async def compare(service: PrimeService, seed: int, shapes: int) -> int:
    """Compare four texts of each of so many shapes; return how many could run."""
    ran = 0
    executor = service._executor
    for number in range(seed, seed + shapes):
        rng = random.Random(number)
        operation = OperationMaker(service.schema._schema, rng).make()
        numbers = Numbers(rng)
        for _ in range(4):
            text = operation.text(rng, numbers)
            values = operation.values(rng, numbers)
            expected = await stock(service, text, values, context(service))
            assert (
                await planned(executor, text, values, context(service)) == expected
            ), f"seed {number}: {text} {values}"
            ran += expected[0] is not None
    return ran


async def test_answers_as_the_stock_executor(service: PrimeService) -> None:
    runs = service._executor.runs
    before = runs["plan"]
    ran = await compare(service, seed=0, shapes=500)
    assert ran > 1_400
    assert runs["plan"] - before > 1_400


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
async def test_answers_as_the_stock_executor_at_length(service: PrimeService, part: int) -> None:
    await compare(service, seed=1_000_000 * (part + 1), shapes=1_500)
