"""The door to computing: by cost, within a deadline, and each failure alone."""

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator

import pytest

from engine.errors import DeadlineError, DomainError, InvariantError
from engine.neighbours import next_prime
from engine.stop import Stop
from resolvers.answer_notes import AnswerNotes
from resolvers.compute import LOOP_POINTS, QUICK_POINTS, Compute
from resolvers.errors import LimitError, OverloadedError
from resolvers.limits import Limits

CHEAP = LOOP_POINTS
DEAR = LOOP_POINTS + 1
SLOW = QUICK_POINTS + 1


@pytest.fixture
async def compute() -> AsyncIterator[Compute]:
    compute = Compute(workers=2, max_waiting=4, limits=Limits())
    await compute.start()
    yield compute
    compute.close()


def in_seconds(seconds: float) -> float:
    return time.monotonic() + seconds


def thread_of(_stop: Stop) -> int:
    return threading.get_ident()


def spin_until_stopped(stop: Stop) -> None:
    while True:
        stop.check()
        time.sleep(0.001)


def raise_domain_error() -> None:
    raise DomainError("n must be positive")


async def test_cheap_questions_are_answered_on_the_loop(compute: Compute) -> None:
    deadline = in_seconds(5)
    assert await compute.sweep(CHEAP, deadline, AnswerNotes(), thread_of) == threading.get_ident()
    assert await compute.single(CHEAP, deadline, AnswerNotes(), os.getpid) == os.getpid()


async def test_dear_sweeps_leave_the_loop_for_a_thread(compute: Compute) -> None:
    assert (
        await compute.sweep(DEAR, in_seconds(5), AnswerNotes(), thread_of) != threading.get_ident()
    )


async def test_dear_singles_leave_the_process(compute: Compute) -> None:
    assert await compute.single(DEAR, in_seconds(5), AnswerNotes(), os.getpid) != os.getpid()


async def test_sweep_is_stopped_at_the_deadline(compute: Compute) -> None:
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        await compute.sweep(DEAR, begin + 0.2, AnswerNotes(), spin_until_stopped)
    assert time.monotonic() - begin < 2


@pytest.mark.parametrize("dear", [DEAR, SLOW])
async def test_single_is_killed_at_the_deadline_and_the_pool_lives(
    compute: Compute, dear: float
) -> None:
    begin = time.monotonic()
    with pytest.raises(DeadlineError):
        await compute.single(dear, begin + 0.2, AnswerNotes(), next_prime, 10**4_095)
    assert time.monotonic() - begin < 2
    # The pool waits for no handler of a process that is deep in GMP: it is killed at once.
    assert await compute.single(dear, in_seconds(2), AnswerNotes(), abs, -7) == 7


async def test_slow_questions_do_not_keep_the_workers_from_quick_ones(compute: Compute) -> None:
    slow = [
        asyncio.ensure_future(
            compute.single(SLOW, in_seconds(2), AnswerNotes(), next_prime, 10**4_095)
        )
        for _ in range(3)
    ]
    assert await compute.single(DEAR, in_seconds(1.5), AnswerNotes(), abs, -7) == 7
    assert not any(task.done() for task in slow)
    answers = await asyncio.gather(*slow, return_exceptions=True)
    assert all(isinstance(answer, DeadlineError) for answer in answers)


async def test_one_request_does_not_keep_the_loop_from_others(compute: Compute) -> None:
    notes = AnswerNotes()
    others_turns = 0

    async def other() -> None:
        nonlocal others_turns
        while True:
            await asyncio.sleep(0)
            others_turns += 1

    watching = asyncio.ensure_future(other())
    fields = [compute.single(CHEAP, in_seconds(5), notes, spin, 0.001) for _ in range(100)]
    await asyncio.gather(*fields)
    watching.cancel()
    assert others_turns >= 30


async def test_nothing_is_begun_after_the_deadline(compute: Compute) -> None:
    with pytest.raises(DeadlineError):
        await compute.single(DEAR, in_seconds(-1), AnswerNotes(), abs, -7)
    with pytest.raises(DeadlineError):
        await compute.single(CHEAP, in_seconds(-1), AnswerNotes(), abs, -7)
    with pytest.raises(DeadlineError):
        await compute.sweep(DEAR, in_seconds(-1), AnswerNotes(), spin_until_stopped)


async def test_errors_of_the_engine_cross_the_process_boundary(compute: Compute) -> None:
    with pytest.raises(DomainError, match="n must be positive"):
        await compute.single(DEAR, in_seconds(5), AnswerNotes(), raise_domain_error)


async def test_death_of_a_worker_costs_its_own_answer_only(compute: Compute) -> None:
    deadline = in_seconds(10)
    dead = compute.single(DEAR, deadline, AnswerNotes(), os._exit, 3)
    alive = compute.single(DEAR, deadline, AnswerNotes(), abs, -7)
    answers = await asyncio.gather(dead, alive, return_exceptions=True)
    assert isinstance(answers[0], InvariantError)
    assert answers[1] == 7


async def test_a_full_queue_refuses_at_once(compute: Compute) -> None:
    waiting = [
        asyncio.ensure_future(
            compute.sweep(DEAR, in_seconds(0.3), AnswerNotes(), spin_until_stopped)
        )
        for _ in range(4)
    ]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await compute.sweep(DEAR, in_seconds(5), AnswerNotes(), thread_of)
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert all(isinstance(answer, DeadlineError) for answer in answers)
    assert await compute.sweep(DEAR, in_seconds(5), AnswerNotes(), thread_of)


async def test_cancelling_stops_the_sweep(compute: Compute) -> None:
    ended = threading.Event()

    def sweep(stop: Stop) -> None:
        try:
            spin_until_stopped(stop)
        finally:
            ended.set()

    task = asyncio.ensure_future(compute.sweep(DEAR, in_seconds(60), AnswerNotes(), sweep))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, 2)


async def test_sweep_that_could_not_end_in_time_is_refused(compute: Compute) -> None:
    with pytest.raises(LimitError, match="5 s"):
        await compute.sweep(50_001, in_seconds(5), AnswerNotes(), spin_until_stopped)


def spin(seconds: float) -> None:
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        pass


async def test_cpu_time_is_noted_wherever_it_was_spent(compute: Compute) -> None:
    for cost in (CHEAP, DEAR):
        notes = AnswerNotes()
        await compute.single(cost, in_seconds(5), notes, spin, 0.05)
        assert notes.spent_seconds >= 0.05
        await compute.sweep(cost, in_seconds(5), notes, lambda _stop: spin(0.05))
        assert notes.spent_seconds >= 0.1


async def test_killed_computation_is_noted_up_to_its_price(compute: Compute) -> None:
    notes = AnswerNotes()
    with pytest.raises(DeadlineError):
        await compute.single(2_000, in_seconds(0.3), notes, time.sleep, 60)
    assert notes.spent_seconds == pytest.approx(0.2)
