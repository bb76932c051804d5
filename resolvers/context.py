"""What one request carries through every resolver."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from engine.prime_ranges import PrimeRanges
from resolvers.answer_notes import AnswerNotes
from resolvers.compute import Compute
from resolvers.limits import Limits

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RequestContext:
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

    async def sweep(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments, stop)`` by this request's deadline."""
        return await self.compute.sweep(cost, self.deadline, self.notes, function, *arguments)

    async def single(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)`` by this request's deadline."""
        return await self.compute.single(cost, self.deadline, self.notes, function, *arguments)
