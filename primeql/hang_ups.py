"""Work that ends when its client hangs up."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

# Most answers are there before this; only slower ones are worth watching their client for.
PATIENCE_SECONDS = 0.02


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """Return what ``work`` returns; cancel it if the client hangs up first.

    The body of ``request`` must have been read.

    Raises:
        ClientDisconnect: The client hung up.
    """
    task = asyncio.ensure_future(work)
    watch: asyncio.Future[None] | None = None
    try:
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not task.done():
            watch = asyncio.ensure_future(_gone(request))
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return await task
    finally:
        for pending in (task, watch):
            if pending is not None and not pending.done():
                pending.cancel()


async def _gone(request: Request) -> None:
    """Return when the client has hung up."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
