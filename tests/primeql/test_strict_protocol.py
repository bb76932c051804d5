"""What is no request is refused with a code; what does not end, or does not come, is given up."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
import uvicorn
from starlette.responses import PlainTextResponse

from primeql.http_server import HttpServer
from primeql.strict_protocol import StrictProtocol
from tests.server import RunningServer

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
    while not server.started:
        await asyncio.sleep(0.01)
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
    async with impatient_server() as (reader, writer), asyncio.timeout(20):
        if sent_before:
            writer.write(sent_before)
            assert (await reader.readexactly(15)) == b"HTTP/1.1 200 OK"
        if byte:
            writer.write(b"GET / HTTP/1.1\r\nX-A: ")
        while not reader.at_eof():
            if byte:
                writer.write(byte)
            try:
                async with asyncio.timeout(0.2):
                    await reader.read(1_000)
            except (TimeoutError, ConnectionResetError):
                continue


async def test_connection_that_is_used_is_kept() -> None:
    async with impatient_server() as (reader, writer), asyncio.timeout(20):
        for _ in range(8):
            for part in (b"GET / HT", b"TP/1.1\r\nHost: x\r\n\r\n"):
                writer.write(part)
                await asyncio.sleep(0.15)
            assert (await reader.readuntil(b"\r\n\r\nok")).startswith(b"HTTP/1.1 200 OK")
