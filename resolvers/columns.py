"""One question asked of many integers at once: words by one engine call, the others one by one.

A word is an integer within [0, 2^64), where every question here is cheap. What is asked of few of
them is answered at once; of many, chunk by chunk as this request has its turns.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine import factoring, neighbours, primality
from engine.batch_primality import are_prime
from engine.errors import DeadlineError
from engine.word_primality import KINDS, primality_kinds
from resolvers.compute import LOOP_POINTS
from resolvers.context import RequestContext
from resolvers.integers import IntegerAnswers

PRIMALITY_KINDS = KINDS
"""The verdict and the method that a number answered by PRIMALITY stands for."""

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
        points: Predicted for any word of 64 bits.
        points_of: Predicted for one word, if words differ much.
    """

    answer: Callable[[Sequence[int]], list[Any]]
    points: float
    points_of: Callable[[int], float] | None = None

    def of(self, context: RequestContext, words: Sequence[int]) -> list[Any] | Awaitable[list[Any]]:
        """Return the answers in the order of ``words``, an exception where there is none."""
        cost = len(words) * self.points
        if self.points_of is not None and cost > LOOP_POINTS:
            cost = sum(map(self.points_of, words))
        if cost > LOOP_POINTS or not context.notes.has_turn:
            return self._in_turns(context, words)
        try:
            return context.at_once(self.answer, words)
        except DeadlineError as error:
            return [error] * len(words)

    async def _in_turns(self, context: RequestContext, words: Sequence[int]) -> list[Any]:
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

    def _chunks(self, words: Sequence[int]) -> Iterator[tuple[Sequence[int], float]]:
        """Yield words that may be asked about in one go, and what that costs."""
        if self.points_of is None:
            size = max(1, int(LOOP_POINTS / self.points))
            for begin in range(0, len(words), size):
                part = words[begin : begin + size]
                yield part, len(part) * self.points
            return
        begin, cost = 0, 0.0
        for end, points in enumerate(map(self.points_of, words)):
            if cost + points > LOOP_POINTS and end > begin:
                yield words[begin:end], cost
                begin, cost = end, 0.0
            cost += points
        yield words[begin:], cost


@dataclass(frozen=True, slots=True)
class IntegerQuestion:
    """A question of any integers.

    Attributes:
        words: Answers for words.
        one: Answers for any other.
        is_known: Whether an integer has its answer already, or is about to.
        keep: Gives an integer its answer, for others who ask for it.
    """

    words: WordQuestion
    one: Callable[[IntegerAnswers], Awaitable[Any]]
    is_known: Callable[[IntegerAnswers], bool] | None = None
    keep: Callable[[IntegerAnswers, Any], None] | None = None

    def of(
        self, context: RequestContext, rows: Sequence[IntegerAnswers]
    ) -> list[Any] | Awaitable[list[Any]]:
        """Return the answers in the order of ``rows``, an exception where there is none."""
        values = [row.value for row in rows]
        if not is_words(values) or self._is_any_known(rows):
            return self._of_any(context, rows)
        found = self.words.of(context, values)
        if self.keep is None:
            return found
        return self._kept(rows, found) if isinstance(found, list) else self._keep(rows, found)

    def _is_any_known(self, rows: Sequence[IntegerAnswers]) -> bool:
        """Return whether one of the integers has its answer already."""
        return self.is_known is not None and any(map(self.is_known, rows))

    def _kept(self, rows: Sequence[IntegerAnswers], found: list[Any]) -> list[Any]:
        """Return answers, given to their integers."""
        if self.keep is not None:
            for row, answer in zip(rows, found, strict=True):
                if not isinstance(answer, Exception):
                    self.keep(row, answer)
        return found

    async def _keep(self, rows: Sequence[IntegerAnswers], found: Awaitable[list[Any]]) -> list[Any]:
        """Return the same, once they are there."""
        return self._kept(rows, await found)

    async def _of_any(self, context: RequestContext, rows: Sequence[IntegerAnswers]) -> list[Any]:
        """Return the answers where some integers are not words; those are under way together."""
        words: list[int] = []
        others: list[int] = []
        for index, row in enumerate(rows):
            is_known = self.is_known is not None and self.is_known(row)
            is_word = 0 <= row.value < _WORD_END and not is_known
            (words if is_word else others).append(index)
        running: list[asyncio.Future[Any]] = []
        try:
            for number, index in enumerate(others, start=1):
                running.append(asyncio.ensure_future(self.one(rows[index])))
                if number % _SLICE == 0:
                    await asyncio.sleep(0)
            chosen = [rows[index] for index in words]
            found = self.words.of(context, [row.value for row in chosen])
            of_words = self._kept(chosen, found if isinstance(found, list) else await found)
            of_others = await asyncio.gather(*running, return_exceptions=True)
        finally:
            for future in running:
                future.cancel()
        answers: list[Any] = [None] * len(rows)
        for index, answer in zip(words + others, [*of_words, *of_others], strict=True):
            answers[index] = answer
        return answers


def is_words(values: Sequence[int]) -> bool:
    """Return whether all integers are within [0, 2^64)."""
    return min(values, default=0) >= 0 and max(values, default=0) < _WORD_END


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


def _factorizations(words: Sequence[int]) -> list[Any]:
    """Return the factorization of each word."""
    return [factoring.begin(word) for word in words]


def _witnesses(words: Sequence[int]) -> list[int]:
    """Return the least witness of each composite."""
    return [primality.least_witness(word) for word in words]


# Below 2^64 the test of a probable prime is a proof.
_VERDICT = WordQuestion(_verdicts, 0.016)
IS_PRIME = IntegerQuestion(_VERDICT, IntegerAnswers.is_prime)
IS_PROBABLE_PRIME = IntegerQuestion(_VERDICT, IntegerAnswers.is_probable_prime)
PRIMALITY = IntegerQuestion(WordQuestion(primality_kinds, 0.017), IntegerAnswers.primality)
NEXT_PRIME = IntegerQuestion(WordQuestion(_next_primes, 0.07), IntegerAnswers.next_prime)
PREVIOUS_PRIME = IntegerQuestion(
    WordQuestion(_previous_primes, 0.07), IntegerAnswers.previous_prime
)
FACTORIZATION = IntegerQuestion(
    WordQuestion(_factorizations, 3.2, factoring.begin_cost),
    IntegerAnswers.factorization,
    IntegerAnswers.is_factored,
    IntegerAnswers.know_factorization,
)
WITNESS = WordQuestion(_witnesses, 0.03)
