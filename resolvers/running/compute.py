"""The one door to computing: at once on the loop, in a thread, or in a process that can be killed.

A question predicted to be cheap is answered where it stands. numpy sweeps go to threads: they free
the interpreter and look at a stop flag. FLINT and GMP hold the interpreter for a whole call and can
only be stopped by ending their process, so theirs are worker processes.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from engine.errors import DeadlineError
from engine.stop import Stop
from resolvers.errors import ComputationLostError, TooLongError
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.running.fair_pool import Owner
from resolvers.running.request_accounting import AnswerNotes
from resolvers.running.task_records import TaskObserver, ignore_task, recorded
from resolvers.running.task_timer import Meter
from resolvers.running.thread_lane import ThreadLane
from resolvers.running.worker_lane import WorkerLane
from resolvers.running.worker_process import WorkerDiedError

T = TypeVar("T")

# What a question that only a kill can stop is charged at most: 1.5 s.
TASK_POINTS = 15_000.0
# It is stopped when it has done ten times the work predicted, but not before it has done that of
# 1 s: FLINT's quadratic sieve takes up to 0.35 s for products that mostly take 3 ms. It is stopped
# at twice the greatest charge in any case, however much of the request's time is left.
_FAR_BEYOND = 10
_LEAST_WORK_POINTS = 10_000.0
MOST_WORK_POINTS = 2 * TASK_POINTS
# A worker may be killed by others, or for want of memory: its task is tried once more.
_ATTEMPTS = 2
# Predicted points up to which a question is answered on the event loop: 2 ms, as much as one
# request may compute there before others have their turn.
LOOP_POINTS = 20.0
# Predicted points above which a question goes to the slow workers, which give way to the quick
# ones: 0.1 s, the longest that a moderate question should wait for another.
QUICK_POINTS = 1_000.0
SLOW_NICENESS = 10


def most_work(cost: float) -> float:
    """Return the points after which a computation predicted at ``cost`` is stopped."""
    return min(MOST_WORK_POINTS, max(_FAR_BEYOND * cost, _LEAST_WORK_POINTS))


async def _on_loop(
    notes: AnswerNotes, cost: float, deadline: float, function: Callable[..., T], *arguments: Any
) -> T:
    """Return ``function(*arguments)``, computed here when it is this request's turn."""
    try:
        await notes.turn()
    except asyncio.CancelledError:
        notes.unused_points += cost
        raise
    return at_once(notes, cost, deadline, function, *arguments)


def at_once(
    notes: AnswerNotes, cost: float, deadline: float, function: Callable[..., T], *arguments: Any
) -> T:
    """Return ``function(*arguments)``, computed here and now; cheap, and in this request's turn.

    It costs what was predicted, unless it was not begun: a measured time would depend on what else
    the machine does.

    What is noted is the time that passes: the thread's own takes a call of the system to tell,
    which is longer than most questions.

    Raises:
        DeadlineError: The deadline has passed already.
    """
    if time.monotonic() >= deadline:
        notes.unused_points += cost
        raise DeadlineError("the time allowed ran out before this field was begun")
    begin = time.perf_counter()
    try:
        return function(*arguments)
    finally:
        spent = time.perf_counter() - begin
        notes.spent_seconds += spent
        notes.spent_points += cost
        notes.slice_seconds += spent


async def _in_time(deadline: float, work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns; cancel it at the deadline.

    Raises:
        DeadlineError: The deadline passed first.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        work.close()
        raise DeadlineError("the time allowed ran out before this field was begun")
    try:
        async with asyncio.timeout(left):
            return await work
    except TimeoutError:
        raise DeadlineError("the time allowed ran out before the answer") from None


class Compute:
    """Runs engine functions by predicted cost, within a deadline.

    There are two lanes of worker processes, so that questions of seconds cannot keep all workers
    from those of milliseconds, and one of threads. In each, clients have turns.

    Args:
        workers: Processes of each lane, and threads.
        max_waiting: Tasks that may wait in each lane; one more is refused.
        limits: A numpy sweep predicted to go beyond the deadline is refused before it starts.
        observe: Told what became of each task in a lane.
        pace: Turns predicted work into seconds of this machine.
    """

    def __init__(
        self,
        workers: int,
        max_waiting: int,
        limits: Limits,
        observe: TaskObserver = ignore_task,
        pace: Pace | None = None,
    ) -> None:
        self.quick = WorkerLane(workers, 0, max_waiting)
        self.slow = WorkerLane(workers, SLOW_NICENESS, max_waiting)
        self.threads = ThreadLane(workers, max_waiting)
        self._workers = workers
        self._limits = limits
        self._observe = observe
        self.pace = pace or Pace()

    async def start(self) -> None:
        """Start every worker process and return when all can take tasks."""
        await asyncio.gather(self.quick.start(), self.slow.start())

    async def close(self) -> None:
        """End the worker processes at once; what they were computing is lost."""
        await asyncio.gather(self.quick.close(), self.slow.close(), self.threads.close())

    def retry_seconds(self, client: str) -> float | None:
        """Return when a client whose tasks would be refused may try again; None if they are not.

        That is when half of what waits has been computed, as far as it was predicted.
        """
        lanes = (self.quick, self.slow, self.threads)
        full = [lane for lane in lanes if lane.pool.refuses(client)]
        if not full:
            return None
        points = max(lane.pool.waiting_points for lane in full)
        return self.pace.seconds(points) / 2 / self._workers

    @property
    def is_idle(self) -> bool:
        """Whether nothing is computed in any lane, or waits for it."""
        lanes = (self.quick, self.slow, self.threads)
        return not any(lane.busy or lane.pool.waiting for lane in lanes)

    def share_turns(self, notes: AnswerNotes, owner: Owner) -> None:
        """Let tasks have the turns of another owner too who waits for them, if those come sooner.

        They come sooner to the client that has less waiting.
        """
        pools = (self.quick.pool, self.slow.pool, self.threads.pool)

        def waiting(client: str) -> int:
            return sum(pool.waiting_for(client) for pool in pools)

        if waiting(owner.client) >= waiting(notes.owner.client):
            return
        theirs = Owner(*owner)
        for pool in pools:
            pool.hand_over(notes.owner, theirs)
        notes.owner = theirs

    async def sweep(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return ``function(*arguments, stop)``, a numpy computation that looks at ``stop``.

        The CPU time it takes is added to ``notes``.

        Raises:
            TooLongError: ``cost`` is more than the deadline has room for.
            DeadlineError: The deadline passed first.
            OverloadedError: Too many tasks are waiting.
        """
        stop = Stop(deadline)
        if cost <= LOOP_POINTS:
            return await _on_loop(notes, cost, deadline, function, *arguments, stop)
        self._check_time(cost)
        meter = Meter()
        work = self.threads.run(notes.owner, cost, stop, meter, function, *arguments)
        asked = time.monotonic()
        try:
            with recorded(self._observe, "threads", function, cost, meter):
                return await _in_time(deadline, work)
        finally:
            notes.queue_seconds += meter.waited(asked)
            self._settle(notes, cost, meter.seconds())

    async def single(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return ``function(*arguments)``, a computation that nothing but a kill can stop.

        The CPU time it takes is added to ``notes``; of one that is killed, the time since it began,
        but not more than ``cost``, since it may have given way to others.
        Arguments and result cross a process boundary, so they must be picklable.

        Raises:
            DeadlineError: The deadline passed first; the worker was killed.
            WorkLimitError: It took far more work than ``cost``; the worker was killed.
            ComputationLostError: Two workers ended during the computation, killed by others or by
                what they computed.
            WorkerFailedError: The function raised what nobody foresaw.
            OverloadedError: Too many tasks are waiting.
        """
        if cost <= LOOP_POINTS:
            return await _on_loop(notes, cost, deadline, function, *arguments)
        for _ in range(_ATTEMPTS):
            with suppress(WorkerDiedError):
                return await self._in_worker(cost, deadline, notes, function, *arguments)
        notes.unused_points += min(cost, TASK_POINTS)
        raise ComputationLostError(
            "the process that computed this answer ended, twice; send the request again"
        )

    async def _in_worker(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return ``function(*arguments)``, computed once in a worker; see ``single``."""
        name, lane = ("quick", self.quick) if cost <= QUICK_POINTS else ("slow", self.slow)
        meter = Meter()
        seconds = self.pace.seconds(most_work(cost))
        work = lane.run(notes.owner, cost, seconds, meter, function, *arguments)
        asked = time.monotonic()
        is_paid = True
        try:
            with recorded(self._observe, name, function, cost, meter):
                return await _in_time(deadline, work)
        except WorkerDiedError:
            # What a lost attempt has taken is not the client's to pay.
            is_paid = False
            raise
        finally:
            notes.queue_seconds += meter.waited(asked)
            if is_paid:
                spent = meter.seconds(most=self.pace.seconds(cost))
                self._settle(notes, min(cost, TASK_POINTS), spent)

    def _settle(self, notes: AnswerNotes, charge: float, spent_seconds: float) -> None:
        """Note what a task has taken, and what it leaves unused of its charge."""
        points = self.pace.points(spent_seconds)
        notes.spent_seconds += spent_seconds
        notes.spent_points += points
        notes.unused_points += max(0.0, charge - points)

    def _check_time(self, cost: float) -> None:
        """Refuse a sweep that could not end in time."""
        seconds = self.pace.seconds(cost)
        if seconds > self._limits.deadline_seconds:
            raise TooLongError(
                f"this is predicted to take {seconds:,.1f} s; an answer may take"
                f" {self._limits.deadline_seconds:g} s"
            )
