"""Askers of a memory, without an engine or a service, whose computations are counted."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

from resolvers.remembering.answer_memory import SHARED_POINTS, AnswerMemory
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.cache_entry import Asked
from resolvers.remembering.shared_answers import AnswerStore, SharedAnswers
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.single_flight import Flight
from resolvers.running.request_accounting import AnswerNotes
from tests.waiting import WAIT_SECONDS

T = TypeVar("T")

NUMBER: Shape[int] = Shape("number", int)
PROBE_SECONDS = 0.05


@dataclass(frozen=True)
class Someone:
    """An asker who computes at once."""

    deadline: float = field(default_factory=lambda: time.monotonic() + WAIT_SECONDS)
    notes: AnswerNotes = field(default_factory=AnswerNotes)

    def share_turns(self, notes: AnswerNotes) -> None:
        """Have no turns to share."""

    def on_behalf(self, notes: AnswerNotes, deadline: float) -> Self:
        """Return one with other notes and another deadline."""
        return replace(self, notes=notes, deadline=deadline)

    async def single(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``."""
        return function(*arguments)


def impatient(seconds: float) -> Someone:
    """Return an asker who waits for so long."""
    return Someone(time.monotonic() + seconds)


class Computation:
    """A computation that ends when it is told to; counts how often it began and was cancelled."""

    def __init__(self, answer: Any = 7, is_slow: bool = False) -> None:
        """Begin nothing; a slow one ends when ``may_end`` is set."""
        self.begun = 0
        self.cancelled = 0
        self.may_end = asyncio.Event()
        self.error: Exception | None = None
        self._answer = answer
        if not is_slow:
            self.may_end.set()

    async def __call__(self, asker: Someone, flight: Flight[Any]) -> Any:
        """Return the answer, or raise ``error``."""
        self.begun += 1
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.error is not None:
            raise self.error
        # So that it is worth remembering.
        asker.notes.spent_seconds += 0.01
        asker.notes.spent_points += 100.0
        return self._answer


def memory_with(
    store: AnswerStore | None = None,
    max_bytes: int = 1 << 20,
    secret: str = "",
    clock: Callable[[], float] = time.time,
) -> AnswerMemory:
    shared = None if store is None else SharedAnswers(store, PROBE_SECONDS)
    seal = AnswerSeal(secret)
    return AnswerMemory(max_bytes, 30, "1.0.0", shared=shared, seal=seal, clock=clock)


def question(*arguments: Any, shape: Shape[Any] = NUMBER) -> Asked[Any]:
    return Asked(shape, arguments, SHARED_POINTS)


def ask(
    memory: AnswerMemory,
    computation: Computation,
    *arguments: Any,
    asker: Someone | None = None,
    shape: Shape[Any] = NUMBER,
) -> "asyncio.Task[Any]":
    """Ask, and return when the question has been begun or joined."""
    asked: Coroutine[Any, Any, Any] = memory.recall(
        asker or Someone(), question(*arguments, shape=shape), computation
    )
    return asyncio.create_task(asked)
