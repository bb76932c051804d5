"""JSON responses. A long one is encoded while it is sent, as fast as its client reads."""

import asyncio
import logging
from collections.abc import Iterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from execution.output.encoding import LongBody
from middleware.header_fields import HeaderFields
from middleware.limits.memory_budget import HeldMemory
from middleware.observability.request_record import CLIENT_GONE, RequestRecord
from primeql.endpoint.media_types import CONTENT_TYPES
from primeql.server.connections import STATE_KEY, Connections

logger = logging.getLogger("primeql.responses")

# A piece of 64 KiB takes 10 s at 50 kbit/s. A client that reads no piece in this time has stopped.
STALLED_SECONDS = 30.0


class LongResponse(Response):
    """A response whose body is encoded piece by piece, with other requests between.

    A piece is encoded when the client has read the one before, and none after it has disconnected.
    Meanwhile the arrays and objects of the answer and one piece stay in memory. A client that reads
    nothing for ``STALLED_SECONDS`` is disconnected.

    Attributes:
        size: The bytes of the body, if known.
    """

    def __init__(
        self, long_body: LongBody, status: int, headers: HeaderFields, content_type: bytes
    ) -> None:
        """Store the parts; nothing is encoded yet."""
        self.status_code = status
        self.body = b""
        self.background = None
        self.raw_headers = [*headers.items(), (b"content-type", content_type)]
        self.size = long_body.size()
        if self.size is not None:
            self.headers["content-length"] = str(self.size)
        self._long_body = long_body
        self._held: HeldMemory | None = None

    def hold(self, held: HeldMemory) -> None:
        """Store the memory that the answer holds; it is released as objects are encoded."""
        self._held = held
        if self.size is not None:
            held.lessen(self.size)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if scope.get("http_version") == "1.0":
            await self._send_whole(scope, receive, send)
            return
        start = {"status": self.status_code, "headers": self.raw_headers}
        await send({"type": "http.response.start", **start})
        # With HEAD too, the compression middleware must expect a body in several parts.
        pieces = iter([b""]) if scope["method"] == "HEAD" else self._pieces()
        try:
            if not await _send_pieces(pieces, receive, send):
                _note_gone(scope)
        except TimeoutError:
            await _give_up(scope, receive)
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    def _pieces(self) -> Iterator[bytes]:
        """Yield the body in pieces, and give back reserved memory as it shrinks."""
        for piece in self._long_body.pieces():
            if self._held is not None and self.size is None:
                self._held.lessen_to_share(self._long_body.share_left())
            yield piece

    async def _send_whole(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the body at once, with its length, for HTTP/1.0 (RFC 9112, 6.1).

        The whole body is in memory, in one message, so that the length is that after compression.
        Returns when the client has read it, because the memory is in use until then.
        """
        pieces = []
        for piece in self._long_body.pieces():
            pieces.append(piece)
            await asyncio.sleep(0)
        self.body = b"".join(pieces)
        if self._held is not None:
            self._held.lessen(len(self.body))
        self.headers["content-length"] = str(len(self.body))
        await super().__call__(scope, receive, send)
        connections: Connections | None = scope["state"].get(STATE_KEY)
        if connections is not None:
            try:
                await connections.taken(scope, STALLED_SECONDS)
            except TimeoutError:
                await _give_up(scope, receive)


async def _give_up(scope: Scope, receive: Receive) -> None:
    """Close the connection of a client that does not read; the rest of its answer is not sent."""
    logger.info("gave up an answer that its client did not take")
    _note_gone(scope)
    connections: Connections | None = scope.get("state", {}).get(STATE_KEY)
    if connections is not None and connections.hang_up(scope):
        # Otherwise the server would log the missing end of the answer as an error.
        await _gone(receive)


def _note_gone(scope: Scope) -> None:
    """Record that the client did not get the whole answer."""
    record: RequestRecord | None = scope.get("state", {}).get("record")
    if record is not None:
        record.status = CLIENT_GONE


async def _send_pieces(pieces: Iterator[bytes], receive: Receive, send: Send) -> bool:
    """Send the pieces of a body until the client disconnects; return whether all were sent.

    Raises:
        TimeoutError: The client read nothing for too long.
    """
    gone = asyncio.ensure_future(_gone(receive))
    try:
        for piece in pieces:
            # Checked here, because a client may disconnect as soon as it has the whole answer.
            if gone.done():
                return False
            async with asyncio.timeout(STALLED_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await asyncio.sleep(0)
        return True
    finally:
        gone.cancel()


async def _gone(receive: Receive) -> None:
    """Wait until the client disconnects; the whole request must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


class ShortResponse(Response):
    """A response whose body is already encoded."""

    def __init__(
        self, body: bytes, status: int, headers: HeaderFields, content_type: bytes
    ) -> None:
        self.status_code = status
        self.body = body
        self.background = None
        length = (b"content-length", b"%d" % len(body))
        self.raw_headers = [*headers.items(), length, (b"content-type", content_type)]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        start = "http.response.start"
        await send({"type": start, "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


def json_response(
    body: bytes | LongBody, status: int, headers: HeaderFields, media_type: str
) -> Response:
    """Return the response with this body."""
    content_type = CONTENT_TYPES[media_type]
    if isinstance(body, LongBody):
        return LongResponse(body, status, headers, content_type)
    return ShortResponse(body, status, headers, content_type)
