"""Cancels work when its client disconnects."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from primeql.server.eager_start import EagerTask

T = TypeVar("T")

# Most answers are ready before this. Only for slower ones is the client watched.
PATIENCE_SECONDS = 0.02


class _Watch:
    """Cancels a task when the client of a request disconnects."""

    __slots__ = ("_request", "_task", "_watching", "is_over")

    def __init__(self, request: Request, task: "asyncio.Task[Any]") -> None:
        self._request = request
        self._task = task
        self._watching: asyncio.Task[None] | None = None
        self.is_over = False

    def begin(self) -> None:
        """Start watching the client."""
        self._watching = asyncio.ensure_future(self._await_hang_up())

    async def _await_hang_up(self) -> None:
        """Wait until the client disconnects, then cancel the task."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass
        self.is_over = True
        self._task.cancel()

    def end(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            # Break the reference cycle.
            self._watching = None


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return the result of ``work``; cancel it if the client disconnects first.

    The body of ``request`` must have been read. Watching costs nothing for work that never waits,
    and a timer instead of a task for work that ends soon.

    Raises:
        ClientDisconnect: The client disconnected.
    """
    begun = EagerTask(work)
    return begun.result if begun.is_over else await _unless_gone(request, begun)


async def _unless_gone(request: Request, work: EagerTask[T]) -> T:
    """Return the result of ``work``; see ``unless_gone``."""
    task = asyncio.current_task()
    assert task is not None
    watch = _Watch(request, task)
    timer = asyncio.get_running_loop().call_later(PATIENCE_SECONDS, watch.begin)
    try:
        return await work
    except asyncio.CancelledError:
        # If others have cancelled the task too, the cancellation must go on.
        if watch.is_over and task.uncancel() == 0:
            raise ClientDisconnect from None
        raise
    finally:
        timer.cancel()
        watch.end()
