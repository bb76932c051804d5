"""The questions about one integer."""

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import Any

from engine.classes import PrimeClass, classes_of, classes_of_cost
from engine.primality import neighbours, primality
from engine.primality.word_primality import KINDS, WordBatch
from engine.results import Primality, PrimalityVerdict, PrimeNeighbours
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.questions import answer_checks
from resolvers.questions.counting import PRIME_COUNT
from resolvers.questions.integer_columns import IntegerQuestion, WordQuestion
from resolvers.questions.question import Question

PRIMALITY_KINDS = KINDS
"""The verdict and the method that a number answered by PRIMALITY for words stands for."""


def _verdicts(words: WordBatch) -> list[bool]:
    """Return which words are prime."""
    return words.are_prime.copy()


def _kinds(words: WordBatch) -> list[int]:
    """Return what is known of the primality of each word."""
    return words.kinds.copy()


def _next_primes(words: WordBatch) -> list[int]:
    """Return the least prime above each word."""
    return list(map(neighbours.next_prime, words.values))


def _previous_primes(words: WordBatch) -> list[int | None]:
    """Return the greatest prime below each word; None if there is none."""
    return list(map(neighbours.previous_prime, words.values))


def _witnesses(words: WordBatch) -> list[int]:
    """Return the least witness of each composite."""
    return list(map(primality.least_witness, words.values))


# Below 2^64 the test of a probable prime is a proof.
_VERDICTS = WordQuestion(_verdicts, 0.016)
_WITNESSES = WordQuestion(_witnesses, 0.03)

IS_PROBABLE_PRIME = IntegerQuestion(
    primality.is_probable_prime,
    primality.is_probable_prime_cost,
    bool,
    many=_VERDICTS,
    price=lambda prices: prices.integers.is_probable_prime,
    weight=0.1,
    is_scaled=True,
)


async def _is_prime(context: RequestContext, value: int) -> bool:
    """Return whether value is proven prime."""
    # Most integers are composite, which is cheap to find; only a probable prime is worth the
    # price of a proof.
    if not await IS_PROBABLE_PRIME.ask(context, value):
        return False
    return await IS_PRIME.recall(context, value)


IS_PRIME = IntegerQuestion(
    primality.is_prime,
    primality.is_prime_cost,
    bool,
    by_way=_is_prime,
    many=_VERDICTS,
    price=lambda prices: prices.integers.is_prime,
    weight=0.11,
    is_scaled=True,
)


async def _primality(context: RequestContext, value: int) -> Primality:
    """Return the verdict on value, its method, and a witness if composite."""
    found = await PRIMALITY.recall(context, value)
    if found.verdict is PrimalityVerdict.PROBABLE_PRIME:
        # A later version may prove what this one cannot.
        context.notes.is_repeatable = False
    return found


PRIMALITY = IntegerQuestion(
    primality.primality,
    primality.primality_cost,
    Primality,
    check=answer_checks.PRIMALITY,
    by_way=_primality,
    many=WordQuestion(_kinds, 0.017),
    price=lambda prices: prices.integers.primality,
    weight=0.1,
    is_scaled=True,
)
NEXT_PRIME = IntegerQuestion(
    neighbours.next_prime,
    neighbours.next_prime_cost,
    int,
    check=answer_checks.NEXT_PRIME,
    many=WordQuestion(_next_primes, 0.07),
    price=lambda prices: prices.integers.next_prime,
    weight=0.22,
    is_scaled=True,
)
PREVIOUS_PRIME: IntegerQuestion[int | None] = IntegerQuestion(
    neighbours.previous_prime,
    neighbours.previous_prime_cost,
    int | None,
    check=answer_checks.PREVIOUS_PRIME,
    many=WordQuestion(_previous_primes, 0.07),
    price=lambda prices: prices.integers.next_prime,
    weight=0.22,
    is_scaled=True,
)


async def _neighbours(context: RequestContext, value: int, count: int) -> PrimeNeighbours:
    """Return the ``count`` primes on each side of value."""
    maximum = context.limits.max_page_size
    if count > maximum:
        raise LimitError(f"count is {count}; at most {maximum} neighbours a side")
    return await NEIGHBOURS.recall(context, value, count)


NEIGHBOURS = IntegerQuestion(
    neighbours.neighbours,
    neighbours.neighbours_cost,
    PrimeNeighbours,
    length=lambda _value, count: count,
    by_way=_neighbours,
    price=lambda prices: prices.integers.neighbours,
    weight=0.52,
    is_scaled=True,
)


async def _prime_index(context: RequestContext, value: int) -> int | None:
    """Return pi(value) if value is prime; None if it is not."""
    return await _COUNT_UP_TO.ask(context, value) if await IS_PRIME.ask(context, value) else None


# The same count as any other, with advice in the words of this field.
_COUNT_UP_TO = replace(PRIME_COUNT, advice="Ask for a value of at most about {most}")
PRIME_INDEX: Question[int | None] = Question(
    by_way=_prime_index,
    price=lambda prices: prices.integers.prime_index,
    weight=5.2,
    is_lasting=False,
)


async def _classes(context: RequestContext, value: int) -> tuple[PrimeClass, ...]:
    """Return the named classes of primes that value belongs to."""
    return await CLASSES.recall(context, value) if await IS_PRIME.ask(context, value) else ()


CLASSES = IntegerQuestion(
    classes_of,
    classes_of_cost,
    tuple[PrimeClass, ...],
    name="classes",
    by_way=_classes,
    price=lambda prices: prices.integers.classes,
    weight=0.67,
)


def witnesses(
    context: RequestContext, composites: Sequence[int]
) -> list[Any] | Awaitable[list[Any]]:
    """Return the least witness of each composite word, an exception where there is none."""
    return _WITNESSES.of(context, WordBatch(composites))
