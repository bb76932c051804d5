"""Worker processes of one priority: lent in turns, and replaced when they end."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from engine.errors import EngineError
from resolvers.running.fair_pool import FairPool, Owner
from resolvers.running.task_timer import Meter
from resolvers.running.worker_process import WorkerProcess

logger = logging.getLogger("primeql.workers")

# When no process can be started, as when the system has none left, it is tried again this often.
RETRY_SECONDS = 1.0


class WorkerLane:
    """A fixed number of worker processes, each with one task at a time.

    Args:
        workers: How many.
        niceness: How far they give way to other processes.
        max_waiting: Tasks that may wait for them.
    """

    def __init__(self, workers: int, niceness: int, max_waiting: int) -> None:
        self._count = workers
        self._niceness = niceness
        self._alive: set[WorkerProcess] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self.pool: FairPool[WorkerProcess] = FairPool((), max_waiting)

    @property
    def busy(self) -> int:
        """How many workers are computing."""
        return len(self._alive) - self.pool.at_hand

    @property
    def pids(self) -> set[int]:
        """The numbers of the processes that are alive."""
        return {worker.pid for worker in self._alive if worker.pid is not None}

    async def start(self) -> None:
        """Start all workers; return when they can take tasks."""
        missing = self._count - len(self._alive) - len(self._starting)
        for _ in range(missing):
            self._replace()
        await asyncio.gather(*self._starting)

    async def run(
        self,
        owner: Owner,
        points: float,
        seconds: float,
        meter: Meter,
        function: Callable[..., Any],
        *arguments: Any,
    ) -> Any:
        """Return ``function(*arguments)``, computed when it is owner's turn.

        A worker is killed if this is cancelled, or when it has taken ``seconds`` of CPU time.

        Raises:
            DeadlineError: It has.
            OverloadedError: Too many are waiting.
            WorkerDiedError: Its worker died.
        """
        if not self._alive and not self._starting:
            await self.start()
        worker = await self.pool.borrow(owner, points)
        while not worker.is_fit:  # it died between two turns of the event loop
            self._give_back(worker)
            worker = await self.pool.borrow(owner, points)
        try:
            return await worker.run(seconds, meter, function, *arguments)
        finally:
            self._give_back(worker)

    async def close(self) -> None:
        """End all workers at once, those too that are being started."""
        self._is_closed = True
        for worker in self._alive:
            worker.kill()
        await asyncio.gather(*self._starting)

    def _give_back(self, worker: WorkerProcess) -> None:
        """Lend a worker to the next, or replace it."""
        if worker.is_fit:
            self.pool.give_back(worker)
        elif worker in self._alive:
            self._alive.remove(worker)
            worker.kill()
            self._replace()

    def _ended(self, worker: WorkerProcess) -> None:
        """Replace a worker that has ended; one with a task is replaced when that is given up."""
        if self._is_closed:
            return
        logger.warning("worker process %s died", worker.pid)
        if self.pool.withdraw(worker):
            self._alive.remove(worker)
            worker.kill()
            # Where workers die as soon as they are started, to start more helps nobody.
            self._replace(0.0 if worker.has_worked else RETRY_SECONDS)

    def _replace(self, delay: float = 0.0) -> None:
        """Begin to start one worker."""
        if self._is_closed:
            return
        task = asyncio.ensure_future(self._start_one(delay))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _start_one(self, delay: float) -> None:
        """Start one worker after ``delay`` seconds, and lend it to whose turn it is."""
        await asyncio.sleep(delay)
        worker: WorkerProcess | None = None
        while worker is None and not self._is_closed:
            try:
                worker = await WorkerProcess.started(self._niceness, self._ended)
            except (OSError, EOFError, EngineError) as error:  # a TimeoutError is an OSError
                logger.error("no worker process can be started: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
        if worker is not None and self._is_closed:
            worker.kill()
        elif worker is not None:
            self._alive.add(worker)
            self.pool.give_back(worker)
