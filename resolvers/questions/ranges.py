"""Questions about the primes of one closed interval [low, high]."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.partial_sieve import next_primes, previous_primes
from engine.sieving.sieve_pages import Primes
from engine.stop import Stop
from resolvers.context import RequestContext
from resolvers.errors import BadInputError, LimitError
from resolvers.limits import MAX_SAFE_INTEGER
from resolvers.pagination import PRIME_CURSOR, Page, decode_cursor, page_request, unknown_cursor
from resolvers.pricing.ranges import ends_cost, is_stepped
from resolvers.questions import answer_checks
from resolvers.questions.narrowing import narrowed
from resolvers.questions.patterns import ConstellationAnswers
from resolvers.questions.question import Question, RangeQuestion

T = TypeVar("T")

COUNT: Final = RangeQuestion(
    PrimeRanges.count,
    PrimeRanges.count_cost,
    int,
    check=answer_checks.COUNT,
    price=lambda prices: prices.ranges.count,
    weight=6.5,
)
SUM: Final = RangeQuestion(
    PrimeRanges.sum, PrimeRanges.sum_cost, int, check=answer_checks.SUM, weight=9.3
)
# Computed as arrays, read as tuples.
FIRST_PRIMES: Final[RangeQuestion[Any]] = RangeQuestion(
    PrimeRanges.first_primes,
    PrimeRanges.first_primes_cost,
    Sequence[int],
    check=answer_checks.ENDS,
    length=lambda _low, _high, count: count,
    price=lambda prices: prices.ranges.primes,
    weight=2.3,
)
LAST_PRIMES: Final[RangeQuestion[Any]] = replace(
    FIRST_PRIMES, function=PrimeRanges.last_primes, cost=PrimeRanges.last_primes_cost
)
SMALLEST: Final[Question[Any]] = Question(
    price=lambda prices: prices.ranges.smallest, weight=0.44, is_lasting=False
)
LARGEST: Final[Question[Any]] = Question(
    price=lambda prices: prices.ranges.largest, weight=0.44, is_lasting=False
)
TOTAL_COUNT: Final[Question[Any]] = Question(
    price=lambda prices: prices.ranges.total_count, weight=6.5, is_lasting=False
)


def safe_integers(page: Page) -> Primes:
    """Return the page's integers if JavaScript holds them all exactly.

    Raises:
        LimitError: The greatest is above 2^53 - 1.
    """
    greatest = int(page.values[-1]) if len(page.values) else 0
    if greatest > MAX_SAFE_INTEGER:
        raise LimitError(
            f"numbers holds {greatest}, above 2^53 - 1: ask for nodes instead"
            if greatest < 2**64
            else "numbers holds an integer above 2^64: ask for nodes instead"
        )
    return page.values


class RangeAnswers:
    """What one request asks of the interval [low, high]; the count is computed at most once.

    Raises:
        BadInputError: low is above high.
    """

    __slots__ = ("_context", "_count", "high", "low")

    def __init__(self, context: RequestContext, low: int, high: int) -> None:
        if low > high:
            raise BadInputError("low is above high; an interval needs low <= high")
        self.low = low
        self.high = high
        self._context = context
        self._count: asyncio.Task[int] | None = None

    def ask(self, question: RangeQuestion[T], *arguments: Any) -> Coroutine[Any, Any, T]:
        """Return the answer to a question about the primes of [low, high]."""
        return question.ask(self._context, self.low, self.high, *arguments)

    async def count(self) -> int:
        """Return how many primes lie in [low, high]."""
        if self._count is None:
            self._count = asyncio.ensure_future(self.ask(COUNT))
        return await self._count

    async def smallest(self) -> int | None:
        """Return the least prime in [low, high]; None if there is none."""
        found = await self._ends(self.low, self.high, 1, is_from_end=False)
        return int(found[0]) if len(found) else None

    async def largest(self) -> int | None:
        """Return the greatest prime in [low, high]; None if there is none."""
        found = await self._ends(self.low, self.high, 1, is_from_end=True)
        return int(found[0]) if len(found) else None

    async def primes(
        self, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> Page:
        """Return a page of the primes strictly between the two cursors.

        Raises:
            InvalidCursorError: A cursor does not point to a prime of this interval.
        """
        request = page_request(first, last, self._context.limits.max_page_size)
        low = self.low if after is None else await self._cursor(after, "after") + 1
        high = self.high if before is None else await self._cursor(before, "before") - 1
        values: Primes = ()
        if low <= high:
            values = await self._ends(low, high, request.size + 1, request.is_from_end)
        has_more = len(values) > request.size
        if request.is_from_end:
            kept = values[-request.size :] if request.size else ()
            return Page(PRIME_CURSOR, kept, before is not None, has_more or after is not None)
        kept = values[: request.size]
        return Page(PRIME_CURSOR, kept, has_more or before is not None, after is not None)

    def constellations(self, offsets: Sequence[int]) -> ConstellationAnswers:
        """Return what can be asked of the constellations of [low, high] with these offsets."""
        return ConstellationAnswers(self._context, self.low, self.high, offsets)

    async def _ends(self, low: int, high: int, count: int, is_from_end: bool) -> Primes:
        """Return up to ``count`` primes from one end of [low, high], ascending."""
        context, ranges = self._context, self._context.ranges
        low = max(low, 2)
        if high < low:
            return ()
        cost_of = partial(ends_cost, ranges, low, high, is_from_end=is_from_end)
        cost = cost_of(count)
        shape = (LAST_PRIMES if is_from_end else FIRST_PRIMES).shape
        if is_stepped(high if is_from_end else low):
            step = previous_primes if is_from_end else next_primes
            stepping = partial(step, stop=Stop())
            return await context.recall_single(shape, cost, stepping, low, high, count)
        function = ranges.last_primes if is_from_end else ranges.first_primes
        advice = f"Ask for at most about {{most}} with {'last' if is_from_end else 'first'}"
        with narrowed(context, count, cost_of, advice):
            primes: Primes = await context.recall_sweep(shape, cost, function, low, high, count)
        return primes

    async def _cursor(self, cursor: str, argument: str) -> int:
        """Return the prime that ``cursor`` points to."""
        value = decode_cursor(PRIME_CURSOR, cursor, argument)
        if not self.low <= value <= self.high or not await self._is_listed(value):
            raise unknown_cursor(argument)
        return value

    async def _is_listed(self, value: int) -> bool:
        """Return whether ``value`` is among the primes this interval lists."""
        return len(await self._ends(value, value, 1, is_from_end=False)) > 0
