"""Work that ends when its client hangs up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from primeql.server.eager_start import EagerTask

T = TypeVar("T")

# Most answers are there before this; only slower ones are worth watching their client for.
PATIENCE_SECONDS = 0.02


class _Watch:
    """Cancels a task when the client of a request hangs up."""

    __slots__ = ("_request", "_task", "_watching", "is_over")

    def __init__(self, request: Request, task: "asyncio.Task[Any]") -> None:
        self._request = request
        self._task = task
        self._watching: asyncio.Task[None] | None = None
        self.is_over = False

    def begin(self) -> None:
        """Watch the client."""
        self._watching = asyncio.ensure_future(self._await_hang_up())

    async def _await_hang_up(self) -> None:
        """Cancel the task when the client has hung up."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.is_over = True
        self._task.cancel()

    def end(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            # It knows this watch in turn.
            self._watching = None


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns; cancel it if the client hangs up first.

    The body of ``request`` must have been read. Work that does not wait costs nothing, work that
    ends soon a timer instead of a task.

    Raises:
        ClientDisconnect: The client hung up.
    """
    begun = EagerTask(work)
    return begun.result if begun.is_over else await _unless_gone(request, begun)


async def _unless_gone(request: Request, work: EagerTask[T]) -> T:
    """Return what ``work`` comes to; see ``unless_gone``."""
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(request, task)
    timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        # Others may have cancelled the task as well: then it ends as they want it.
        if watch.is_over and task.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        timer.cancel()
        watch.end()
