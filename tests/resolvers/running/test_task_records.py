"""What is told of computations that left the event loop."""

import asyncio
import math
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

import pytest

from engine.errors import DeadlineError, DomainError
from engine.stop import Stop
from resolvers.errors import ComputationLostError, OverloadedError
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.running.compute import LOOP_POINTS, QUICK_POINTS, Compute
from resolvers.running.request_accounting import AnswerNotes
from resolvers.running.task_records import TaskRecord
from tests.waiting import until

DEAR = LOOP_POINTS + 1


class Watched:
    """Lanes of one thread and one worker, and what they tell."""

    def __init__(self) -> None:
        self.records: list[TaskRecord] = []
        self.compute = Compute(1, 1, Limits(), self.records.append, Pace(1.0))

    async def single(
        self, points: float, seconds: float, function: Callable[..., Any], *arguments: object
    ) -> object:
        """Return what a function returns, asked of a worker."""
        deadline = time.monotonic() + seconds
        return await self.compute.single(points, deadline, AnswerNotes(), function, *arguments)

    @property
    def outcomes(self) -> list[str]:
        """What became of the tasks so far."""
        return [record.outcome for record in self.records]


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    watched = Watched()
    await watched.compute.start()
    yield watched
    await watched.compute.close()


def kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse() -> None:
    raise DomainError("no")


def look(stop: Stop) -> bool:
    stop.check()
    return True


async def test_a_good_task_is_told_with_its_times(watched: Watched) -> None:
    await watched.single(QUICK_POINTS + 1, math.inf, time.sleep, 0.1)
    (record,) = watched.records
    assert (record.lane, record.function, record.outcome) == ("slow", "sleep", "ok")
    assert record.begun is not None
    assert record.asked <= record.begun < record.ended
    # What it slept is no CPU time.
    assert record.cpu_seconds != pytest.approx(record.ended - record.begun)
    assert record.points == QUICK_POINTS + 1


@pytest.mark.parametrize("sweep", [look, partial(look)])
async def test_sweeps_are_tasks_of_threads(watched: Watched, sweep: Callable[..., bool]) -> None:
    assert await watched.compute.sweep(DEAR, math.inf, AnswerNotes(), sweep)
    (record,) = watched.records
    assert (record.lane, record.function, record.outcome) == ("threads", "look", "ok")


async def test_what_stays_on_the_loop_is_no_task(watched: Watched) -> None:
    await watched.single(LOOP_POINTS, math.inf, abs, -7)
    assert watched.records == []


@pytest.mark.parametrize(
    ("function", "error", "outcome"),
    [(kill_me, ComputationLostError, ["died", "died"]), (refuse, DomainError, ["error"])],
)
async def test_failures_are_told_apart(
    watched: Watched, function: Callable[..., Any], error: type[Exception], outcome: list[str]
) -> None:
    with pytest.raises(error):
        await watched.single(DEAR, math.inf, function)
    assert watched.outcomes == outcome


async def test_one_that_never_began_has_only_waited(watched: Watched) -> None:
    first = asyncio.ensure_future(watched.single(DEAR, 3, time.sleep, 600))
    pool = watched.compute.quick.pool
    await until(lambda: pool.at_hand == 0, "the first at work")
    second = asyncio.ensure_future(watched.single(DEAR, 1, time.sleep, 600))
    await until(lambda: pool.waiting == 1, "the second to wait")
    with pytest.raises(OverloadedError):
        await watched.single(DEAR, math.inf, abs, -7)
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert all(isinstance(result, DeadlineError) for result in results)
    refused, second_record, first_record = watched.records
    assert watched.outcomes == ["refused", "timeout", "timeout"]
    assert refused.begun is None
    assert second_record.begun is None
    assert second_record.waited_seconds > 0
    assert first_record.begun is not None


async def test_a_request_that_goes_takes_its_task_with_it(watched: Watched) -> None:
    notes = AnswerNotes()
    asked = watched.compute.single(DEAR, math.inf, notes, time.sleep, 600)
    task = asyncio.ensure_future(asked)
    await until(lambda: watched.compute.quick.pool.at_hand == 0, "a task at work")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert watched.outcomes == ["cancelled"]


async def test_waiting_is_noted_of_the_answer(watched: Watched) -> None:
    notes = AnswerNotes()
    first = asyncio.ensure_future(watched.single(DEAR, math.inf, time.sleep, 0.3))
    await until(lambda: watched.compute.quick.pool.at_hand == 0, "the first at work")
    await watched.compute.single(DEAR, math.inf, notes, abs, -7)
    assert first.done()
    assert notes.queue_seconds > 0
