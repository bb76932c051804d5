"""The door to computing: by cost, within a deadline, and each failure alone."""

import asyncio
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.errors import (
    CapacityError,
    DeadlineError,
    DomainError,
    InvariantError,
    WorkLimitError,
)
from engine.primality.neighbours import next_prime
from engine.stop import Stop
from resolvers.errors import ComputationLostError, LimitError, OverloadedError
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.running.compute import LOOP_POINTS, QUICK_POINTS, Compute, most_work
from resolvers.running.fair_pool import Owner
from resolvers.running.request_accounting import AnswerNotes
from resolvers.running.worker_process import WORKER_BYTES, WorkerFailedError
from tests.waiting import PROCESS_SECONDS, WAIT_SECONDS, until

CHEAP = LOOP_POINTS
DEAR = LOOP_POINTS + 1
SLOW = QUICK_POINTS + 1
# A deadline that no test reaches.
LATE = math.inf


@pytest.fixture
async def compute() -> AsyncIterator[Compute]:
    compute = Compute(workers=2, max_waiting=2, limits=Limits(), pace=Pace(1.0))
    await compute.start()
    yield compute
    await compute.close()


def in_seconds(seconds: float) -> float:
    return time.monotonic() + seconds


def thread_of(_stop: Stop) -> int:
    return threading.get_ident()


def spin_until_stopped(stop: Stop) -> None:
    while True:
        stop.check()
        time.sleep(0.001)


def sleep_and_tell(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def raise_domain_error() -> None:
    raise DomainError("n must be positive")


def sleep_the_first_time(file: str) -> int:
    """Return how often this was asked, but never the first time."""
    path = Path(file)
    if not path.exists():
        path.touch()
        time.sleep(600)
    return 2


def kill_this_process() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_then_fail(file: str) -> None:
    path = Path(file)
    if not path.exists():
        path.touch()
        kill_this_process()
    fail_unforeseen(file)


def fail_unforeseen(file: str) -> None:
    with open(file, "a") as tries:
        tries.write("x")
    raise RuntimeError("a test raises this on purpose")


async def test_cheap_questions_are_answered_on_the_loop(compute: Compute) -> None:
    assert await compute.sweep(CHEAP, LATE, AnswerNotes(), thread_of) == threading.get_ident()
    assert await compute.single(CHEAP, LATE, AnswerNotes(), os.getpid) == os.getpid()


async def test_dear_sweeps_leave_the_loop_for_a_thread(compute: Compute) -> None:
    assert await compute.sweep(DEAR, LATE, AnswerNotes(), thread_of) != threading.get_ident()


async def test_dear_singles_leave_the_process(compute: Compute) -> None:
    assert await compute.single(DEAR, LATE, AnswerNotes(), os.getpid) != os.getpid()


async def test_sweep_is_stopped_at_the_deadline(compute: Compute) -> None:
    with pytest.raises(DeadlineError):
        await compute.sweep(DEAR, in_seconds(0.2), AnswerNotes(), spin_until_stopped)


@pytest.mark.parametrize("dear", [DEAR, SLOW])
async def test_single_is_killed_at_the_deadline_and_the_pool_lives(
    compute: Compute, dear: float
) -> None:
    lane = compute.quick if dear == DEAR else compute.slow
    before = set(lane.pids)
    with pytest.raises(DeadlineError):
        await compute.single(dear, in_seconds(0.5), AnswerNotes(), next_prime, 10**4_095)
    # The pool waits for no handler of a process that is deep in GMP: it is killed at once.
    assert len(before & lane.pids) == 1
    assert await compute.single(dear, LATE, AnswerNotes(), abs, -7) == 7


async def test_slow_questions_do_not_keep_the_workers_from_quick_ones(compute: Compute) -> None:
    slow = [
        asyncio.ensure_future(compute.single(SLOW, LATE, AnswerNotes(), time.sleep, 600))
        for _ in range(3)
    ]
    assert await compute.single(DEAR, LATE, AnswerNotes(), abs, -7) == 7
    assert not any(task.done() for task in slow)
    for task in slow:
        task.cancel()
    await asyncio.wait(slow)


async def test_one_request_does_not_keep_the_loop_from_others(compute: Compute) -> None:
    notes = AnswerNotes()
    others_turns = 0

    async def other() -> None:
        nonlocal others_turns
        while True:
            await asyncio.sleep(0)
            others_turns += 1

    watching = asyncio.ensure_future(other())
    fields = [compute.single(CHEAP, LATE, notes, spin, 0.001) for _ in range(100)]
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
        await compute.single(DEAR, LATE, AnswerNotes(), raise_domain_error)


async def test_death_of_a_worker_costs_its_own_answer_only(compute: Compute) -> None:
    dead = compute.single(DEAR, LATE, AnswerNotes(), os._exit, 3)
    alive = compute.single(DEAR, LATE, AnswerNotes(), abs, -7)
    answers = await asyncio.gather(dead, alive, return_exceptions=True)
    assert isinstance(answers[0], InvariantError)
    assert answers[1] == 7


@pytest.mark.parametrize("cost", [DEAR, SLOW])
async def test_worker_killed_while_idle_is_replaced_and_costs_nothing(
    compute: Compute, cost: float
) -> None:
    pids = {await compute.single(cost, LATE, AnswerNotes(), os.getpid) for _ in range(4)}
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    lane = compute.quick if cost == DEAR else compute.slow
    await until(lambda: lane.pool.at_hand == 2 and not lane.pids & pids, "two new workers")
    asked = [compute.single(cost, LATE, AnswerNotes(), os.getpid) for _ in range(2)]
    assert not set(await asyncio.gather(*asked)) & pids


async def test_worker_killed_at_work_is_replaced_and_the_question_asked_again(
    compute: Compute, tmp_path: Path
) -> None:
    notes = AnswerNotes()
    begun = tmp_path / "begun"
    doomed = asyncio.ensure_future(
        compute.single(DEAR, LATE, notes, sleep_the_first_time, str(begun))
    )
    await until(begun.exists, "the first attempt")
    survivor = await compute.single(DEAR, LATE, AnswerNotes(), os.getpid)
    for pid in compute.quick.pids - {survivor}:
        os.kill(pid, signal.SIGKILL)
    assert await doomed == 2
    assert await compute.single(DEAR, LATE, AnswerNotes(), abs, -7) == 7


async def test_answer_whose_workers_are_killed_twice_is_lost_and_costs_nothing(
    compute: Compute,
) -> None:
    notes = AnswerNotes()
    with pytest.raises(ComputationLostError, match="send the request again"):
        await compute.single(DEAR, LATE, notes, kill_this_process)
    assert notes.unused_points == DEAR
    assert notes.spent_points == 0.0
    assert await compute.single(DEAR, LATE, AnswerNotes(), abs, -7) == 7


async def test_what_nobody_foresaw_is_not_tried_again(compute: Compute, tmp_path: Path) -> None:
    tries, notes = tmp_path / "tries", AnswerNotes()
    with pytest.raises(WorkerFailedError):
        await compute.single(DEAR, LATE, notes, fail_unforeseen, str(tries))
    assert tries.read_text() == "x"
    # What it has not taken is given back.
    assert notes.spent_points + notes.unused_points == pytest.approx(DEAR)


async def test_what_nobody_foresaw_is_told_from_a_kill_before_it(
    compute: Compute, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    with pytest.raises(WorkerFailedError):
        await compute.single(DEAR, LATE, AnswerNotes(), die_then_fail, str(killed))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_signals_to_the_whole_group_do_not_end_workers(
    compute: Compute, number: signal.Signals
) -> None:
    asked = compute.single(DEAR, LATE, AnswerNotes(), sleep_and_tell, 0.3)
    under_way = asyncio.ensure_future(asked)
    await asyncio.sleep(0.1)
    for pid in compute.quick.pids:
        os.kill(pid, number)
    assert await under_way == 0.3


def test_program_that_forgets_to_close_ends_all_the_same() -> None:
    program = (
        "import asyncio\n"
        "from resolvers.running.compute import Compute\n"
        "from resolvers.limits import Limits\n"
        "if __name__ == '__main__':\n"
        "    asyncio.run(Compute(1, 1, Limits()).start())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], timeout=PROCESS_SECONDS, capture_output=True
    )
    assert done.returncode == 0


async def test_worker_that_takes_too_much_memory_refuses_and_lives(compute: Compute) -> None:
    pid = {await compute.single(SLOW, LATE, AnswerNotes(), os.getpid)}
    with pytest.raises(CapacityError, match="memory"):
        await compute.single(SLOW, LATE, AnswerNotes(), bytearray, WORKER_BYTES)
    assert pid <= compute.slow.pids


async def test_one_computation_is_ended_far_beyond_what_was_predicted(
    compute: Compute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolvers.running.compute._LEAST_WORK_POINTS", 2_000.0)
    notes = AnswerNotes()
    with pytest.raises(
        WorkLimitError, match=r"more than 0\.2 s of computing, far beyond its price"
    ):
        await compute.single(DEAR, LATE, notes, next_prime, 10**4_095)
    # All of it, although it was expected to take less.
    assert notes.spent_seconds == pytest.approx(0.2)
    assert notes.spent_points == pytest.approx(2_000.0)
    assert notes.unused_points == 0.0
    # To wait is not to compute.
    assert await compute.single(SLOW, LATE, AnswerNotes(), sleep_and_tell, 0.4) == 0.4


@pytest.mark.parametrize(
    ("cost", "most"),
    [(0.0, 10_000.0), (50.0, 10_000.0), (2_000.0, 20_000.0), (15_000.0, 30_000.0), (1e9, 30_000.0)],
)
def test_work_is_bounded_by_ten_times_what_was_predicted(cost: float, most: float) -> None:
    assert most_work(cost) == most


@pytest.mark.parametrize("cost", [1.0, CHEAP, DEAR, SLOW])
async def test_what_was_not_begun_in_time_is_given_back_wherever_it_would_have_run(
    compute: Compute, cost: float
) -> None:
    for ask in (compute.single, compute.sweep):
        notes = AnswerNotes()
        with pytest.raises(DeadlineError):
            await ask(cost, in_seconds(-1), notes, thread_of)
        assert notes.unused_points == pytest.approx(cost)


async def test_points_follow_the_pace_of_the_machine() -> None:
    slow = Compute(1, 1, Limits(), pace=Pace(4.0))
    with pytest.raises(LimitError, match=r"predicted to take 6\.0 s"):
        await slow.sweep(15_000.0, LATE, AnswerNotes(), thread_of)
    fast = Compute(1, 1, Limits(), pace=Pace(0.5))
    assert await fast.sweep(15_000.0, LATE, AnswerNotes(), thread_of) != threading.get_ident()
    await fast.close()


async def test_large_answers_and_arguments_arrive_whole(compute: Compute) -> None:
    large = bytes(range(256)) * 40_000
    assert await compute.single(DEAR, LATE, AnswerNotes(), bytes, large) == large


async def test_a_client_with_hundreds_of_tasks_does_not_starve_another() -> None:
    compute = Compute(workers=1, max_waiting=1_000, limits=Limits(), pace=Pace(1.0))
    await compute.start()
    greedy, modest = AnswerNotes(Owner("greedy", "1")), AnswerNotes(Owner("modest", "1"))
    many = [
        asyncio.ensure_future(compute.single(DEAR, LATE, greedy, time.sleep, 0.05))
        for _ in range(300)
    ]
    await asyncio.sleep(0)
    await compute.single(DEAR, LATE, modest, abs, -7)
    assert sum(task.done() for task in many) <= 3
    for task in many:
        task.cancel()
    await asyncio.wait(many)
    assert compute.quick.pool.waiting == 0
    # Waiting has cost nothing: what was not begun is given back.
    assert greedy.unused_points > 290 * DEAR
    await compute.close()


async def test_a_full_queue_refuses_at_once(compute: Compute) -> None:
    waiting = [
        asyncio.ensure_future(compute.sweep(DEAR, LATE, AnswerNotes(), spin_until_stopped))
        for _ in range(4)
    ]
    await asyncio.sleep(0)
    with pytest.raises(OverloadedError):
        await compute.sweep(DEAR, LATE, AnswerNotes(), thread_of)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert await compute.sweep(DEAR, LATE, AnswerNotes(), thread_of)


async def test_cancelling_stops_the_sweep(compute: Compute) -> None:
    begun, ended = threading.Event(), threading.Event()

    def sweep(stop: Stop) -> None:
        begun.set()
        try:
            spin_until_stopped(stop)
        finally:
            ended.set()

    task = asyncio.ensure_future(compute.sweep(DEAR, LATE, AnswerNotes(), sweep))
    assert await asyncio.to_thread(begun.wait, WAIT_SECONDS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(ended.wait, WAIT_SECONDS)


async def test_sweep_that_could_not_end_in_time_is_refused(compute: Compute) -> None:
    with pytest.raises(LimitError, match="5 s"):
        await compute.sweep(50_001, LATE, AnswerNotes(), spin_until_stopped)


def spin(seconds: float) -> None:
    begin = time.thread_time()
    while time.thread_time() - begin < seconds:
        pass


async def test_cpu_time_is_noted_wherever_it_was_spent(compute: Compute) -> None:
    for cost in (CHEAP, DEAR):
        notes = AnswerNotes()
        await compute.single(cost, LATE, notes, spin, 0.05)
        assert notes.spent_seconds > 0
        notes = AnswerNotes()
        await compute.sweep(cost, LATE, notes, lambda _stop: spin(0.05))
        assert notes.spent_seconds > 0


async def test_killed_computation_is_noted_up_to_its_price(compute: Compute) -> None:
    notes = AnswerNotes()
    with pytest.raises(DeadlineError):
        await compute.single(2_000, in_seconds(0.3), notes, time.sleep, 600)
    assert notes.spent_seconds == pytest.approx(0.2)
