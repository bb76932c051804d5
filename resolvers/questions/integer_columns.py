"""One question asked of many integers at once: words by one engine call, the others one by one.

A word is an integer within [0, 2^64), where every question here is cheap. What is asked of few of
them is answered at once; of many, chunk by chunk as this request has its turns.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, TypeVar

from engine.errors import DeadlineError, EngineError
from engine.flint_calls import WORD_END
from engine.primality.word_primality import WordBatch
from resolvers.context import RequestContext
from resolvers.pricing.fields import Prices
from resolvers.pricing.states import IntegerState
from resolvers.pricing.tariff import NOTHING, Priced
from resolvers.questions.question import EngineQuestion
from resolvers.running.compute import LOOP_POINTS

T = TypeVar("T")

# Questions begun between two turns of other requests.
_SLICE = 100


@dataclass(frozen=True, slots=True)
class WordQuestion:
    """A question that is cheap for words.

    Attributes:
        answer: Returns the answers for words, in their order.
        points: Predicted for any word of 64 bits.
        points_of: Predicted for one word, if words differ much.
    """

    answer: Callable[[WordBatch], list[Any]]
    points: float
    points_of: Callable[[int], float] | None = None

    def of(self, context: RequestContext, words: WordBatch) -> list[Any] | Awaitable[list[Any]]:
        """Return the answers in the order of ``words``, an exception where there is none."""
        cost = len(words) * self.points
        if self.points_of is not None and cost > LOOP_POINTS:
            cost = sum(map(self.points_of, words.values))
        if cost > LOOP_POINTS or not context.notes.has_turn:
            return self._in_turns(context, words)
        try:
            return context.at_once(cost, self.answer, words)
        except DeadlineError as error:
            return [error] * len(words)

    async def _in_turns(self, context: RequestContext, words: WordBatch) -> list[Any]:
        """Return the answers, a chunk at each turn of this request."""
        answers: list[Any] = []
        for part, cost in self._chunks(words):
            try:
                answers += await context.single(cost, self.answer, part)
            except DeadlineError as error:
                answers += [error] * len(part)
            except asyncio.CancelledError:
                rest = len(words) - len(answers) - len(part)
                context.notes.unused_points += rest * self.points
                raise
        return answers

    def _chunks(self, words: WordBatch) -> Iterator[tuple[WordBatch, float]]:
        """Yield words that may be asked about in one go, and what that costs."""
        if self.points_of is None:
            size = max(1, int(LOOP_POINTS / self.points))
            if len(words) <= size:
                yield words, len(words) * self.points
                return
            for begin in range(0, len(words), size):
                part = words[begin : begin + size]
                yield part, len(part) * self.points
            return
        begin, cost = 0, 0.0
        for end, points in enumerate(map(self.points_of, words.values)):
            if cost + points > LOOP_POINTS and end > begin:
                yield words[begin:end], cost
                begin, cost = end, 0.0
            cost += points
        yield words[begin:], cost


@dataclass(frozen=True, slots=True, eq=False)
class IntegerQuestion(EngineQuestion[T]):
    """A question about one integer, the first argument.

    Args:
        many: Answers for words, many by one call.
        is_known: Whether an integer has its answer already, or is about to.
        keep: Gives an integer its answer, for others who ask for it.
    """

    _: KW_ONLY
    many: WordQuestion | None = None
    is_known: Callable[[RequestContext, int], bool] | None = None
    keep: Callable[[RequestContext, int, T], None] | None = None

    def usual_price(
        self, prices: Prices, state: IntegerState, arguments: Mapping[str, Any]
    ) -> Priced:
        """Return the price of asking one integer of this size."""
        tariff = prices.tariff
        asked = (state.greatest, *arguments.values())
        if self.refuses(*asked):
            return tariff.refused, NOTHING
        try:
            points = tariff.single(self.cost(*asked))
        except EngineError:
            return tariff.refused, NOTHING
        is_column = self.many is not None and state.are_words
        points += tariff.column if is_column else tariff.computed
        return self.answered(tariff, points + tariff.text(state.bits), state.bits, *asked)

    def of(
        self, context: RequestContext, values: Sequence[int]
    ) -> list[Any] | Awaitable[list[Any]]:
        """Return the answers in the order of ``values``, an exception where there is none."""
        words = _words_of(context, values)
        if self.many is None or words is None or self._is_any_known(context, values):
            return self._of_any(context, values)
        found = self.many.of(context, words)
        if self.keep is None:
            return found
        if isinstance(found, list):
            return self._kept(context, values, found)
        return self._keep(context, values, found)

    def _is_any_known(self, context: RequestContext, values: Sequence[int]) -> bool:
        """Return whether one of the integers has its answer already."""
        return self.is_known is not None and any(self._is_known(context, one) for one in values)

    def _is_known(self, context: RequestContext, value: int) -> bool:
        """Return whether an integer has its answer already."""
        return self.is_known is not None and self.is_known(context, value)

    def _kept(self, context: RequestContext, values: Sequence[int], found: list[Any]) -> list[Any]:
        """Return answers, given to their integers."""
        if self.keep is not None:
            for value, answer in zip(values, found, strict=True):
                if not isinstance(answer, Exception):
                    self.keep(context, value, answer)
        return found

    async def _keep(
        self, context: RequestContext, values: Sequence[int], found: Awaitable[list[Any]]
    ) -> list[Any]:
        """Return the same, once they are there."""
        return self._kept(context, values, await found)

    async def _of_any(self, context: RequestContext, values: Sequence[int]) -> list[Any]:
        """Return the answers where some integers are not words; those are under way together."""
        words: list[int] = []
        others: list[int] = []
        for index, value in enumerate(values):
            is_word = self.many and 0 <= value < WORD_END and not self._is_known(context, value)
            (words if is_word else others).append(index)
        running: list[asyncio.Future[Any]] = []
        try:
            for number, index in enumerate(others, start=1):
                running.append(asyncio.ensure_future(self.ask(context, values[index])))
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
            of_words = await self._of_words(context, [values[index] for index in words])
            of_others = await asyncio.gather(*running, return_exceptions=True)
        finally:
            for future in running:
                future.cancel()
        answers: list[Any] = [None] * len(values)
        for index, answer in zip(words + others, [*of_words, *of_others], strict=True):
            answers[index] = answer
        return answers

    async def _of_words(self, context: RequestContext, words: list[int]) -> list[Any]:
        """Return the answers for words, given to their integers."""
        if self.many is None:
            return []
        found = self.many.of(context, WordBatch(words))
        answered = found if isinstance(found, list) else await found
        return self._kept(context, words, answered)


def _words_of(context: RequestContext, values: Sequence[int]) -> WordBatch | None:
    """Return integers as words, with what was asked of them before; None if one is not a word."""
    words = context.notes.words
    # Quick where they are the same objects.
    if words is None or words.values != values:
        if not is_words(values):
            return None
        words = context.notes.words = WordBatch(values)
    return words


def is_words(values: Sequence[int]) -> bool:
    """Return whether all integers are within [0, 2^64)."""
    return min(values, default=0) >= 0 and max(values, default=0) < WORD_END
