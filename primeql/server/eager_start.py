"""Coroutines that seldom wait: what guards a wait is only set up once there is one."""

from collections.abc import Callable, Coroutine, Generator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class EagerTask(Generic[T]):
    """A coroutine that has run up to its end, or to where it first waits; awaited, it goes on.

    A timer, a task or a second coroutine around work that does not wait takes longer than most of
    that work.

    Attributes:
        is_over: Whether it has ended.
        result: What it has returned, if so.

    Raises:
        BaseException: Whatever the coroutine raises before it first waits.
    """

    __slots__ = ("_waits_for", "_work", "is_over", "result")

    result: T

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        """Run ``work`` up to where it first waits."""
        self._work = work
        self.is_over = False
        try:
            self._waits_for = work.send(None)
        except StopIteration as end:
            self.result = end.value
            self.is_over = True

    def __await__(self) -> Generator[Any, Any, T]:
        """Return the result, once it is there."""
        if self.is_over:
            return self.result
        waits_for, work = self._waits_for, self._work
        del self._waits_for
        step: Callable[[Any], Any]
        # As ``yield from`` does, which cannot take over from what has been yielded already.
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:
                step, given = work.throw, error
            else:
                step, given = work.send, sent
            finally:
                # A future that several are gathered in holds the exception, which knows this.
                del waits_for
            try:
                waits_for = step(given)
            except StopIteration as end:
                result: T = end.value
                return result
            finally:
                # What an exception passes through knows it: they would wait for the collector.
                del step, given
