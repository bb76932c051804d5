"""Long answers are made as their client reads them; what a client may see of that is nothing."""

import asyncio
import gzip
import itertools
import json
import socket
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
import numpy as np
import pytest
from starlette.types import Message

import primeql.endpoint.json_response
from execution.output.encoding import LongBody, encode_long, long_list
from execution.output.integer_arrays import StringArray
from middleware.limits.memory_budget import SMALL_BYTES, MemoryBudget
from primeql.endpoint.json_response import LongResponse, json_response
from tests.oracles import primes_by_primesieve
from tests.server import RunningServer
from tests.waiting import WAIT_SECONDS

# The 100,000th prime is 1,299,709 (OEIS A006988).
LAST = 1_299_709
PAGE = "{ primeRange(low: 0, high: 2000000) { primes(first: 100000) { FIELD } } }"
# Ten answers of 1.2 MB: more than the buffers of two sockets hold.
MANY = f"{{ {' '.join(f'a{k}: {PAGE[2:-2]}' for k in range(10))} }}".replace("FIELD", "nodes")


def page_of(field: str) -> bytes:
    """Return the answer that a client expects."""
    primes: list[Any] = primes_by_primesieve(0, LAST)
    listed = list(map(str, primes)) if field == "nodes" else primes
    data = {"data": {"primeRange": {"primes": {field: listed}}}}
    return json.dumps(data, separators=(",", ":")).encode()


@pytest.mark.parametrize("field", ["nodes", "numbers"])
def test_long_page_is_right_and_its_length_is_told(server: RunningServer, field: str) -> None:
    expected = page_of(field)
    response = httpx.post(
        f"{server.url}/graphql",
        json={"query": PAGE.replace("FIELD", field)},
        headers={"Accept-Encoding": "identity"},
    )
    assert response.content == expected
    assert response.headers["content-length"] == str(len(expected))
    assert "transfer-encoding" not in response.headers


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_long_page_is_compressed(server: RunningServer, method: str, coding: str) -> None:
    query = PAGE.replace("FIELD", "nodes")
    sent = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}
    headers = {"Accept-Encoding": coding}
    response = httpx.request(
        method, f"{server.url}/graphql", headers=headers, **sent  # type: ignore[arg-type]  # one of two
    )
    assert response.headers["content-encoding"] == coding
    assert "content-length" not in response.headers
    assert "Accept-Encoding" in response.headers["vary"]
    assert response.num_bytes_downloaded < len(response.content) / 2
    assert response.content == page_of("nodes")


def test_head_has_the_headers_of_get(server: RunningServer) -> None:
    parameters = {"query": PAGE.replace("FIELD", "numbers")}
    with httpx.Client(base_url=server.url, headers={"Accept-Encoding": "identity"}) as client:
        got = client.get("/graphql", params=parameters)
        head = client.head("/graphql", params=parameters)
        kept = client.get(
            "/graphql", params=parameters, headers={"If-None-Match": head.headers["etag"]}
        )
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control", "vary"):
        assert head.headers[name] == got.headers[name]
    assert (kept.status_code, kept.content) == (304, b"")


def test_page_across_2_to_64_lists_integers_of_any_size(server: RunningServer) -> None:
    # The primes around 2^64, by sympy.primerange.
    document = "{ primeRange(low: %d, high: %d) { primes(first: 9) { nodes } } }"
    response = server.post(document % (2**64 - 100, 2**64 + 40))
    below = [2**64 - step for step in (95, 83, 59)]
    above = [2**64 + step for step in (13, 37)]
    assert response.json()["data"]["primeRange"]["primes"] == {
        "nodes": [str(p) for p in (*below, *above)]
    }


def test_long_lists_of_objects_are_right(server: RunningServer) -> None:
    query = "query ($values: [BigInt!]!) { integers(values: $values) { value isPrime } }"
    values = list(range(5_000))
    primes = set(primes_by_primesieve(0, 5_000))
    response = server.post(query, {"values": values})
    assert response.json()["data"]["integers"] == [
        {"value": str(n), "isPrime": n in primes} for n in values
    ]
    assert response.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_client_of_http_1_0_is_told_the_length(
    server: RunningServer, method: str, coding: str
) -> None:
    query = f"{{ integers(values: [{','.join(map(str, range(2_000)))}]) {{ value }} }}"
    head, body = ask_by_http_1_0(server, method, query, coding)
    assert "transfer-encoding" not in head
    assert head["content-length"] == str(len(body))
    assert head.get("content-encoding", "identity") == coding
    text = gzip.decompress(body) if coding == "gzip" else body
    assert json.loads(text)["data"]["integers"] == [{"value": str(n)} for n in range(2_000)]


def ask_by_http_1_0(
    server: RunningServer, method: str, query: str, coding: str
) -> tuple[dict[str, str], bytes]:
    """Return headers and body of the answer, which ends with its connection."""
    address = urlsplit(server.url)
    is_post = method == "POST"
    body = json.dumps({"query": query}).encode() if is_post else b""
    target = "/graphql" if is_post else f"/graphql?{urlencode({'query': query})}"
    head = (
        f"{method} {target} HTTP/1.0\r\nContent-Type: application/json\r\n"
        f"Accept-Encoding: {coding}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    assert address.hostname is not None
    assert address.port is not None
    with socket.create_connection(
        (address.hostname, address.port), timeout=WAIT_SECONDS
    ) as connection:
        connection.sendall(head.encode() + body)
        with connection.makefile("rb") as answer:
            fields, _, rest = answer.read().partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in fields.decode().split("\r\n")[1:]]
    return {name.lower(): value for name, _, value in lines}, rest


def test_batch_of_long_pages(server: RunningServer) -> None:
    batch = [{"query": PAGE.replace("FIELD", field)} for field in ("nodes", "numbers")]
    response = httpx.post(f"{server.url}/graphql", json=batch)
    assert response.content == b"[%b,%b]" % (page_of("nodes"), page_of("numbers"))


def ask_for_many(server: RunningServer) -> socket.socket:
    """Return a connection that has asked for more than it has room for."""
    return server.ask_without_reading(MANY, "Connection: close", room=65_536)


def test_slow_reader_gets_its_answer_and_hinders_nobody(server: RunningServer) -> None:
    with ask_for_many(server) as connection:
        received = [connection.recv(1_000)]
        for _ in range(5):
            assert server.post("{ integer(value: 97) { isPrime } }").status_code == 200
            time.sleep(0.05)
            received.append(connection.recv(1_000))
        while part := connection.recv(1 << 20):
            received.append(part)
    head, _, body = b"".join(received).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert f"content-length: {len(body)}".encode() in head.lower()
    data = json.loads(body)["data"]
    expected = json.loads(page_of("nodes"))["data"]["primeRange"]
    assert list(data) == [f"a{k}" for k in range(10)]
    assert all(answer == expected for answer in data.values())


def test_reader_that_hangs_up_is_no_error(server: RunningServer) -> None:
    logged = len(server.log)
    for _ in range(3):
        with ask_for_many(server) as connection:
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert server.post("{ integer(value: 97) { isPrime } }").status_code == 200
    assert not [line for line in server.log[logged:] if "ERROR" in line or "Traceback" in line]


class Reader:
    """A client in this process, which takes ``room`` messages of a body and then no more."""

    def __init__(self, room: int) -> None:
        self.messages: list[Message] = []
        self.gone = asyncio.Event()
        self._room = asyncio.Semaphore(room)

    async def receive(self) -> Message:
        """Hang up when told to."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a message, when there is room for it."""
        if message["type"] == "http.response.body" and not self.gone.is_set():
            await self._room.acquire()
        self.messages.append(message)

    def read(self, pieces: int) -> None:
        """Take more."""
        for _ in range(pieces):
            self._room.release()


class CountedBody(LongBody):
    """A body that counts the pieces made of it."""

    made = 0

    def pieces(self) -> Any:
        """Yield and count."""
        for piece in super().pieces():
            self.made += 1
            yield piece


@pytest.fixture
def body() -> CountedBody:
    values = np.arange(10**9, 10**9 + 200_000, dtype=np.uint64)
    long_body = encode_long({"data": StringArray(values)})
    assert isinstance(long_body, LongBody)
    return CountedBody(long_body._texts, long_body._gaps)


async def turns() -> None:
    """Give others plenty of turns."""
    for _ in range(200):
        await asyncio.sleep(0)


async def test_client_that_takes_nothing_is_given_up(
    body: CountedBody, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(primeql.endpoint.json_response, "STALLED_SECONDS", 0.05)
    reader = Reader(room=2)
    response = json_response(body, 200, {}, "application/json")
    async with asyncio.timeout(WAIT_SECONDS):
        await response({"method": "POST"}, reader.receive, reader.send)
    assert body.made == 3
    assert all(message.get("more_body", True) for message in reader.messages)


async def test_nothing_is_made_before_the_client_has_room(body: CountedBody) -> None:
    reader = Reader(room=2)
    response = json_response(body, 200, {}, "application/json")
    sending = asyncio.ensure_future(response({"method": "POST"}, reader.receive, reader.send))
    await turns()
    assert body.made == 3
    reader.read(4)
    await turns()
    assert body.made == 7
    reader.read(1_000)
    await sending
    text = b"".join(message.get("body", b"") for message in reader.messages)
    assert json.loads(text) == {"data": [str(n) for n in range(10**9, 10**9 + 200_000)]}
    assert [message.get("more_body") for message in reader.messages[-2:]] == [True, False]


async def test_nothing_is_made_after_the_client_has_hung_up(body: CountedBody) -> None:
    reader = Reader(room=2)
    response = json_response(body, 200, {}, "application/json")
    sending = asyncio.ensure_future(response({"method": "POST"}, reader.receive, reader.send))
    await turns()
    reader.gone.set()
    reader.read(1)
    await sending
    assert body.made <= 5


async def test_others_have_a_turn_between_two_pieces(body: CountedBody) -> None:
    reader = Reader(room=1_000)
    response = json_response(body, 200, {}, "application/json")
    made: list[int] = []

    async def other() -> None:
        while True:
            made.append(body.made)
            await asyncio.sleep(0)

    others = asyncio.ensure_future(other())
    await response({"method": "POST"}, reader.receive, reader.send)
    others.cancel()
    assert max(later - earlier for earlier, later in itertools.pairwise(made)) == 1
    assert len(set(made)) > 20


async def test_objects_let_go_of_their_memory_as_they_are_read() -> None:
    long_body = encode_long({"data": long_list([{"n": str(n)} for n in range(200_000)])})
    reader = Reader(room=5)
    response = json_response(long_body, 200, {}, "application/json")
    assert isinstance(response, LongResponse)
    budget = MemoryBudget(256 << 20)
    held = budget.holder()
    held.take(100 << 20, "ip:192.0.2.1")
    response.hold(held)
    sending = asyncio.ensure_future(response({"method": "POST"}, reader.receive, reader.send))
    shares = []
    for _ in range(4):
        await turns()
        shares.append(budget.held_bytes / (100 << 20))
        reader.read(8)
    reader.read(1_000)
    await sending
    # A piece has about 5,000 of the entries: 4 were read, then 8 more each time, of 43.
    assert shares == sorted(shares, reverse=True)
    assert 0.8 < shares[0] < 1
    assert 0.2 < shares[3] < 0.6
    assert budget.held_bytes <= SMALL_BYTES


async def test_nothing_is_made_for_head(body: CountedBody) -> None:
    reader = Reader(room=9)
    response = json_response(body, 200, {}, "application/json")
    await response({"method": "HEAD"}, reader.receive, reader.send)
    assert body.made == 0
    start, *rest = reader.messages
    size = str(body.size()).encode()
    assert (b"content-length", size) in start["headers"]
    assert [message["body"] for message in rest] == [b"", b""]
