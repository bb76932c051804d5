"""Limits the size of a request and the time that it may take to arrive.

uvicorn's parser accepts heads of any length, arriving at any speed, and bytes after the body. It
answers invalid requests in plain text. This protocol bounds all of these, and answers in JSON.
"""

import asyncio
import re
import sys
from http import HTTPStatus
from typing import Final

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from execution.output.encoding import encode
from primeql.operations.request_errors import RequestError
from primeql.server.http_protocol import WholeAnswerProtocol
from resolvers.errors import ErrorCode

# 64 KiB, and the most that one read of the event loop may contain of earlier requests.
MOST_HEAD_BYTES: Final = 65_536 + 262_144
# How long the connection is read after a refusal, so that the client can read the refusal.
LINGER_SECONDS: Final = 2.0
# The longest URL that the parser accepts.
MOST_URI_BYTES: Final = 65_535
# A body in chunks of one byte is six times as long on the wire.
RAW_BYTES_PER_BYTE: Final = 8
# An offer to use HTTP/2, as Java's client makes it. The parser would treat the offer as accepted,
# and the body of the request as HTTP/2.
_OFFER: Final = re.compile(rb"(?<=\r\n)upgrade(?=:[ \t]*h2c[ \t]*(?:\r\n|$))", re.IGNORECASE)
# A request whose method is a token (RFC 9110, 5.6.2) that the parser does not know.
_UNKNOWN_METHOD: Final = re.compile(rb"(?:^|\n)[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/1\.[01]\r\n")
_NOT_HTTP: Final = (HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1 as RFC 9112 has it")


class _RefusedHeadError(Exception):
    """Stops the parsing of a head; the protocol has already refused the request."""


class StrictProtocol(WholeAnswerProtocol):
    """A connection that limits the length and the time of requests, and refuses others in JSON.

    Attributes:
        most_bytes: The most bytes of a whole request on the wire.
    """

    most_bytes = RAW_BYTES_PER_BYTE << 20

    _received = 0
    _waiting_since: float | None = None
    _is_refused = False
    _data = b""
    _fault: tuple[HTTPStatus, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Start the timer for the first request."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._set_keepalive(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        """Parse received bytes: a part of a request, or several requests."""
        was_refused = self._is_refused
        if was_refused:
            # Read on: closing a connection with unread bytes resets it, and its answer is lost.
            self._received += len(data)
            if self._received > MOST_HEAD_BYTES:
                self.transport.abort()
            return
        if b"h2c" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"not-now", head) + end + rest
        self._data = data
        # Called directly, because ``super()`` takes longer than the rest of this method.
        HttpToolsProtocol.data_received(self, data)
        self._data = b""
        if self._is_refused:
            return
        cycle = self.cycle
        has_head = cycle is not None and cycle.scope is self.scope
        if has_head and not cycle.more_body and not cycle.response_complete:
            if self._received or self._waiting_since is not None:
                self._received = 0
                self._waiting_since = None
            return
        self._received += len(data)
        self._wait()
        if self._received > (self.most_bytes if has_head else MOST_HEAD_BYTES):
            self._refuse_as_too_long(has_head)

    def on_url(self, url: bytes) -> None:
        """Receive a part of the URL of a request."""
        self.url += url
        if len(self.url) > MOST_URI_BYTES:
            message = f"the URI is longer than {MOST_URI_BYTES} bytes; send long requests by POST"
            self._fault = (HTTPStatus.REQUEST_URI_TOO_LONG, message)
            raise _RefusedHeadError

    def on_headers_complete(self) -> None:
        """Start a request if its head is valid HTTP/1.1 or HTTP/1.0."""
        version = self.parser.get_http_version()
        hosts = len([None for name, _ in self.headers if name == b"host"])
        if version not in ("1.1", "1.0"):
            self._fault = (HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "send HTTP/1.1")
        elif hosts > 1 or (hosts == 0 and version == "1.1"):
            # RFC 9112, 3.2.
            message = f"a request of HTTP/1.1 has one Host header, this one has {hosts}"
            self._fault = (HTTPStatus.BAD_REQUEST, message)
        if self._fault is not None:
            raise _RefusedHeadError
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that a request is complete, even if it has been answered already."""
        super().on_message_complete()
        cycle = self.cycle
        if cycle is not None and cycle.response_complete and cycle.scope is self.scope:
            # The next bytes belong to the next request, which has its own limits.
            self._received = 0
            self._waiting_since = None

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are not a valid request."""
        if self.cycle is not None and self.cycle.response_started > self.cycle.response_complete:
            # An answer has begun; a second one cannot be sent.
            self.transport.abort()
            return
        if self._fault is not None:
            status, message = self._fault
        elif isinstance(sys.exception(), HttpParserInvalidMethodError) and _UNKNOWN_METHOD.search(
            self._data
        ):
            status, message = HTTPStatus.NOT_IMPLEMENTED, "no resource has this method; send POST"
        else:
            status, message = _NOT_HTTP
        self._refuse(status, message)

    def _wait(self) -> None:
        """Start the idle timer at the first byte that does not belong to a running request.

        This byte is the first of a head, or follows an answer that did not wait for the whole
        request. Further bytes do not restart the timer, so a slow sender is disconnected in time.
        """
        cycle = self.cycle
        if self.transport.is_closing() or (cycle is not None and not cycle.response_complete):
            # An answer is in progress; its end starts the timer.
            return
        if self._waiting_since is None:
            self._waiting_since = self.loop.time()
        self._idle_since = self._waiting_since
        if self.timeout_keep_alive_task is None:
            self._set_keepalive(self.timeout_keep_alive)

    def _refuse_as_too_long(self, has_head: bool) -> None:
        """Refuse a request that is too long, if it has not been answered."""
        if self.transport.is_closing():
            return
        if not has_head and (self.cycle is None or self.cycle.response_complete):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self._refuse(status, "the request is too long beside its body")
        else:
            self.transport.abort()

    def _refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer an invalid request with an error, and accept no more requests."""
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
        is_last = self.cycle is None or self.cycle.response_complete
        if not (is_last and self.transport.can_write_eof()):
            self.transport.close()
            return
        self.transport.write_eof()
        self._is_refused = True
        self._received = 0
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
