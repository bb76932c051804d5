"""What becomes of computations in threads and processes, told to whoever watches."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.errors import DeadlineError
from resolvers.errors import OverloadedError
from resolvers.running.task_timer import Meter
from resolvers.running.worker_process import WorkerDiedError, WorkerFailedError


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One computation that has left the event loop, and has ended.

    Moments are on ``time.monotonic()``, in seconds.

    Attributes:
        lane: ``quick`` or ``slow`` workers, or ``threads``.
        function: The engine's function, by its name.
        outcome: ``ok``; ``timeout`` at the deadline; ``cancelled`` with its request; ``refused`` by
            a full queue; ``died`` with its worker; ``error`` of the engine.
        points: What it was expected to cost.
        asked: When it was asked for.
        begun: When it began; None if it never did.
        ended: When it ended, or was given up.
        cpu_seconds: What it has taken.
    """

    lane: str
    function: str
    outcome: str
    points: float
    asked: float
    begun: float | None
    ended: float
    cpu_seconds: float

    @property
    def waited_seconds(self) -> float:
        """How long it waited for a thread or a worker."""
        return (self.ended if self.begun is None else self.begun) - self.asked


TaskObserver = Callable[[TaskRecord], None]


def ignore_task(_record: TaskRecord) -> None:
    """Observe nothing."""


@contextmanager
def recorded(
    observe: TaskObserver, lane: str, function: Callable[..., Any], points: float, meter: Meter
) -> Iterator[None]:
    """Tell ``observe`` what became of the computation inside. Cost: 3 us."""
    asked = time.monotonic()
    outcome = "error"
    try:
        yield
        outcome = "ok"
    except DeadlineError:
        outcome = "timeout"
        raise
    except OverloadedError:
        outcome = "refused"
        raise
    except (WorkerDiedError, WorkerFailedError):
        outcome = "died"
        raise
    except asyncio.CancelledError:
        outcome = "cancelled"
        raise
    finally:
        ended = time.monotonic()
        called = function.func if isinstance(function, partial) else function
        name = getattr(called, "__qualname__", type(called).__name__)
        observe(TaskRecord(lane, name, outcome, points, asked, meter.begun, ended, meter.seconds()))
