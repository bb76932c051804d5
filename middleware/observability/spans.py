"""What traces are told of an operation; nothing, and for nothing, if nobody traces."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from middleware.observability.request_record import DocumentFacts


class Spans(Protocol):
    """Makes the spans of operations."""

    def operation(self, facts: DocumentFacts, points: int) -> AbstractContextManager[None]:
        """Return the span of an operation that runs inside of it."""
        ...


class NoSpans:
    """Makes none. Cost: 0.2 us an operation."""

    def __init__(self) -> None:
        self._nothing = nullcontext()

    def operation(self, _facts: DocumentFacts, _points: int) -> AbstractContextManager[None]:
        """Return a context that does nothing."""
        return self._nothing
