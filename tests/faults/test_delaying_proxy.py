"""The proxy leaves no connection open, whatever its connections are doing when it ends."""

import asyncio
import gc
import socket
from contextlib import ExitStack
from typing import Any

import pytest

from tests.faults.delaying_proxy import ACCEPTING_TURNS, DelayingProxy

CONNECTIONS = 8


@pytest.mark.parametrize("delay", [0.0, 3_600.0])
@pytest.mark.parametrize("turns", range(ACCEPTING_TURNS + 9))
async def test_proxy_closes_every_connection(
    turns: int, delay: float, recwarn: pytest.WarningsRecorder
) -> None:
    """End it so many turns of the event loop after clients connect: each step is met."""
    loop = asyncio.get_running_loop()
    failures: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: failures.append(context))
    with ExitStack() as sockets:
        behind = sockets.enter_context(socket.create_server(("127.0.0.1", 0)))
        async with DelayingProxy(behind.getsockname()[1]).running() as proxy:
            proxy.delay_seconds = delay
            for _ in range(CONNECTIONS):
                client = socket.create_connection(("127.0.0.1", proxy.port))
                sockets.enter_context(client).sendall(b"x")
            for _ in range(turns):
                await asyncio.sleep(0)
    gc.collect()
    loop.set_exception_handler(None)
    assert failures == []
    assert [str(warning.message) for warning in recwarn] == []
