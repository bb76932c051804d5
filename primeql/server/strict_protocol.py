"""What a client may send on a connection before its request is one: so much, for so long.

uvicorn's parser keeps the head of a request, and what follows its body, however long they are and
however slowly they come; and what it cannot read it answers in plain text.
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

# 64 KiB, and what one read of the event loop may bring of requests before.
MOST_HEAD_BYTES: Final = 65_536 + 262_144
# How long what comes after a refusal is read, for its client to read that.
LINGER_SECONDS: Final = 2.0
# What the parser of URLs takes.
MOST_URI_BYTES: Final = 65_535
# A body in chunks of one byte each takes six times its bytes.
RAW_BYTES_PER_BYTE: Final = 8
# An offer to speak HTTP/2, as Java's client makes it. The parser takes it as accepted, and the body
# of the request with it as HTTP/2.
_OFFER: Final = re.compile(rb"(?<=\r\n)upgrade(?=:[ \t]*h2c[ \t]*(?:\r\n|$))", re.IGNORECASE)
# A request whose method is a token (RFC 9110, 5.6.2) that the parser does not know.
_UNKNOWN_METHOD: Final = re.compile(rb"(?:^|\n)[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/1\.[01]\r\n")
_NOT_HTTP: Final = (HTTPStatus.BAD_REQUEST, "this is not HTTP/1.1 as RFC 9112 has it")


class _RefusedHeadError(Exception):
    """Ends the parsing of a head; the protocol knows why."""


class StrictProtocol(WholeAnswerProtocol):
    """A connection that takes requests of bounded length and time, and refuses others in JSON.

    Attributes:
        most_bytes: Of a whole request as it is sent.
    """

    most_bytes = RAW_BYTES_PER_BYTE << 20

    _received = 0
    _waiting_since: float | None = None
    _is_refused = False
    _data = b""
    _fault: tuple[HTTPStatus, str] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Wait for a request."""
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        self._set_keepalive(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        """Take some of a request, or several."""
        was_refused = self._is_refused
        if was_refused:
            # Read, since a connection closed with bytes unread is reset, and its answer lost.
            self._received += len(data)
            if self._received > MOST_HEAD_BYTES:
                self.transport.abort()
            return
        if b"h2c" in data:
            head, end, rest = data.partition(b"\r\n\r\n")
            data = _OFFER.sub(b"not-now", head) + end + rest
        self._data = data
        # Past ``super()``, which takes longer than all that is done here.
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
        """Take some of the target of a request."""
        self.url += url
        if len(self.url) > MOST_URI_BYTES:
            message = f"the URI is longer than {MOST_URI_BYTES} bytes; send long requests by POST"
            self._fault = (HTTPStatus.REQUEST_URI_TOO_LONG, message)
            raise _RefusedHeadError

    def on_headers_complete(self) -> None:
        """Begin a request, if its head is one of HTTP/1.1 or HTTP/1.0."""
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
        """Know that all of a request has come, also of one that was answered before."""
        super().on_message_complete()
        cycle = self.cycle
        if cycle is not None and cycle.response_complete and cycle.scope is self.scope:
            # What comes now is the next request, which has its own time and length.
            self._received = 0
            self._waiting_since = None

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request."""
        if self.cycle is not None and self.cycle.response_started > self.cycle.response_complete:
            # In the middle of an answer there is no place for another.
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
        """Be idle, since the first byte of what is neither a request nor the body of one.

        That is the beginning of a head, or what follows an answer that did not wait for the whole
        request. It does not put off the end of the connection, however slowly it comes.
        """
        cycle = self.cycle
        if self.transport.is_closing() or (cycle is not None and not cycle.response_complete):
            # Something is being answered; the end of that sets the timer.
            return
        if self._waiting_since is None:
            self._waiting_since = self.loop.time()
        self._idle_since = self._waiting_since
        if self.timeout_keep_alive_task is None:
            self._set_keepalive(self.timeout_keep_alive)

    def _refuse_as_too_long(self, has_head: bool) -> None:
        """Refuse a request that does not end, if it has not been answered."""
        if self.transport.is_closing():
            return
        if not has_head and (self.cycle is None or self.cycle.response_complete):
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
        is_last = self.cycle is None or self.cycle.response_complete
        if not (is_last and self.transport.can_write_eof()):
            self.transport.close()
            return
        self.transport.write_eof()
        self._is_refused = True
        self._received = 0
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
