"""Threads for numpy, lent in turns; what is given up there ends at its next look at a flag."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from engine.stop import Stop
from resolvers.running.fair_pool import FairPool, Owner
from resolvers.running.task_timer import Meter

T = TypeVar("T")


class ThreadLane:
    """A fixed number of threads, each with one task at a time.

    Args:
        threads: How many.
        max_waiting: Tasks that may wait for them.
    """

    def __init__(self, threads: int, max_waiting: int) -> None:
        self._count = threads
        self._executor = ThreadPoolExecutor(threads, "sweep")
        self.pool: FairPool[None] = FairPool([None] * threads, max_waiting)

    @property
    def busy(self) -> int:
        """How many threads are computing."""
        return self._count - self.pool.at_hand

    async def run(
        self,
        owner: Owner,
        points: float,
        stop: Stop,
        meter: Meter,
        function: Callable[..., T],
        *arguments: Any,
    ) -> T:
        """Return ``function(*arguments, stop)``, computed when it is owner's turn.

        If this is cancelled, ``stop`` is set, and the thread is lent again when it has seen that.

        Raises:
            OverloadedError: Too many are waiting.
        """
        await self.pool.borrow(owner, points)
        loop = asyncio.get_running_loop()
        task = partial(_metered, meter, function, *arguments, stop)
        running = loop.run_in_executor(self._executor, task)
        running.add_done_callback(self._end)
        try:
            return await asyncio.shield(running)
        finally:
            stop.set()

    def _end(self, running: "asyncio.Future[Any]") -> None:
        """Lend the thread of a task again."""
        self.pool.give_back(None)
        if not running.cancelled():
            # Who was given up does not ask for it, and asyncio would call that an error.
            running.exception()

    async def close(self) -> None:
        """Begin no more tasks."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _metered(meter: Meter, function: Callable[..., T], *arguments: Any) -> T:
    """Return ``function(*arguments)``, measured."""
    meter.begin()
    begin = time.thread_time()
    try:
        return function(*arguments)
    finally:
        meter.end(time.thread_time() - begin)
