"""What is told of computations that left the event loop."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from engine.errors import DeadlineError, DomainError
from engine.stop import Stop
from resolvers.answer_notes import AnswerNotes
from resolvers.compute import LOOP_POINTS, QUICK_POINTS, Compute
from resolvers.errors import OverloadedError
from resolvers.limits import Limits
from resolvers.task_records import TaskRecord
from resolvers.worker_process import WorkerDiedError

DEAR = LOOP_POINTS + 1


class Watched:
    """Lanes of one thread and one worker, and what they tell."""

    def __init__(self) -> None:
        """Observe from the start."""
        self.records: list[TaskRecord] = []
        self.compute = Compute(1, 1, Limits(), self.records.append)

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
    before = time.monotonic()
    await watched.single(QUICK_POINTS + 1, 5, time.sleep, 0.1)
    (record,) = watched.records
    assert (record.lane, record.function, record.outcome) == ("slow", "sleep", "ok")
    assert record.begun is not None
    assert before <= record.asked <= record.begun <= record.ended - 0.1
    assert record.cpu_seconds < 0.1
    assert record.points == QUICK_POINTS + 1


async def test_sweeps_are_tasks_of_threads(watched: Watched) -> None:
    assert await watched.compute.sweep(DEAR, time.monotonic() + 5, AnswerNotes(), look)
    (record,) = watched.records
    assert (record.lane, record.function, record.outcome) == ("threads", "look", "ok")


async def test_what_stays_on_the_loop_is_no_task(watched: Watched) -> None:
    await watched.single(LOOP_POINTS, 5, abs, -7)
    assert watched.records == []


@pytest.mark.parametrize(
    ("function", "error", "outcome"),
    [(kill_me, WorkerDiedError, "died"), (refuse, DomainError, "error")],
)
async def test_failures_are_told_apart(
    watched: Watched, function: Callable[..., Any], error: type[Exception], outcome: str
) -> None:
    with pytest.raises(error):
        await watched.single(DEAR, 5, function)
    assert watched.outcomes == [outcome]


async def test_one_that_never_began_has_only_waited(watched: Watched) -> None:
    first = asyncio.ensure_future(watched.single(DEAR, 0.6, time.sleep, 3))
    await asyncio.sleep(0.1)
    second = asyncio.ensure_future(watched.single(DEAR, 0.2, time.sleep, 3))
    await asyncio.sleep(0.05)
    with pytest.raises(OverloadedError):
        await watched.single(DEAR, 5, abs, -7)
    results = await asyncio.gather(first, second, return_exceptions=True)
    assert all(isinstance(result, DeadlineError) for result in results)
    refused, second_record, first_record = watched.records
    assert watched.outcomes == ["refused", "timeout", "timeout"]
    assert refused.begun is None
    assert second_record.begun is None
    assert second_record.waited_seconds >= 0.15
    assert first_record.begun is not None


async def test_a_request_that_goes_takes_its_task_with_it(watched: Watched) -> None:
    notes = AnswerNotes()
    deadline = time.monotonic() + 5
    task = asyncio.ensure_future(watched.compute.single(DEAR, deadline, notes, time.sleep, 3))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert watched.outcomes == ["cancelled"]


async def test_waiting_is_noted_of_the_answer(watched: Watched) -> None:
    notes = AnswerNotes()
    first = asyncio.ensure_future(watched.single(DEAR, 5, time.sleep, 0.3))
    await asyncio.sleep(0.05)
    await watched.compute.single(DEAR, time.monotonic() + 5, notes, abs, -7)
    await first
    assert 0.1 < notes.queue_seconds < 5
