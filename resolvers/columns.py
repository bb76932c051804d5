"""One question asked of many integers at once: words by one engine call, the others one by one.

A word is an integer within [0, 2^64), where every question here is cheap. What is asked of few of
them is answered at once; of many, chunk by chunk as this request has its turns.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine import neighbours, primality
from engine.batch_primality import are_prime
from engine.errors import DeadlineError
from resolvers.compute import LOOP_POINTS
from resolvers.context import RequestContext
from resolvers.integers import IntegerAnswers

_WORD_END = 2**64
# Below so many words one call each is quicker than numpy.
_FEW_WORDS = 12
# Questions begun between two turns of other requests.
_SLICE = 100


@dataclass(frozen=True, slots=True)
class WordQuestion:
    """A question that is cheap for words.

    Attributes:
        answer: Returns the answers for words, in their order.
        points: Predicted for one word of 64 bits, at most.
        one: Answers for any integer.
    """

    answer: Callable[[Sequence[int]], list[Any]]
    points: float
    one: Callable[[IntegerAnswers], Awaitable[Any]]

    def of(
        self, context: RequestContext, rows: Sequence[IntegerAnswers]
    ) -> list[Any] | Awaitable[list[Any]]:
        """Return the answers in the order of ``rows``, an exception where there is none."""
        values = [row.value for row in rows]
        if min(values) < 0 or max(values) >= _WORD_END:
            return self._of_any(context, rows)
        cost = len(values) * self.points
        if cost > LOOP_POINTS or not context.notes.has_turn:
            return self._of_words(context, values)
        try:
            return context.at_once(self.answer, values)
        except DeadlineError as error:
            return [error] * len(values)

    async def _of_words(self, context: RequestContext, values: Sequence[int]) -> list[Any]:
        """Return the answers for words, a chunk at each turn of this request."""
        chunk = max(1, int(LOOP_POINTS / self.points))
        answers: list[Any] = []
        for begin in range(0, len(values), chunk):
            part = values[begin : begin + chunk]
            try:
                answers += await context.single(len(part) * self.points, self.answer, part)
            except DeadlineError as error:
                answers += [error] * len(part)
            except asyncio.CancelledError:
                rest = len(values) - begin - len(part)
                context.notes.unused_points += rest * self.points
                raise
        return answers

    async def _of_any(self, context: RequestContext, rows: Sequence[IntegerAnswers]) -> list[Any]:
        """Return the answers where some integers are not words; those are under way together."""
        answers: list[Any] = [None] * len(rows)
        words = [i for i, row in enumerate(rows) if 0 <= row.value < _WORD_END]
        others = [i for i, row in enumerate(rows) if not 0 <= row.value < _WORD_END]
        running: list[asyncio.Future[Any]] = []
        try:
            for number, index in enumerate(others, start=1):
                running.append(asyncio.ensure_future(self.one(rows[index])))
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
            found = await self._of_words(context, [rows[index].value for index in words])
            found += await asyncio.gather(*running, return_exceptions=True)
        finally:
            for future in running:
                future.cancel()
        for index, answer in zip(words + others, found, strict=True):
            answers[index] = answer
        return answers


def _verdicts(words: Sequence[int]) -> list[bool]:
    """Return which words are prime."""
    if len(words) < _FEW_WORDS:
        return [primality.is_prime(word) for word in words]
    verdicts: list[bool] = are_prime(words).tolist()
    return verdicts


def _next_primes(words: Sequence[int]) -> list[int]:
    """Return the least prime above each word."""
    return [neighbours.next_prime(word) for word in words]


def _previous_primes(words: Sequence[int]) -> list[int | None]:
    """Return the greatest prime below each word; None if there is none."""
    return [neighbours.previous_prime(word) for word in words]


# Below 2^64 the test of a probable prime is a proof.
IS_PRIME = WordQuestion(_verdicts, 0.016, IntegerAnswers.is_prime)
IS_PROBABLE_PRIME = WordQuestion(_verdicts, 0.016, IntegerAnswers.is_probable_prime)
NEXT_PRIME = WordQuestion(_next_primes, 0.07, IntegerAnswers.next_prime)
PREVIOUS_PRIME = WordQuestion(_previous_primes, 0.07, IntegerAnswers.previous_prime)
