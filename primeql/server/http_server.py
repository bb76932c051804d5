"""The HTTP server: uvicorn's, which gives up clients that do not take their answers."""

import asyncio
import socket
from typing import Final

import uvicorn

from primeql.server.connections import STATE_KEY, Connections

# uvicorn's ticks are 0.1 s apart: a client is given up 30 to 60 s after it stopped reading.
SWEEP_TICKS: Final = 300
# So long before uvicorn would cancel what is under way, and call that an error.
ABORT_SECONDS: Final = 1.0


class HttpServer(uvicorn.Server):
    """Serves until told to stop, and ends in time and without errors, whoever does not read."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._connections = Connections(self.server_state.connections)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start; requests find the connections in their state."""
        self.lifespan.state[STATE_KEY] = self._connections
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Return whether to stop."""
        if counter % SWEEP_TICKS == 0:
            self._connections.sweep()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what was accepted, as far as its clients take it."""
        seconds = self.config.timeout_graceful_shutdown
        if seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(max(0, seconds - ABORT_SECONDS), self._connections.hang_up_all)
        await super().shutdown(sockets)
