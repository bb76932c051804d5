"""What a client may send on a connection before its request is one: so much, for so long.

uvicorn's parser keeps the head of a request, and what follows its body, however long they are and
however slowly they come; and what it can not read it answers in plain text.
"""

import asyncio
import re
from http import HTTPStatus
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from execution.encoding import encode
from primeql.http_protocol import WholeAnswerProtocol
from primeql.request_errors import RequestError
from resolvers.errors import ErrorCode

# 64 KiB, and what one read of the event loop may bring of requests before.
MOST_HEAD_BYTES: Final = 65_536 + 262_144
# A body in chunks of one byte each takes six times its bytes.
RAW_BYTES_PER_BYTE: Final = 8
# An offer to speak HTTP/2, as Java's client makes it. The parser takes it as accepted, and the body
# of the request with it as HTTP/2.
_OFFER: Final = re.compile(rb"(?<=\r\n)upgrade(?=:[ \t]*h2c[ \t]*(?:\r\n|$))", re.IGNORECASE)


class StrictProtocol(WholeAnswerProtocol):
    """A connection that takes requests of bounded length and time, and refuses others in JSON.

    Attributes:
        most_bytes: Of a whole request as it is sent.
    """

    most_bytes = RAW_BYTES_PER_BYTE << 20

    _received = 0
    _waiting_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for a request."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._set_keepalive(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        """Take some of a request, or several."""
        if b"h2c" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"not-now", head) + end + rest
        # Past ``super()``, which takes longer than all that is done here.
        HttpToolsProtocol.data_received(self, data)
        cycle = self.cycle
        has_head = cycle is not None and cycle.scope is self.scope
        if has_head and not cycle.more_body:
            if self._received:
                self._received = 0
                self._waiting_since = None
            return
        self._received += len(data)
        if not has_head:
            self._wait()
        if self._received > (self.most_bytes if has_head else MOST_HEAD_BYTES):
            self._refuse_as_too_long()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        if self.cycle is not None and self.cycle.response_started > self.cycle.response_complete:
            # In the middle of an answer there is no place for another.
            self.transport.abort()
            return
        self._refuse(HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1 as RFC 9112 has it")

    def _wait(self) -> None:
        """Be idle, since the first byte of what is not yet the head of a request."""
        if self.transport.is_closing():
            return
        if self._waiting_since is None:
            self._waiting_since = self.loop.time()
        self._idle_since = self._waiting_since
        if self.timeout_keep_alive_task is None:
            self._set_keepalive(self.timeout_keep_alive)

    def _refuse_as_too_long(self) -> None:
        """Refuse a request that does not end, if it has not been answered."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._refuse(status, "the request is too long beside its body")
        else:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer what is no request, and take no more."""
        error = RequestError(message, status, ErrorCode.BAD_REQUEST)
        shown = {"message": str(error), "extensions": {"code": str(error.code)}}
        body = encode({"errors": [shown]})
        fields = [
            *self.server_state.default_headers,
            (b"content-type", b"application/json; charset=utf-8"),
            (b"content-length", b"%d" % len(body)),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode()), *map(b": ".join, fields)]
        self.transport.write(b"\r\n".join((*lines, b"", body)))
        self.transport.close()
