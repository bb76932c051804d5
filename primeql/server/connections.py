"""Finds connections whose clients do not read their answers, and closes them."""

import asyncio
import fcntl
import logging
import termios
from array import array
from collections.abc import Collection
from typing import Any, Final

from starlette.types import Scope

logger = logging.getLogger("primeql.server.connections")

# The key of the connections in the ``state`` of a request.
STATE_KEY: Final = "connections"


class Connections:
    """The connections of a server.

    Args:
        protocols: The open connections; uvicorn maintains the collection.
    """

    def __init__(self, protocols: Collection[Any]) -> None:
        self._protocols = protocols
        self._closing: dict[Any, int] = {}

    def hang_up(self, scope: Scope) -> bool:
        """Close the connection of a request, even with unsent data; False if it was closed."""
        protocols = self._of(scope)
        for protocol in protocols:
            protocol.transport.abort()
        return bool(protocols)

    async def taken(self, scope: Scope, patience_seconds: float) -> None:
        """Wait until the client of a request has read its answer, or has disconnected.

        Raises:
            TimeoutError: The client read nothing for too long.
        """
        for protocol in self._of(scope):
            left = _bytes_left(protocol)
            while True:
                try:
                    async with asyncio.timeout(patience_seconds):
                        await protocol.flow.drain()
                    break
                except TimeoutError:
                    before, left = left, _bytes_left(protocol)
                    if left >= before:
                        raise

    def sweep(self) -> None:
        """Close connections with unsent data of which nothing was read since the last sweep.

        uvicorn waits without a limit until the client of a closing connection has read everything.
        """
        closing = {
            protocol: _bytes_left(protocol)
            for protocol in self._protocols
            if protocol.transport.is_closing()
        }
        stuck = [one for one, size in closing.items() if self._closing.get(one) == size]
        self._closing = closing
        for protocol in stuck:
            protocol.transport.abort()
        if stuck:
            logger.info("clients given up that did not take their answers: %d", len(stuck))

    def hang_up_all(self) -> None:
        """Close all connections immediately."""
        protocols = list(self._protocols)
        for protocol in protocols:
            protocol.transport.abort()
        if protocols:
            logger.warning(
                "clients given up that were not done when the time for stopping was over: %d",
                len(protocols),
            )

    def _of(self, scope: Scope) -> list[Any]:
        """Return the connection of a request, if it is still open."""
        return [one for one in self._protocols if one.client == scope["client"]]


def _bytes_left(protocol: Any) -> int:
    """Return the bytes that a client has not read: those in this process and in the kernel."""
    on_the_way = array("i", [0])
    connection = protocol.transport.get_extra_info("socket")
    if connection is not None and connection.fileno() >= 0:
        fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, on_the_way)
    left: int = protocol.transport.get_write_buffer_size() + on_the_way[0]
    return left
