"""One computation for all who ask the same at the same time."""

import asyncio
import time
from typing import Any, Generic, TypeVar

from engine.errors import DeadlineError
from resolvers.running.fair_pool import Owner
from resolvers.running.request_accounting import AnswerNotes

T = TypeVar("T")


class _Seat:
    """A request that waits for a flight; one request may wait several times."""

    __slots__ = ("notes",)

    def __init__(self, notes: AnswerNotes) -> None:
        self.notes = notes


class Flight(Generic[T]):
    """A computation under way, and those who wait for it.

    Each leaves at a deadline of his own; when the last one has left, the computation is cancelled.
    The first of those who wait pays for it.

    Args:
        owner: Whose turns the computation takes.
        charge: The points that each of them was charged for the answer.
        deadline: When the computation ends in any case, on ``time.monotonic()``.

    Attributes:
        notes: What is noted of the computation itself.
        partial: What is known of the answer so far, if that is worth something.
        is_computed: Whether it had to be computed, here.
        is_given_up: Whether nobody waited for it any more: it is ending, and must not be joined.
    """

    __slots__ = (
        "_charge",
        "_is_billed",
        "_seats",
        "_task",
        "deadline",
        "is_computed",
        "is_given_up",
        "notes",
        "partial",
    )

    def __init__(self, owner: Owner, charge: float, deadline: float) -> None:
        # An owner of its own, to be found by in the queues.
        self.notes = AnswerNotes(Owner(*owner))
        self.partial: T | None = None
        self.is_computed = False
        self.is_given_up = False
        self.deadline = deadline
        self._charge = charge
        self._is_billed = False
        self._seats: list[_Seat] = []
        self._task: asyncio.Task[T] | None = None

    def begin(self, task: "asyncio.Task[T]") -> None:
        """Take the task that finds the answer."""
        self._task = task

    async def answer(self, deadline: float, notes: AnswerNotes) -> T:
        """Return the answer for one more who waits; what is known of it if that is late.

        Raises:
            DeadlineError: Nothing is known by the deadline.
        """
        assert self._task is not None
        seat = _Seat(notes)
        self._seats.append(seat)
        try:
            await asyncio.wait({self._task}, timeout=deadline - time.monotonic())
            if self._task.done():
                notes.is_repeatable &= self.notes.is_repeatable
                return self._task.result()
            if self.partial is None:
                raise DeadlineError("the time allowed ran out before the answer")
            notes.is_repeatable = False
            return self.partial
        finally:
            await self._leave(seat, self._task)

    async def _leave(self, seat: _Seat, task: "asyncio.Task[Any]") -> None:
        """Remove a waiter that gave up, and settle its cost."""
        is_payer = seat is self._seats[0] and self.is_computed and not self._is_billed
        self._seats.remove(seat)
        if not self._seats:
            # Its error holds the frames that it came through, and those hold this: such a cycle
            # would stay, with a worker that was killed, until the collector looks at old objects.
            self._task = None
        if not self._seats and not task.done():
            self.is_given_up = True
            task.cancel()
            # What it has taken is known when it has ended, a few turns of the event loop later.
            await asyncio.wait({task})
        if not is_payer:
            seat.notes.memory_hits += _has_answer(task)
            seat.notes.unused_points += self._charge
            return
        self._is_billed = task.done()
        spent, self.notes.spent_seconds = self.notes.spent_seconds, 0.0
        points, self.notes.spent_points = self.notes.spent_points, 0.0
        waited, self.notes.queue_seconds = self.notes.queue_seconds, 0.0
        seat.notes.memory_misses += 1
        seat.notes.queue_seconds += waited
        seat.notes.spent_seconds += spent
        seat.notes.unused_points += max(0.0, self._charge - points)


def _has_answer(task: "asyncio.Task[Any]") -> bool:
    """Return whether a task has ended, and well."""
    return task.done() and not task.cancelled() and task.exception() is None
