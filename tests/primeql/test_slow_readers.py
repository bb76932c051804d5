"""Clients that do not take their answers cost neither errors nor connections."""

import asyncio
import json
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import primeql.endpoint.json_response
import primeql.server.http_server
from execution.output.encoding import encode_long
from execution.output.integer_arrays import StringArray
from primeql.endpoint.json_response import json_response
from primeql.server.http_protocol import WholeAnswerProtocol
from primeql.server.http_server import HttpServer
from tests.server import running_server
from tests.waiting import WAIT_SECONDS, until

PAGE = "{ primeRange(low: 0, high: 2000000) { primes(first: 100000) { nodes } } }"
# Ten answers of 1.2 MB: more than the buffers of two sockets hold.
CUT_OFF = "clients given up that did not take their answers: 1"
GAVE_UP = "gave up an answer that its client did not take"
MANY = f"{{ {' '.join(f'a{k}: {PAGE[2:-2]}' for k in range(10))} }}"


def test_server_that_is_told_to_stop_gives_up_who_does_not_read() -> None:
    with running_server({"PRIMEQL_DEADLINE_MILLISECONDS": "3000"}) as server:
        with server.ask_without_reading(MANY) as connection:
            assert connection.recv(12) == b"HTTP/1.1 200"
            assert server.terminate() == 0
        server.log_reader.join()
        lines = [json.loads(line) for line in server.log]
    (warning,) = [line for line in lines if line["level"] not in ("INFO", "DEBUG")]
    assert (warning["level"], warning["logger"]) == ("WARNING", "primeql.server.connections")
    assert warning["msg"].endswith("when the time for stopping was over: 1")
    # The log says that the client did not get all of it.
    assert [line["status"] for line in lines if line["logger"] == "primeql.access"] == [499]


async def long_answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by 6 MB, made while they are sent."""
    body = encode_long({"data": StringArray(np.arange(10**9, 10**9 + 500_000, dtype=np.uint64))})
    await json_response(body, 200, {}, "application/json")(scope, receive, send)


async def large_answer(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer by 6 MB at once."""
    await Response(b"x" * 6_000_000)(scope, receive, send)


@asynccontextmanager
async def serving(app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> AsyncIterator[int]:
    """Serve in this process; yield the port."""
    config = uvicorn.Config(
        app, port=0, lifespan="off", http=WholeAnswerProtocol, log_config=None, access_log=False
    )
    server = HttpServer(config)
    task = asyncio.create_task(server._serve())
    await until(lambda: server.started or task.done(), "a server")
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def stuck_reader(port: int, version: str) -> AsyncIterator[socket.socket]:
    """Ask, and take no more than the head of the answer."""
    loop = asyncio.get_running_loop()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.setblocking(False)
        await loop.sock_connect(connection, ("127.0.0.1", port))
        request = f"GET / HTTP/{version}\r\nHost: x\r\nConnection: close\r\n\r\n"
        await loop.sock_sendall(connection, request.encode())
        assert (await loop.sock_recv(connection, 12)).endswith(b" 200")
        yield connection


async def read_all(connection: socket.socket) -> int:
    """Return how much there is to read until the connection ends."""
    loop = asyncio.get_running_loop()
    count = 0
    async with asyncio.timeout(WAIT_SECONDS):
        try:
            while part := await loop.sock_recv(connection, 1 << 20):
                count += len(part)
        except ConnectionResetError:
            pass
    return count


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_who_takes_nothing_for_long_is_cut_off_and_is_no_error(
    version: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(primeql.endpoint.json_response, "STALLED_SECONDS", 0.2)
    async with serving(long_answer) as port, stuck_reader(port, version) as connection:
        await until(lambda: GAVE_UP in caplog.messages, "the end of the connection")
        assert await read_all(connection) < 6_000_000
    assert [one.levelname for one in caplog.records if one.levelno > logging.INFO] == []
    assert caplog.messages.count(GAVE_UP) == 1


async def test_who_reads_slowly_gets_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(primeql.endpoint.json_response, "STALLED_SECONDS", 2.0)
    monkeypatch.setattr(primeql.server.http_server, "SWEEP_TICKS", 20)
    loop = asyncio.get_running_loop()
    async with serving(long_answer) as port, stuck_reader(port, "1.0") as connection:
        count = 0
        for _ in range(30):
            await asyncio.sleep(0.1)
            count += len(await loop.sock_recv(connection, 1 << 20))
        while part := await loop.sock_recv(connection, 1 << 20):
            count += len(part)
    assert count > 500_000 * len('"1000000000",')


async def test_connection_that_cannot_be_closed_in_peace_is_cut_off(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(primeql.server.http_server, "SWEEP_TICKS", 2)
    async with serving(large_answer) as port, stuck_reader(port, "1.1") as connection:
        await until(lambda: CUT_OFF in caplog.messages, "the end of the connection")
        assert await read_all(connection) < 6_000_000
    assert caplog.messages.count(CUT_OFF) == 1
    assert [one.levelname for one in caplog.records if one.levelno > logging.INFO] == []
