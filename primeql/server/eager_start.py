"""Starts a coroutine eagerly, so that one that never waits needs no task and no timer."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class EagerTask(Generic[T]):
    """A coroutine that has run to its first wait, or to its end. ``await`` continues it.

    Most requests never wait. For them a timer, a task or another coroutine would cost more than the
    work.

    Attributes:
        is_over: Whether the coroutine has ended.
        result: Its result, if it has ended.

    Raises:
        BaseException: An exception of the coroutine before it first waits.
    """

    __slots__ = ("_waits_for", "_work", "is_over", "result")

    result: T

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        """Run ``work`` to its first wait."""
        self._work = work
        self.is_over = False
        try:
            self._waits_for = work.send(None)
        except StopIteration as end:
            self.result = end.value
            self.is_over = True

    def __await__(self) -> Generator[Any, Any, T]:
        """Continue the coroutine; return its result."""
        if self.is_over:
            return self.result
        waits_for, work = self._waits_for, self._work
        del self._waits_for
        step: Callable[[Any], Any]
        # This loop does what ``yield from`` does, which cannot start after the first yield.
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:
                step, given = work.throw, error
            else:
                step, given = work.send, sent
            finally:
                # A gathering future refers to the exception, and the exception to this frame.
                del waits_for
            try:
                waits_for = step(given)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                # Break the reference cycle of exception and frame, which delays its collection.
                del step, given
