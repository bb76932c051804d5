"""What one request carries through every resolver."""

from collections.abc import Callable, Coroutine
from typing import Any, NamedTuple, Self, TypeVar

from engine.intervals.prime_ranges import PrimeRanges
from resolvers.limits import Limits
from resolvers.remembering.answer_memory import REMEMBERED_POINTS, AnswerMemory
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.cache_entry import Asked
from resolvers.remembering.single_flight import Flight
from resolvers.running.compute import TASK_POINTS, Compute, at_once
from resolvers.running.request_accounting import AnswerNotes

T = TypeVar("T")


class RequestContext(NamedTuple):
    """The service's shared objects, and this request's identity and deadline.

    ``deadline`` is a moment on ``time.monotonic()``, in seconds.
    """

    ranges: PrimeRanges
    compute: Compute
    limits: Limits
    deadline: float
    request_id: str
    version: str
    notes: AnswerNotes
    memory: AnswerMemory

    async def sweep(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments, stop)`` by this request's deadline."""
        return await self.compute.sweep(cost, self.deadline, self.notes, function, *arguments)

    async def single(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)`` by this request's deadline."""
        return await self.compute.single(cost, self.deadline, self.notes, function, *arguments)

    def recall_sweep(
        self, shape: Shape[T], cost: float, function: Callable[..., T], *arguments: Any
    ) -> Coroutine[Any, Any, T]:
        """Return what ``sweep`` does; what is expensive is computed once, and remembered.

        The arguments alone must tell the answer: a function that needs more has it bound.
        """
        if cost < REMEMBERED_POINTS or shape.is_too_long(*arguments):
            return self.sweep(cost, function, *arguments)

        async def compute(context: RequestContext, _flight: Flight[T]) -> T:
            return await context.sweep(cost, function, *arguments)

        return self.memory.recall(self, Asked(shape, arguments, cost), compute)

    def recall_single(
        self, shape: Shape[T], cost: float, function: Callable[..., T], *arguments: Any
    ) -> Coroutine[Any, Any, T]:
        """Return what ``single`` does; what is expensive is computed once, and remembered."""
        if cost < REMEMBERED_POINTS or shape.is_too_long(*arguments):
            return self.single(cost, function, *arguments)

        async def compute(context: RequestContext, _flight: Flight[T]) -> T:
            return await context.single(cost, function, *arguments)

        charge = min(cost, TASK_POINTS)
        return self.memory.recall(self, Asked(shape, arguments, charge), compute)

    def share_turns(self, notes: AnswerNotes) -> None:
        """Let what is computed on behalf of several have this one's turns, if they come sooner."""
        self.compute.share_turns(notes, self.notes.owner)

    def on_behalf(self, notes: AnswerNotes, deadline: float) -> Self:
        """Return the context of one who asks the same for others too."""
        return self._replace(notes=notes, deadline=deadline)

    def at_once(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)`` here and now; only for what ``notes`` gives a turn."""
        return at_once(self.notes, cost, self.deadline, function, *arguments)
