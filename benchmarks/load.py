"""A load client that takes little of the cores it shares: HTTP/1.1 on kept connections."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

_AMPLE_TIER = {
    "points": 10**9,
    "restore_rate": 10**8,
    "requests_per_minute": 10**8,
    "concurrent_requests": 10_000,
    "max_request_cost": 20_000,
}


class Reply(NamedTuple):
    """The status of a response and its body, decoded."""

    status: int
    body: Any


class Connection:
    """One kept connection, opened anew when the other side has closed it."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host, self._port = address.hostname, address.port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, query: str, headers: str = "") -> Reply:
        """Return the response to a document."""
        return await self.post({"query": query}, headers)

    async def post(self, value: Any, headers: str = "") -> Reply:
        """Return the response to a body: the parameters of an operation, or a batch of them."""
        body = json.dumps(value)
        head = f"POST /graphql HTTP/1.1\r\nContent-Type: application/json\r\n{headers}"
        return await self._exchange(f"{head}Content-Length: {len(body)}\r\n", body)

    async def get(self, path: str) -> Reply:
        """Return the response to a GET."""
        return await self._exchange(f"GET {path} HTTP/1.1\r\n", "")

    async def _exchange(self, head: str, body: str) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        try:
            writer.write(f"{head}Host: x\r\n\r\n{body}".encode())
            status, fields = _parsed(await reader.readuntil(b"\r\n\r\n"))
            content = await reader.readexactly(int(fields.get("content-length", 0)))
        except BaseException:
            self.close()
            raise
        if fields.get("connection") == "close":
            self.close()
        is_json = fields.get("content-type", "").startswith("application/")
        return Reply(status, json.loads(content) if is_json else content)

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    """Return the status and the header fields of a response."""
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    fields = (line.partition(":") for line in lines)
    return int(first.split()[1]), {name.lower(): value.strip() for name, _, value in fields}


async def latencies(url: str, path_or_query: str, seconds: float, pause: float) -> list[float]:
    """Return how long each of many requests took, asked one after the other with pauses."""
    connection = Connection(url)
    ask = connection.get if path_or_query.startswith("/") else connection.ask
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        reply = await ask(path_or_query)
        taken.append(time.perf_counter() - begin)
        assert reply.status == 200, reply
        await asyncio.sleep(pause)
    connection.close()
    return taken


@asynccontextmanager
async def looping(
    url: str, clients: int, document: Callable[[int], str]
) -> AsyncIterator[list[Reply]]:
    """Have clients ask without a pause; no two documents are the same. Yields the replies."""
    replies: list[Reply] = []
    numbers = iter(range(1 << 30))

    async def loop() -> None:
        connection = Connection(url)
        try:
            while True:
                replies.append(await connection.ask(document(next(numbers))))
        finally:
            connection.close()

    tasks = [asyncio.ensure_future(loop()) for _ in range(clients)]
    try:
        yield replies
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def percentiles(taken: Sequence[float]) -> dict[str, float]:
    """Return p50, p95, p99 and the worst, in milliseconds."""
    ordered = sorted(taken)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "worst": 1.0}
    places = {name: min(len(ordered) - 1, int(len(ordered) * p)) for name, p in shares.items()}
    return {name: 1_000 * ordered[place] for name, place in places.items()}


@contextmanager
def ample_tiers() -> Iterator[str]:
    """The path of a tiers file by which nobody is refused; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        tiers = Path(folder) / "tiers.json"
        tiers.write_text(json.dumps({"anonymous": _AMPLE_TIER}))
        yield str(tiers)
