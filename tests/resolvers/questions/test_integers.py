"""Staged factorization keeps what was found when the time runs out."""

import time

import pytest

from engine.errors import DeadlineError
from engine.factoring import factoring
from engine.results import Factorization, PrimePower
from primeql.operations.service import PrimeService
from resolvers.context import RequestContext
from resolvers.questions.integer_answers import IntegerAnswers
from resolvers.running.compute import LOOP_POINTS

# Two primes of 45 digits each: the least above 10^44 and above e * 10^44 (found with sympy).
P45 = 10**44 + 31
Q45 = 271_828_182_845_904_523_536_028_747_135_266_249_775_724_741


@pytest.fixture
def context(service: PrimeService) -> RequestContext:
    return service.context(service.arrival("test"))


async def test_hard_cofactor_is_left_and_said_to_be_composite(context: RequestContext) -> None:
    hurried = context._replace(deadline=time.monotonic() + 2)
    value = -12 * 10007 * P45 * Q45
    found = await IntegerAnswers(hurried, value).factorization()
    assert not found.is_complete
    assert found.sign == -1
    assert found.factors == (PrimePower(2, 2), PrimePower(3, 1), PrimePower(10007, 1))
    assert found.composites == (P45 * Q45,)


async def test_hard_composite_is_said_to_be_composite(context: RequestContext) -> None:
    hurried = context._replace(deadline=time.monotonic() + 2)
    found = await IntegerAnswers(hurried, P45 * Q45).factorization()
    assert (found.is_complete, found.factors, found.composites) == (False, (), (P45 * Q45,))


async def test_nothing_known_in_time_is_an_error(context: RequestContext) -> None:
    late = context._replace(deadline=time.monotonic())
    with pytest.raises(DeadlineError):
        await IntegerAnswers(late, P45 * Q45).factorization()


async def test_hard_composite_asked_again_is_answered_without_computing(
    service: PrimeService, context: RequestContext
) -> None:
    hurried = context._replace(deadline=time.monotonic() + 2)
    found = await IntegerAnswers(hurried, P45 * Q45).factorization()
    misses = service.memory.stats.misses
    again = service.context(service.arrival("test"))._replace(deadline=time.monotonic() + 2)
    assert await IntegerAnswers(again, P45 * Q45).factorization() == found
    assert service.memory.stats.misses == misses
    assert not again.notes.is_repeatable


async def test_arithmetic_needs_a_complete_factorization(context: RequestContext) -> None:
    hurried = context._replace(deadline=time.monotonic() + 2)
    answers = IntegerAnswers(hurried, 2 * P45 * Q45)
    with pytest.raises(DeadlineError, match="factored completely"):
        await answers.arithmetic()


async def test_factorization_is_computed_once(context: RequestContext) -> None:
    answers = IntegerAnswers(context, 2**64 + 1)
    assert await answers.factorization() is await answers.factorization()


@pytest.mark.parametrize("bits", [97, 100, 130, 200, 1000, 13_600])
def test_what_flint_may_not_end_for_never_runs_on_the_event_loop(bits: int) -> None:
    composite = 1 << (bits - 1)
    partial = Factorization(composite, 1, (), (composite,))
    costs = [factoring.refine_cost(partial, stage) for stage in range(1, factoring.STAGES)]
    assert min(costs) > LOOP_POINTS
