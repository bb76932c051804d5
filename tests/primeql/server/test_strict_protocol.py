"""What is no request is refused with a code; what does not end, or does not come, is given up."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from primeql.server.http_server import HttpServer
from primeql.server.strict_protocol import StrictProtocol
from tests.logical_loop import LogicalLoop
from tests.server import RunningServer
from tests.waiting import WAIT_SECONDS, until

QUERY = b'{"query":"{ nthPrime(n: 3) }"}'
POST = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(QUERY)


def connected(server: RunningServer) -> socket.socket:
    address = urlsplit(server.url)
    assert address.hostname is not None
    assert address.port is not None
    return socket.create_connection((address.hostname, address.port), timeout=WAIT_SECONDS)


def answered(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return the head and the body of what is sent until the connection is closed."""
    received = b""
    while part := connection.recv(65_536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    return head.lower(), body


def asked(server: RunningServer, request: bytes) -> tuple[bytes, bytes]:
    with connected(server) as connection:
        connection.sendall(request)
        return answered(connection)


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03" + bytes(100),
        POST + b"Content-Length: -5\r\n\r\n" + QUERY,
        POST + b"Content-Length: +5\r\n\r\n" + QUERY,
        POST + LENGTH + LENGTH + b"\r\n" + QUERY,
        POST + LENGTH + b"Transfer-Encoding: chunked\r\n\r\n" + QUERY,
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        POST + LENGTH + b"X-A: a\0b\r\n\r\n" + QUERY,
        POST + LENGTH + b"X A: b\r\n\r\n" + QUERY,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"FOO HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n folded\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
        POST.replace(b"Host: x\r\n", b"") + LENGTH + b"\r\n" + QUERY,
    ],
)
def test_what_is_not_http_is_refused_with_a_code(
    server: RunningServer, request_bytes: bytes
) -> None:
    head, body = asked(server, request_bytes)
    assert head.startswith(b"http/1.1 400 bad request\r\n")
    assert b"\r\ncontent-type: application/json; charset=utf-8" in head
    (error,) = json.loads(body)["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert server.post("{ nthPrime(n: 3) }").status_code == 200
    assert not [line for line in server.log if "WARNING" in line and "Invalid HTTP" in line]


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        (b"get /graphql HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        (b"GETX /graphql HTTP/1.0\r\n\r\n", 501),
        (b"GET /graphql?query=" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /" + b"a" * 300_000, 414),
        (b"GET /livez HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    ],
)
def test_head_that_is_refused_has_the_status_of_its_fault(
    server: RunningServer, request_bytes: bytes, status: int
) -> None:
    head, body = asked(server, request_bytes)
    assert head.startswith(b"http/1.1 %d " % status)
    assert b"\r\nconnection: close" in head
    assert json.loads(body)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    ("request_bytes", "answer"),
    [
        (b"GET /livez HTTP/1.0\r\n\r\n", b"http/1.1 200 ok\r\n"),
        (b"GET http://other/livez HTTP/1.1\r\nHost: x\r\n", b"http/1.1 200 ok\r\n"),
        (b"PROPFIND /graphql HTTP/1.1\r\nHost: x\r\n", b"http/1.1 405 method not allowed\r\n"),
        (b"OPTIONS /graphql HTTP/1.1\r\nHost: x\r\n", b"http/1.1 405 method not allowed\r\n"),
        (b"GET /" + b"a" * 65_000 + b" HTTP/1.1\r\nHost: x\r\n", b"http/1.1 404 not found\r\n"),
    ],
)
def test_head_that_is_allowed_is_answered(
    server: RunningServer, request_bytes: bytes, answer: bytes
) -> None:
    head, _ = asked(server, request_bytes.removesuffix(b"\r\n") + b"\r\nConnection: close\r\n\r\n")
    assert head.startswith(answer)


def test_chunked_body_with_trailers_is_answered(server: RunningServer) -> None:
    body = b"%x;note=1\r\n%b\r\n0\r\nX-Trailer: a\r\n\r\n" % (len(QUERY), QUERY)
    with connected(server) as connection:
        for _ in range(2):
            connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + body)
            assert connection.recv(65_536).endswith(b'\r\n\r\n{"data":{"nthPrime":"5"}}')


def test_body_that_waits_for_100_is_asked_for(server: RunningServer) -> None:
    with connected(server) as connection:
        connection.sendall(POST + LENGTH + b"Expect: 100-continue\r\n\r\n")
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(QUERY)
        assert connection.recv(65_536).endswith(b'\r\n\r\n{"data":{"nthPrime":"5"}}')


@pytest.mark.parametrize(
    ("changes", "status"),
    [((b"application/json", b"text/plain"), 415), ((b"/graphql", b"/nowhere"), 404)],
)
def test_connection_ends_where_the_body_was_not_asked_for(
    server: RunningServer, changes: tuple[bytes, bytes], status: int
) -> None:
    # Nobody can tell whether the client will send the body or the next request.
    request = POST.replace(*changes) + LENGTH + b"Expect: 100-continue\r\n\r\n"
    head, _ = asked(server, request)
    assert head.startswith(b"http/1.1 %d " % status)
    assert b"\r\nconnection: close" in head


@pytest.mark.parametrize(
    "piece", [b"X-A: " + b"a" * 99_999, b"a" * 99_999, b"X-A: a\r\n" * 10_000], ids=str
)
def test_head_that_does_not_end_is_refused(server: RunningServer, piece: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(POST)
        try:
            for _ in range(100):
                connection.sendall(piece)
            head, body = answered(connection)
        except (ConnectionResetError, BrokenPipeError):
            # It was closed before all had been sent.
            return
    assert head.startswith(b"http/1.1 431 ")
    assert json.loads(body)["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_trailer_that_does_not_end_is_given_up(server: RunningServer) -> None:
    with connected(server) as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-A: ")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            connection.sendall(b"a" * 99_999_999)


def test_head_of_60_kilobytes_is_taken(server: RunningServer) -> None:
    request = POST + LENGTH + b"Connection: close\r\nX-A: " + b"a" * 60_000 + b"\r\n\r\n" + QUERY
    assert asked(server, request)[1] == b'{"data":{"nthPrime":"5"}}'


@pytest.mark.parametrize("times", [1, 3])
def test_offer_of_http_2_is_not_taken_and_hinders_nothing(
    server: RunningServer, times: int
) -> None:
    # As java.net.http.HttpClient makes it unless told otherwise, and curl --http2.
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAA\r\nUpgrade: h2c\r\n"
    with connected(server) as connection:
        for _ in range(times):
            connection.sendall(POST + LENGTH + offer + b"\r\n" + QUERY)
            assert connection.recv(65_536).endswith(b'\r\n\r\n{"data":{"nthPrime":"5"}}')


def test_query_may_speak_of_h2c(server: RunningServer) -> None:
    body = json.dumps({"query": "{ h2c: nthPrime(n: 3) }"}).encode()
    length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    assert asked(server, POST + length + body)[1] == b'{"data":{"h2c":"5"}}'


@asynccontextmanager
async def impatient_server() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Serve in this process, closing what is idle for a second; yield a connection."""
    config = uvicorn.Config(
        PlainTextResponse("ok"),
        port=0,
        lifespan="off",
        http=StrictProtocol,
        log_config=None,
        access_log=False,
        timeout_keep_alive=1,
    )
    server = HttpServer(config)
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started or task.done(), "a server")
    port = server.servers[0].sockets[0].getsockname()[1]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        server.should_exit = True
        await task


@pytest.mark.parametrize("sent_before", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"])
@pytest.mark.parametrize("byte", [b"", b"a"])
async def test_head_that_does_not_come_is_given_up(sent_before: bytes, byte: bytes) -> None:
    async with impatient_server() as (reader, writer), asyncio.timeout(WAIT_SECONDS):
        if sent_before:
            writer.write(sent_before)
            assert (await reader.readexactly(15)) == b"HTTP/1.1 200 OK"
        if byte:
            writer.write(b"GET / HTTP/1.1\r\nX-A: ")
        sending = asyncio.create_task(send_without_end(writer, byte))
        # The server has closed the connection, or reset it.
        with suppress(ConnectionResetError):
            await reader.read()
        sending.cancel()
        await asyncio.wait({sending})


async def send_without_end(writer: asyncio.StreamWriter, byte: bytes) -> None:
    """Send one byte after another, slowly."""
    while True:
        writer.write(byte)
        await asyncio.sleep(0.2)


def connection_to_ok(most_bytes: int = 10_000) -> tuple[StrictProtocol, Mock]:
    """Return a connection, idle for 10 s at most, to what answers without reading a body."""
    transport = Mock(spec=asyncio.Transport)
    transport.is_closing.side_effect = lambda: transport.close.called or transport.abort.called
    transport.get_extra_info.return_value = None
    config = uvicorn.Config(PlainTextResponse("ok"), http=StrictProtocol, log_config=None)
    config.timeout_keep_alive = 10
    protocol = StrictProtocol(config, ServerState(), {})
    protocol.most_bytes = most_bytes
    protocol.connection_made(transport)
    return protocol, transport


def written(transport: Mock) -> bytes:
    return b"".join(call.args[0] for call in transport.write.call_args_list)


def on_logical_time(use: Callable[[LogicalLoop], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=LogicalLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, LogicalLoop)
        runner.run(use(loop))


def test_connection_is_kept_while_it_is_used_and_no_longer() -> None:
    async def use(loop: LogicalLoop) -> None:
        protocol, transport = connection_to_ok()
        for count in range(1, 9):
            for part in (b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r\n"):
                protocol.data_received(part)
                await loop.advance(4)
            assert written(transport).count(b"\r\n\r\nok") == count
        assert not transport.close.called
        await loop.advance(11)
        assert transport.close.called

    on_logical_time(use)


CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
WITH_LENGTH = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("pieces", [0, 1, 2, 60])
@pytest.mark.parametrize(
    ("head", "piece"),
    [
        (WITH_LENGTH, b"a"),
        (CHUNKED, b"1\r\na\r\n"),
        (CHUNKED + b"5\r\n", b"a"),
        (CHUNKED, b"0\r\nX-A: "),
        (WITH_LENGTH + b"a" * 99, b"a"),
        (WITH_LENGTH + b"a" * 100, b"GET /"),
        (WHOLE, b"G"),
        (WHOLE, b"\r\n"),
        (WHOLE + b"GET / HTTP/1.1\r\nX-A: ", b"a"),
    ],
)
def test_what_follows_an_early_answer_keeps_no_connection(
    head: bytes, piece: bytes, pieces: int
) -> None:
    async def use(loop: LogicalLoop) -> None:
        protocol, transport = connection_to_ok()
        protocol.data_received(head)
        await loop.advance(1)
        assert written(transport).endswith(b"\r\n\r\nok")
        for _ in range(pieces):
            if not transport.close.called:
                protocol.data_received(piece)
            await loop.advance(1)
        # A timer looks every 10 s, and each part of what follows may take 10 s.
        for _ in range(4):
            await loop.advance(10)
        assert transport.close.called

    on_logical_time(use)


@pytest.mark.parametrize("head", [WITH_LENGTH + b"a" * 50, CHUNKED + b"32\r\n"])
def test_body_that_comes_after_its_answer_is_passed_over(head: bytes) -> None:
    async def use(loop: LogicalLoop) -> None:
        protocol, transport = connection_to_ok()
        for count in range(1, 6):
            protocol.data_received(head)
            await loop.advance(4)
            protocol.data_received(b"a" * 50)
            if head.startswith(CHUNKED):
                protocol.data_received(b"\r\n0\r\n\r\n")
            await loop.advance(4)
            assert written(transport).count(b"\r\n\r\nok") == count
        assert not transport.close.called

    on_logical_time(use)


def test_endless_body_after_its_answer_gets_no_other_answer() -> None:
    async def use(loop: LogicalLoop) -> None:
        protocol, transport = connection_to_ok(most_bytes=1_000)
        protocol.data_received(CHUNKED)
        await loop.advance(1)
        for _ in range(300):
            if not transport.abort.called:
                protocol.data_received(b"1\r\na\r\n")
        assert transport.abort.called
        assert written(transport).count(b"HTTP/1.1 ") == 1

    on_logical_time(use)
