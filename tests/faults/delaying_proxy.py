"""A proxy before a server, that passes everything on with a delay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

CHUNK_BYTES = 1 << 16


class DelayingProxy:
    """Passes on what either side sends, ``delay_seconds`` later.

    Args:
        port: Of the server behind, on the loopback address.
    """

    def __init__(self, port: int) -> None:
        """Delay nothing yet."""
        self.delay_seconds = 0.0
        self.port = 0
        self._behind = port
        self._passing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["DelayingProxy"]:
        """Listen on a port of its own."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in self._passing:
                task.cancel()
            await asyncio.gather(*self._passing, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.close()
            return
        for source, target in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._passing.add(task)
            task.add_done_callback(self._passing.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while chunk := await source.read(CHUNK_BYTES):
                await asyncio.sleep(self.delay_seconds)
                target.write(chunk)
                await target.drain()
        except OSError:
            pass
        finally:
            target.close()
