"""A proxy before a server, that passes everything on with a delay."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK_BYTES = 1 << 16
# Of the event loop, from accepting a connection to calling what serves it.
ACCEPTING_TURNS = 3


class DelayingProxy:
    """Passes on what either side sends, ``delay_seconds`` later.

    Args:
        port: Of the server behind, on the loopback address.
    """

    def __init__(self, port: int) -> None:
        self.delay_seconds = 0.0
        self.port = 0
        self._behind = port
        self._open: set[asyncio.StreamWriter] = set()
        self._serving: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["DelayingProxy"]:
        """Listen on a free port; close every connection at the end."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        listener = server.sockets[0]
        self.port = listener.getsockname()[1]
        try:
            yield self
        finally:
            # Nothing more is accepted, and what was accepted is known before the rest is ended.
            asyncio.get_running_loop().remove_reader(listener.fileno())
            for _ in range(ACCEPTING_TURNS):
                await asyncio.sleep(0)
            server.close()
            await self._end()

    async def _end(self) -> None:
        """Close all connections and wait until they are closed."""
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        for writer in self._open:
            writer.transport.abort()
        for writer in self._open:
            with suppress(OSError):
                await writer.wait_closed()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note a connection at once: a task that is cancelled before it begins closes nothing."""
        self._open.add(writer)
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on in both directions until both have ended."""
        try:
            behind, writer_behind = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.transport.abort()
        else:
            self._open.add(writer_behind)
            await asyncio.gather(
                self._pass_on(reader, writer_behind), self._pass_on(behind, writer)
            )
            self._open.discard(writer_behind)
        self._open.discard(writer)

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
