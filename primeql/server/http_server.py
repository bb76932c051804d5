"""The HTTP server: uvicorn's server, which also closes connections of clients that do not read."""

import asyncio
import socket
from typing import Final

import uvicorn

from primeql.server.connections import STATE_KEY, Connections

# uvicorn ticks every 0.1 s. A connection is closed 30 to 60 s after its client stopped reading.
SWEEP_TICKS: Final = 300
# How long before the end of the shutdown connections are closed. At the end uvicorn would cancel
# running requests, and log that as an error.
ABORT_SECONDS: Final = 1.0


class HttpServer(uvicorn.Server):
    """Serves until it is stopped. Clients that do not read cannot delay the shutdown."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._connections = Connections(self.server_state.connections)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and make the connections available in the state of each request."""
        self.lifespan.state[STATE_KEY] = self._connections
        await super().startup(sockets)

    async def on_tick(self, counter: int) -> bool:
        """Close stalled connections now and then; return whether to stop."""
        if counter % SWEEP_TICKS == 0:
            self._connections.sweep()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish the accepted requests; close connections whose clients do not read."""
        seconds = self.config.timeout_graceful_shutdown
        if seconds is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(max(0, seconds - ABORT_SECONDS), self._connections.hang_up_all)
        await super().shutdown(sockets)
