"""Connections: short answers in one piece, byte for byte as uvicorn, the oracle here; idleness."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from primeql.server.http_protocol import WholeAnswerProtocol, head_lines
from tests.waiting import until

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

BODY = b'{"data":null}'
LENGTH = (b"content-length", b"13")
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"


class _Transport(asyncio.Transport):
    """Notes what is written, each time by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.is_closed = False

    def get_extra_info(self, _name: str, default: Any = None) -> Any:
        return default

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.is_closed = True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def _answering(*headers: Header, bodies: tuple[bytes, ...] = (BODY,), status: int = 200) -> App:
    """Return an application that answers everything so, once it has the request."""

    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for body in bodies[:-1]:
            await send({"type": "http.response.body", "body": body, "more_body": True})
        await send({"type": "http.response.body", "body": bodies[-1]})

    return app


async def _asked(kind: type[HttpToolsProtocol], app: App, *pieces: bytes) -> _Transport:
    """Return what a connection has written, and whether it was closed."""
    transport = _Transport()
    state = ServerState()
    state.default_headers = [(b"date", b"today")]
    config = Config(app=app, log_config=None, access_log=False)
    protocol = kind(config, state, {})
    protocol.connection_made(transport)
    for piece in pieces:
        protocol.data_received(piece)
        await asyncio.sleep(0)
    await until(lambda: not state.tasks, "the end of the application")
    is_closed = transport.is_closed
    protocol.connection_lost(None)
    transport.is_closed = is_closed
    return transport


@pytest.mark.parametrize("status", [200, 400, 599])
async def test_writes_a_short_answer_at_once(status: int) -> None:
    app = _answering(LENGTH, (b"x-request-id", b"7"), status=status)
    transport = await _asked(WholeAnswerProtocol, app, POST)
    stock = await _asked(HttpToolsProtocol, app, POST)
    assert transport.written == [b"".join(stock.written)]
    assert len(stock.written) == 2
    assert not transport.is_closed


@pytest.mark.parametrize(
    ("app", "request_bytes"),
    [
        (_answering(LENGTH, (b"connection", b"close")), POST),
        (_answering(), POST),
        (_answering((b"transfer-encoding", b"chunked")), POST),
        (_answering(LENGTH, bodies=(b'{"data":', b"null}")), POST),
        (_answering((b"Content-Length", b"13"), (b"X-Upper", b"a")), POST),
        (_answering(LENGTH), b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (_answering(LENGTH), POST.replace(b"HTTP/1.1", b"HTTP/1.0")),
        (_answering(LENGTH), POST.replace(b"Host: a", b"Connection: close")),
        (_answering(LENGTH), POST.replace(b"Host: a", b"Expect: 100-continue")),
        (_answering(bodies=(b"",), status=204), POST),
        (_answering(LENGTH), POST + POST + POST),
    ],
    ids=[
        "closing",
        "no length",
        "chunked",
        "two bodies",
        "upper case",
        "HEAD",
        "HTTP/1.0",
        "asked to close",
        "continue",
        "no content",
        "pipelined",
    ],
)
async def test_sends_the_bytes_that_uvicorn_sends(app: App, request_bytes: bytes) -> None:
    transport = await _asked(WholeAnswerProtocol, app, request_bytes)
    stock = await _asked(HttpToolsProtocol, app, request_bytes)
    assert b"".join(transport.written) == b"".join(stock.written)
    assert transport.is_closed == stock.is_closed


@pytest.mark.parametrize(
    "header",
    [
        (b"x-value", b"a\r\nset-cookie: b"),
        (b"x-value", b"a\nb"),
        (b"x-value", b"a\x00b"),
        (b"x-name: a\r\nset-cookie", b"b"),
        (b"x name", b"b"),
        (b"content-length", b"12"),
    ],
)
async def test_leaves_what_is_not_allowed_to_uvicorn(header: Header) -> None:
    app = _answering(LENGTH, header)
    transport = await _asked(WholeAnswerProtocol, app, POST)
    stock = await _asked(HttpToolsProtocol, app, POST)
    assert head_lines([LENGTH, header], len(BODY)) is None
    assert b"set-cookie" not in b"".join(transport.written)
    assert transport.is_closed == stock.is_closed


async def test_an_application_that_does_not_answer_is_answered_for() -> None:
    async def silent(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})

    transport = await _asked(WholeAnswerProtocol, silent, POST)
    assert b"".join(transport.written).startswith(b"HTTP/1.1 500 ")


async def test_a_client_that_has_gone_is_sent_nothing() -> None:
    released = asyncio.Event()

    async def late(_scope: Scope, _receive: Receive, send: Send) -> None:
        await released.wait()
        await send({"type": "http.response.start", "status": 200, "headers": [LENGTH]})
        await send({"type": "http.response.body", "body": BODY})

    transport, state = _Transport(), ServerState()
    config = Config(app=late, log_config=None, access_log=False)
    protocol = WholeAnswerProtocol(config, state, {})
    protocol.connection_made(transport)
    protocol.data_received(POST)
    await asyncio.sleep(0)
    protocol.connection_lost(None)
    released.set()
    await asyncio.wait(state.tasks)
    assert transport.written == []


async def _connected(app: App) -> tuple[WholeAnswerProtocol, _Transport, ServerState]:
    """Return a connection over which one request has been answered, or is."""
    transport, state = _Transport(), ServerState()
    config = Config(app=app, log_config=None, access_log=False)
    protocol = WholeAnswerProtocol(config, state, {})
    protocol.connection_made(transport)
    protocol.data_received(POST)
    for _ in range(5):
        await asyncio.sleep(0)
    return protocol, transport, state


async def test_a_connection_that_has_been_idle_for_long_enough_is_closed() -> None:
    protocol, transport, _ = await _connected(_answering(LENGTH))
    protocol.timeout_keep_alive = 0
    assert protocol.timeout_keep_alive_task is not None
    protocol.timeout_keep_alive_handler()
    assert transport.is_closed


async def test_a_connection_that_was_used_meanwhile_is_looked_at_again() -> None:
    protocol, transport, _ = await _connected(_answering(LENGTH))
    protocol.timeout_keep_alive_handler()
    assert not transport.is_closed
    again = protocol.timeout_keep_alive_task
    assert again is not None
    assert again.when() - asyncio.get_running_loop().time() <= protocol.timeout_keep_alive
    protocol.connection_lost(None)
    assert again.cancelled()


async def test_a_connection_is_kept_while_a_request_is_answered() -> None:
    released = asyncio.Event()

    async def late(scope: Scope, receive: Receive, send: Send) -> None:
        await released.wait()
        await _answering(LENGTH)(scope, receive, send)

    protocol, transport, state = await _connected(late)
    protocol.timeout_keep_alive = 0
    protocol.timeout_keep_alive_handler()
    was_closed = transport.is_closed
    released.set()
    await asyncio.wait(state.tasks)
    protocol.timeout_keep_alive_handler()
    assert (was_closed, transport.is_closed) == (False, True)
    protocol.connection_lost(None)


async def test_one_timer_serves_many_requests() -> None:
    protocol, _, state = await _connected(_answering(LENGTH))
    first = protocol.timeout_keep_alive_task
    for _ in range(3):
        protocol.data_received(POST)
        await asyncio.wait(state.tasks)
    assert protocol.timeout_keep_alive_task is first
    assert state.total_requests == 4
    protocol.connection_lost(None)
