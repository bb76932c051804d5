"""A process that computes one task at a time, and can be killed at any moment.

FLINT and GMP hold the interpreter for a whole call, so only a process of their own can be stopped.
Each has a socket pair to itself: whatever becomes of one, no other is touched, and its death is
known at once by the end of the stream.
"""

import asyncio
import atexit
import ctypes
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerProcess
from typing import Any, Self, cast

from engine.errors import CapacityError, EngineError, InvariantError, WorkLimitError
from resolvers.running.task_timer import Meter

# Modules that every worker has before its first task, so that no caller waits for them.
PRELOADED_MODULES = (
    "resolvers.running.worker_process",
    "engine.factoring.factoring",
    "engine.primality.neighbours",
    "engine.primality.primality",
)
# Data that one worker may have, 45 MB at its start: enough for the largest pages of integers.
WORKER_BYTES = 512 << 20
# A worker is replaced after this many tasks, which bounds what the libraries may leak.
TASKS_OF_A_WORKER = 1_000
# From Linux's prctl.h: the signal to get when the parent process ends.
_PR_SET_PDEATHSIG = 1
_LENGTH_BYTES = 8
_GREETING_SECONDS = 10.0
# How long a process may take to answer for the first time, on a machine that does much else.
_START_SECONDS = 60.0
# How long a process that has closed its socket may take to end.
_EXIT_SECONDS = 5.0
# What the standard library tells of a process whose forkserver has ended, too.
_UNKNOWN_EXIT_CODE = 255
# A terminal or a supervisor may send these to every process; the service alone decides.
_SIGNALS_OF_OTHERS = (signal.SIGTERM, signal.SIGINT)


class WorkerDiedError(InvariantError):
    """A worker process was killed during a task, or before it."""


class WorkerFailedError(InvariantError):
    """The task raised what nobody foresaw; the process wrote it to standard error and ended."""


class WorkerProcess(asyncio.Protocol):
    """One process, from its start to its end.

    Args:
        process: Has been started, and computes what comes through the socket.
        on_end: Told when it ends without having been killed from here.
    """

    def __init__(
        self, process: ForkServerProcess, on_end: Callable[["WorkerProcess"], None]
    ) -> None:
        """Wait for the connection."""
        self._process = process
        # The interpreter's own farewell is SIGTERM, which workers do not heed, and then it waits.
        atexit.register(process.kill)
        self._on_end = on_end
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Any] | None = None
        self._received = bytearray()
        self._tasks_left = TASKS_OF_A_WORKER

    @classmethod
    async def started(cls, niceness: int, on_end: Callable[["WorkerProcess"], None]) -> Self:
        """Return a new worker, which gives way to other processes by ``niceness``.

        Cost: about 5 ms in another thread; 0.2 s for the first, with the server that forks them.
        """
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            process = await asyncio.to_thread(_started_process, theirs, niceness)
            loop = asyncio.get_running_loop()
            _, worker = await loop.create_connection(lambda: cls(process, on_end), sock=ours)
        except (asyncio.CancelledError, OSError, EOFError):
            ours.close()
            raise
        await worker._greet()
        return worker

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid

    @property
    def has_worked(self) -> bool:
        """Whether it has ever had a task."""
        return self._tasks_left < TASKS_OF_A_WORKER

    @property
    def is_fit(self) -> bool:
        """Whether it can take one more task."""
        return self._transport is not None and self._tasks_left > 0

    async def _greet(self) -> None:
        """Wait until the process has done a first task; kill it if that fails or is cancelled."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self.run(_GREETING_SECONDS, Meter(), abs, 0)
        except (EngineError, TimeoutError):
            self.kill()
            raise
        self._tasks_left = TASKS_OF_A_WORKER

    async def run(
        self, seconds: float, meter: Meter, function: Callable[..., Any], *arguments: Any
    ) -> Any:
        """Return ``function(*arguments)``; die if cancelled.

        Raises:
            WorkLimitError: The process has taken ``seconds`` of CPU time, and is dead.
            EngineError: The function raised it.
            WorkerFailedError: The function raised something else.
            WorkerDiedError: The process was killed by others, or for want of memory.
        """
        if self._transport is None:
            raise WorkerDiedError("a worker process was gone before its task")
        self._tasks_left -= 1
        meter.begin()
        answer = self._answer = asyncio.get_running_loop().create_future()
        try:
            self._transport.write(pickle.dumps((seconds, function, arguments)))
            result, error, taken = await answer
        except WorkerDiedError:
            await self._raise_by_exit_code(seconds, meter)
            raise
        except asyncio.CancelledError:
            self.kill()
            raise
        finally:
            self._answer = None
        meter.end(taken)
        if error is not None:
            raise error
        return result

    async def _raise_by_exit_code(self, seconds: float, meter: Meter) -> None:
        """Raise the error that the exit code stands for, unless something else killed it."""
        await asyncio.to_thread(self._process.join, _EXIT_SECONDS)
        code = self._process.exitcode
        if code == -signal.SIGPROF:  # that of its timer
            meter.end(seconds)
            raise WorkLimitError(
                f"this took more than {seconds:.2g} s of computing, far beyond its price, and was"
                " stopped; ask for a smaller integer, or a narrower interval"
            ) from None
        if code is not None and 0 <= code < _UNKNOWN_EXIT_CODE:
            raise WorkerFailedError("a task raised an error that nobody foresaw") from None

    def kill(self) -> None:
        """End the process at once."""
        if self._process.is_alive():
            self._process.kill()
        atexit.unregister(self._process.kill)
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take tasks from now on."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's do not inherit

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._received += data
        length = int.from_bytes(self._received[:_LENGTH_BYTES], "big")
        if len(self._received) < _LENGTH_BYTES + max(length, 1):
            return
        received, self._received = self._received, bytearray()
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(pickle.loads(memoryview(received)[_LENGTH_BYTES:]))

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail the task under way, and report an end that was not asked for.

        The process may still write its last words: whoever is told kills it.
        """
        if self._transport is None:
            return
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WorkerDiedError("a worker process died"))
        self._on_end(self)


def _started_process(stream: socket.socket, niceness: int) -> ForkServerProcess:
    """Return a process that computes what comes through ``stream``, which is closed here."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED_MODULES))
    # It unblocks these signals where it is started, so that must not be below.
    resource_tracker.ensure_running()
    # What is blocked here stays so in the server that forks, and in all that it forks.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS_OF_OTHERS)
    try:
        process = context.Process(target=_serve, args=(stream, niceness), daemon=True)
        process.start()
    finally:
        stream.close()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return process


def _serve(stream: socket.socket, niceness: int) -> None:
    """Compute what comes in until the stream ends: all that a worker process does."""
    # It does not outlive the service, should that be killed without a chance to end its workers:
    # the server of forks ends with its last client, which the service alone shall be, not this
    # process, and then the system kills this one, whatever it is computing.
    os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]  # unlisted
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() in (1, getattr(multiprocessing.parent_process(), "pid", 1)):
        return  # the server of forks died before that
    os.nice(niceness)
    resource.setrlimit(resource.RLIMIT_DATA, (WORKER_BYTES, WORKER_BYTES))
    with stream, stream.makefile("rb") as tasks:
        while True:
            try:
                seconds, function, arguments = pickle.load(tasks)
            except (EOFError, ConnectionError):
                return
            # By default its signal ends the process, also one that is deep in FLINT.
            signal.setitimer(signal.ITIMER_PROF, seconds)
            answer = pickle.dumps(_answer(function, arguments), pickle.HIGHEST_PROTOCOL)
            signal.setitimer(signal.ITIMER_PROF, 0)
            stream.sendall(len(answer).to_bytes(_LENGTH_BYTES, "big") + answer)


def _answer(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, EngineError | None, float]:
    """Return what a function returns or deliberately raises, and its CPU seconds."""
    begin = time.thread_time()
    try:
        return function(*arguments), None, time.thread_time() - begin
    except EngineError as error:
        return None, error, time.thread_time() - begin
    except MemoryError:
        refusal = CapacityError("this takes more memory than one computation may have")
        return None, refusal, time.thread_time() - begin
