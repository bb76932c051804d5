"""The one door to computing: at once on the loop, in a thread, or in a process that can be killed.

A question predicted to be cheap is answered where it stands. numpy sweeps go to threads: they free
the interpreter and look at a stop flag. FLINT and GMP hold the interpreter for a whole call and can
only be stopped by ending their process, so theirs is a pool of worker processes.
"""

import asyncio
import ctypes
import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import anyio
import anyio.to_thread
import pebble

from engine.errors import DeadlineError, InvariantError
from engine.stop import Stop
from resolvers.answer_notes import AnswerNotes
from resolvers.errors import LimitError, OverloadedError
from resolvers.limits import SECONDS_PER_POINT, Limits

T = TypeVar("T")

# What a question that only a kill can stop is charged at most: 1.5 s. It is killed at twice that.
TASK_POINTS = 15_000.0
# Predicted points up to which a question is answered on the event loop: 2 ms, as much as one
# request may compute there before others have their turn.
LOOP_POINTS = 20.0
# Predicted points above which a question goes to the slow workers, which give way to the quick
# ones: 0.1 s, the longest that a moderate question should wait for another.
QUICK_POINTS = 1_000.0
SLOW_NICENESS = 10
# From Linux's prctl.h: the signal to get when the parent process ends.
PR_SET_PDEATHSIG = 1
# Modules every worker imports before its first task, so that no caller waits for them.
PRELOADED_MODULES = (
    "resolvers.compute",
    "engine.factoring",
    "engine.neighbours",
    "engine.primality",
)


def _pool(workers: int, niceness: int) -> pebble.ProcessPool:
    """Return a pool whose processes give way to others by ``niceness``."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED_MODULES))
    return pebble.ProcessPool(
        max_workers=workers,
        max_tasks=1_000,
        context=context,
        initializer=_begin_worker,
        initargs=(niceness,),
    )


def _begin_worker(niceness: int) -> None:
    """Make a worker process give way, and die of SIGTERM at once.

    The pool's own handler, in Python, waits for FLINT or GMP to return.
    """
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    # Nor does it outlive the service, should that be killed without a chance to end its workers.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(niceness)


async def _on_loop(
    notes: AnswerNotes, deadline: float, function: Callable[..., T], *arguments: Any
) -> T:
    """Return ``function(*arguments)``, computed here when it is this request's turn."""
    await notes.turn()
    if time.monotonic() >= deadline:
        raise DeadlineError("the time allowed ran out before this field was begun")
    before = notes.spent_seconds
    try:
        return _noted(notes, function, *arguments)
    finally:
        notes.slice_seconds += notes.spent_seconds - before


def _timed(function: Callable[..., T], *arguments: Any) -> tuple[T, float]:
    """Return ``function(*arguments)`` and the CPU seconds it took in this thread."""
    begin = time.thread_time()
    answer = function(*arguments)
    return answer, time.thread_time() - begin


class _Watch:
    """Times a computation in a thread, also one that is abandoned before it ends."""

    def __init__(self) -> None:
        self._begun: float | None = None
        self._taken: float | None = None

    def run(self, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``."""
        self._begun = time.monotonic()
        begin = time.thread_time()
        try:
            return function(*arguments)
        finally:
            self._taken = time.thread_time() - begin

    def seconds(self) -> float:
        """Return the CPU time taken; of a computation under way, the time since it began."""
        if self._taken is not None:
            return self._taken
        return 0.0 if self._begun is None else time.monotonic() - self._begun


def _noted(notes: AnswerNotes, function: Callable[..., T], *arguments: Any) -> T:
    """Return ``function(*arguments)`` and add the CPU time it took, failing or not, to notes."""
    begin = time.thread_time()
    try:
        return function(*arguments)
    finally:
        notes.spent_seconds += time.thread_time() - begin


class Compute:
    """Runs engine functions by predicted cost, within a deadline.

    There are two pools, so that questions of seconds can not keep all workers from those of
    milliseconds.

    Args:
        workers: Processes of each pool, and threads.
        max_waiting: Tasks that may wait or run at once; one more is refused.
        limits: A numpy sweep predicted to go beyond the deadline is refused before it starts.
    """

    def __init__(self, workers: int, max_waiting: int, limits: Limits) -> None:
        """Prepare the pools; their processes come with ``start``, or the first task."""
        self._quick = _pool(workers, 0)
        self._slow = _pool(workers, SLOW_NICENESS)
        self._threads = anyio.CapacityLimiter(workers)
        self._workers = workers
        self._waiting = 0
        self._max_waiting = max_waiting
        self._limits = limits

    async def start(self) -> None:
        """Start every worker process and return when each has answered."""
        pools = (self._quick, self._slow)
        futures = [
            pool.schedule(time.sleep, args=(0.01,)) for pool in pools for _ in range(self._workers)
        ]
        await asyncio.gather(*map(asyncio.wrap_future, futures))

    def close(self) -> None:
        """End the worker processes at once; what they were computing is lost."""
        for pool in (self._quick, self._slow):
            pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
        for pool in (self._quick, self._slow):
            pool.join()

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
            LimitError: ``cost`` is more than the deadline has room for.
            DeadlineError: The deadline passed first.
            OverloadedError: Too many tasks are waiting.
        """
        stop = Stop(deadline)
        if cost <= LOOP_POINTS:
            return await _on_loop(notes, deadline, function, *arguments, stop)
        self._check_time(cost)
        watch = _Watch()
        with self._place():
            try:
                async with asyncio.timeout(deadline - time.monotonic()):
                    return await anyio.to_thread.run_sync(
                        partial(watch.run, function, *arguments, stop),
                        limiter=self._threads,
                        abandon_on_cancel=True,
                    )
            except TimeoutError:
                raise DeadlineError("the time allowed ran out before the answer") from None
            finally:
                stop.set()
                spent = watch.seconds()
                notes.spent_seconds += spent
                notes.unused_points += max(0.0, cost - spent / SECONDS_PER_POINT)

    async def single(
        self,
        cost: float,
        deadline: float,
        notes: AnswerNotes,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return ``function(*arguments)``, a computation that nothing but a kill can stop.

        The CPU time it takes is added to ``notes``; of one that is killed, the time since it was
        asked for, but not more than ``cost``, since part of it may have been spent waiting.
        Arguments and result cross a process boundary, so they must be picklable.

        Raises:
            DeadlineError: The deadline passed first; the worker was killed.
            InvariantError: The worker died of its own accord.
            OverloadedError: Too many tasks are waiting.
        """
        if cost <= LOOP_POINTS:
            return await _on_loop(notes, deadline, function, *arguments)
        begun = time.monotonic()
        remaining = min(deadline - begun, 2 * TASK_POINTS * SECONDS_PER_POINT)
        if remaining <= 0:
            raise DeadlineError("the time allowed ran out before this field was begun")
        with self._place():
            future: Future[tuple[T, float]]
            pool = self._quick if cost <= QUICK_POINTS else self._slow
            future = pool.schedule(_timed, args=(function, *arguments))
            spent = cost * SECONDS_PER_POINT
            try:
                async with asyncio.timeout(remaining):
                    answer, spent = await asyncio.wrap_future(future)
            except TimeoutError:
                raise DeadlineError("the time allowed ran out before the answer") from None
            except pebble.ProcessExpired as error:
                raise InvariantError("a worker process died") from error
            finally:
                spent = min(spent, time.monotonic() - begun)
                notes.spent_seconds += spent
                unused = min(cost, TASK_POINTS) - spent / SECONDS_PER_POINT
                notes.unused_points += max(0.0, unused)
            return answer

    def _check_time(self, cost: float) -> None:
        """Refuse a sweep that could not end in time."""
        seconds = cost * SECONDS_PER_POINT
        if seconds > self._limits.deadline_seconds:
            raise LimitError(
                f"this is predicted to take {seconds:,.0f} s; an answer may take"
                f" {self._limits.deadline_seconds:g} s"
            )

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Hold one of the bounded number of places for waiting and running tasks."""
        if self._waiting >= self._max_waiting:
            raise OverloadedError(
                f"{self._waiting} computations are waiting already; try again in a moment"
            )
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
