"""What one request asks of one integer, and the questions that need its factorization."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, TypeVar

from engine.errors import CapacityError, DeadlineError
from engine.factoring import factoring
from engine.factoring.arithmetic import (
    arithmetic_functions,
    divisor_count,
    divisor_sum,
    divisor_sum_cost,
)
from engine.factoring.divisors import divisors, divisors_cost
from engine.primality.word_primality import WordBatch
from engine.results import ArithmeticFunctions, Factorization
from resolvers.context import RequestContext
from resolvers.errors import BadInputError
from resolvers.pagination import DIVISOR_CURSOR, Page, decode_cursor, page_request, unknown_cursor
from resolvers.questions import answer_checks
from resolvers.questions.integer_columns import IntegerQuestion, WordQuestion
from resolvers.questions.question import Question
from resolvers.remembering.answer_memory import REMEMBERED_POINTS
from resolvers.remembering.cache_entry import Asked
from resolvers.remembering.single_flight import Flight
from resolvers.running.compute import TASK_POINTS

T = TypeVar("T")


class IntegerAnswers:
    """What one request asks of one integer; it is factored at most once."""

    __slots__ = ("_context", "_factorization", "value")

    def __init__(self, context: RequestContext, value: int) -> None:
        self.value = value
        self._context = context
        self._factorization: asyncio.Task[Factorization] | Factorization | None = None

    def ask(self, question: Question[T], *arguments: Any) -> Coroutine[Any, Any, T]:
        """Return the answer to a question about value."""
        return question.ask(self._context, self.value, *arguments)

    async def factorization(self) -> Factorization:
        """Return the factorization of value, incomplete if the time allowed ran out.

        Raises:
            DeadlineError: The time ran out before anything was known, even that value is composite.
        """
        if isinstance(self._factorization, Factorization):
            return self._factorization
        if self._factorization is None:
            self._factorization = asyncio.ensure_future(_factorize(self._context, self.value))
        return await self._factorization

    def is_factored(self) -> bool:
        """Return whether value is factored, or about to be."""
        return self._factorization is not None

    def know_factorization(self, factorization: Factorization) -> None:
        """Take the complete factorization of value from one who has computed it."""
        self._factorization = factorization

    async def arithmetic(self) -> ArithmeticFunctions:
        """Return the arithmetic functions of value."""
        return arithmetic_functions(await self._complete_factorization("arithmetic"))

    async def divisor_sum(self, power: int) -> int:
        """Return the sum of the power-th powers of the divisors of value."""
        factorization = await self._complete_factorization("divisorSum")
        cost = divisor_sum_cost(factorization, power)
        return await self._context.single(cost, divisor_sum, factorization, power)

    async def divisors(self, first: int, after: str | None) -> tuple[Page, int]:
        """Return the ``first`` divisors above the one ``after`` points to, and how many there are.

        Raises:
            InvalidCursorError: ``after`` does not point to a divisor of value.
        """
        size = page_request(first, None, self._context.limits.max_page_size).size
        factorization = await self._complete_factorization("divisors")
        low = 0
        if after is not None:
            low = decode_cursor(DIVISOR_CURSOR, after, "after")
            if low < 1 or self.value % low:
                raise unknown_cursor("after")
        cost = divisors_cost(factorization, size)
        page = await self._context.single(cost, divisors, factorization, size, low or None)
        found = Page(DIVISOR_CURSOR, page.values, page.has_next, has_previous=after is not None)
        return found, divisor_count(factorization)

    async def _complete_factorization(self, field: str) -> Factorization:
        """Return the factorization of value, every factor proven prime."""
        if self.value == 0:
            raise BadInputError(f"value is 0; {field} needs an integer other than 0")
        factorization = await self.factorization()
        if not factorization.is_complete:
            raise DeadlineError("the time allowed ran out before value was factored completely")
        return factorization


def answers_of(context: RequestContext, value: int) -> IntegerAnswers:
    """Return what a request asks of an integer, the same each time."""
    known: IntegerAnswers | None = context.notes.integers.get(value)
    if known is None:
        known = context.notes.integers[value] = IntegerAnswers(context, value)
    return known


async def _factorize(context: RequestContext, value: int) -> Factorization:
    """Return the factorization of ``value``, as complete as the time allows."""
    if factoring.factorize_cost(value) < REMEMBERED_POINTS:
        return await _factor(context, value=value)
    charge = _factoring_charge(value)
    question = Asked(FACTORIZATION.shape, (value,), charge)
    return await context.memory.recall(context, question, partial(_factor, value=value))


def _factoring_charge(value: int) -> float:
    """Return the points that requests are charged for factoring ``value``, if it is hard."""
    hard = Factorization(value, 1, (), (abs(value),))
    complete = factoring.refine_cost(hard, factoring.STAGES - 1)
    points = 2 * factoring.begin_cost(value)
    for stage in range(factoring.STAGES):
        cost = factoring.refine_cost(hard, stage)
        points += cost
        if cost == complete or points > TASK_POINTS:
            break
    return min(points, TASK_POINTS)


async def _factor(
    context: RequestContext, flight: Flight[Factorization] | None = None, *, value: int
) -> Factorization:
    """Factor ``value`` stage by stage, keeping what each stage found, in a flight if there is one.

    A flight may know a part already, from a process that has ended or a request with less time.

    Raises:
        DeadlineError: The time ran out before it was known whether ``value`` is composite.
        CapacityError: A probable prime factor is too long to be proven, and no other is known.
    """
    begun = None if flight is None else flight.partial
    if begun is None:
        begun = await context.single(factoring.begin_cost(value), factoring.begin, value)
    found, left = begun, TASK_POINTS
    for stage in range(factoring.STAGES):
        if found.is_complete:
            # What later stages were expected to take is not used.
            rest = sum(factoring.refine_cost(begun, s) for s in range(stage, factoring.STAGES))
            context.notes.unused_points += max(0.0, min(rest, left))
            break
        if flight is not None:
            flight.partial = found
        cost = factoring.refine_cost(found, stage)
        left -= cost
        try:
            found = await context.single(cost, factoring.refine, found, stage)
        except (DeadlineError, CapacityError) as error:
            if isinstance(error, CapacityError) and not found.factors:
                raise
            context.notes.is_repeatable = False
            break
    return found


def _factorizations(words: WordBatch) -> list[Any]:
    """Return the factorization of each word."""
    return list(map(factoring.begin, words.values))


async def _factorization_of(context: RequestContext, value: int) -> Factorization:
    """Return the factorization that all fields of the integer share."""
    return await answers_of(context, value).factorization()


def _is_factored(context: RequestContext, value: int) -> bool:
    """Return whether an integer is factored, or about to be."""
    known: IntegerAnswers | None = context.notes.integers.get(value)
    return known is not None and known.is_factored()


def _know_factorization(context: RequestContext, value: int, found: Factorization) -> None:
    """Give an integer its factorization."""
    answers_of(context, value).know_factorization(found)


FACTORIZATION = IntegerQuestion(
    factoring.begin,
    factoring.factorize_cost,
    Factorization,
    name="factorization",
    check=answer_checks.FACTORIZATION,
    is_final=lambda factorization: factorization.is_complete,
    by_way=_factorization_of,
    many=WordQuestion(_factorizations, 3.2, factoring.begin_cost),
    is_known=_is_factored,
    keep=_know_factorization,
    price=lambda prices: prices.factors.factorization,
    weight=0.84,
)
ARITHMETIC: Question[Any] = Question(price=lambda prices: prices.factors.arithmetic, weight=0.94)
DIVISOR_SUM: Question[Any] = Question(price=lambda prices: prices.factors.divisor_sum, weight=0.24)
DIVISORS: Question[Any] = Question(price=lambda prices: prices.factors.divisors, weight=1)
