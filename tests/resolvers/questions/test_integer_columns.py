"""Asked of many, a question has the answers that it has of each alone."""

import asyncio
import time
from typing import Any

import pytest

from engine.errors import DeadlineError
from primeql.operations.service import PrimeService
from resolvers.context import RequestContext
from resolvers.questions import integer_lists
from resolvers.questions.integer_answers import FACTORIZATION, answers_of
from resolvers.questions.integer_columns import IntegerQuestion
from resolvers.questions.integers import (
    IS_PRIME,
    IS_PROBABLE_PRIME,
    NEXT_PRIME,
    PREVIOUS_PRIME,
    PRIMALITY,
    PRIMALITY_KINDS,
)
from resolvers.running.request_accounting import AnswerNotes

WORDS = [*range(120), 2208, 2209, 2809, 2**32 + 15, 2**61 - 1, 3**40, 2**64 - 59, 2**64 - 1]
OTHERS = [-1, -(2**61), 2**64, 2**64 + 13, 2**89 - 1, 10**30]
QUESTIONS: dict[str, IntegerQuestion[Any]] = {
    "is_prime": IS_PRIME,
    "is_probable_prime": IS_PROBABLE_PRIME,
    "next_prime": NEXT_PRIME,
    "previous_prime": PREVIOUS_PRIME,
    "factorization": FACTORIZATION,
}


@pytest.fixture
def context(service: PrimeService) -> RequestContext:
    return service.context(service.arrival("test"))


async def asked(
    question: IntegerQuestion[Any], context: RequestContext, values: list[int]
) -> list[Any]:
    found = question.of(context, values)
    return found if isinstance(found, list) else await found


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("values", [[97], WORDS, OTHERS, WORDS[::-1] + OTHERS, WORDS * 30])
async def test_answers_of_many_are_those_of_each(
    name: str, values: list[int], context: RequestContext
) -> None:
    question = QUESTIONS[name]
    expected = {value: await question.ask(context, value) for value in set(values)}
    fresh = context._replace(notes=AnswerNotes())
    found = await asked(question, fresh, values)
    assert found == [expected[value] for value in values]


async def test_kinds_of_primality_are_those_of_each(context: RequestContext) -> None:
    found = await asked(PRIMALITY, context, WORDS)
    expected = [await PRIMALITY.ask(context, word) for word in WORDS]
    kinds = [PRIMALITY_KINDS[kind] for kind in found]
    assert kinds == [(one.verdict, one.method) for one in expected]


async def test_factorization_found_for_many_is_kept_by_each(context: RequestContext) -> None:
    asking = [12, 2**64 + 1]
    found = FACTORIZATION.of(context, asking)
    assert not isinstance(found, list)
    answers = await found
    kept = [answers_of(context, value) for value in asking]
    assert [await one.factorization() for one in kept] == answers
    assert await kept[0].factorization() is answers[0]


@pytest.mark.parametrize("count", [1, 50, 2_000])
async def test_nothing_is_begun_after_the_deadline(count: int, context: RequestContext) -> None:
    late = context._replace(deadline=time.monotonic() - 1)
    found = await asked(NEXT_PRIME, late, list(range(count)))
    assert [type(one) for one in found] == [DeadlineError] * count
    assert late.notes.spent_seconds == 0


async def test_others_have_turns_while_many_are_answered(context: RequestContext) -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.ensure_future(other())
    values = list(range(2**63, 2**63 + 5_000))
    assert len(await asked(NEXT_PRIME, context, values)) == 5_000
    watching.cancel()
    assert turns >= 5


async def test_what_a_client_that_left_did_not_use_is_given_back(context: RequestContext) -> None:
    asking = context._replace(notes=AnswerNotes())
    values = list(range(2**63, 2**63 + 20_000))
    assert NEXT_PRIME.many is not None
    found = NEXT_PRIME.of(asking, values)
    assert not isinstance(found, list)
    task = asyncio.ensure_future(found)
    for _ in range(5):
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert asking.notes.unused_points > 20_000 * NEXT_PRIME.many.points / 2


@pytest.mark.parametrize("values", [WORDS * 70, [*WORDS * 70, -5], WORDS, []])
async def test_batches_of_any_length_are_those_of_each(
    values: list[int], context: RequestContext
) -> None:
    prime = {word: await IS_PRIME.ask(context, word) for word in [*WORDS, -5]}
    assert await integer_lists.ARE_PRIME.ask(context, values) == [prime[value] for value in values]
