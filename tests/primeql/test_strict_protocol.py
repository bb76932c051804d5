"""What is no request is refused with a code; what does not end, or does not come, is given up."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.server import ServerState

from primeql.http_server import HttpServer
from primeql.strict_protocol import StrictProtocol
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
    return socket.create_connection((address.hostname, address.port), timeout=30)


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
        b"FOO / HTTP/1.1\r\nHost: x\r\n\r\n",
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
        sending = asyncio.create_task(send_for_ever(writer, byte))
        # The server has closed the connection, or reset it.
        with suppress(ConnectionResetError):
            await reader.read()
        sending.cancel()


async def send_for_ever(writer: asyncio.StreamWriter, byte: bytes) -> None:
    """Send one byte after another, slowly."""
    while True:
        writer.write(byte)
        await asyncio.sleep(0.2)


def test_connection_is_kept_while_it_is_used_and_no_longer() -> None:
    async def use(loop: LogicalLoop) -> None:
        transport = Mock(spec=asyncio.Transport)
        transport.is_closing.return_value = False
        transport.get_extra_info.return_value = None
        config = uvicorn.Config(PlainTextResponse("ok"), http=StrictProtocol, log_config=None)
        config.timeout_keep_alive = 10
        protocol = StrictProtocol(config, ServerState(), {})
        protocol.connection_made(transport)
        for count in range(1, 9):
            for part in (b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r\n"):
                protocol.data_received(part)
                await loop.advance(4)
            written = b"".join(call.args[0] for call in transport.write.call_args_list)
            assert written.count(b"\r\n\r\nok") == count
        assert not transport.close.called
        await loop.advance(11)
        assert transport.close.called

    with asyncio.Runner(loop_factory=LogicalLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, LogicalLoop)
        runner.run(use(loop))
