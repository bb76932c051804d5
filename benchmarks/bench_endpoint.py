"""Measures what the smallest requests cost the server, and what those cost that it refuses.

Run: python -m benchmarks.bench_endpoint [rounds]

Starts real server processes and asks each over one connection that is kept: an endpoint that does
nothing, the service with more and more of its layers (``benchmarks/endpoint_layers.py``), and the
service as it is. Prints the CPU time of the server's threads per request, from the kernel's own
account: medians of rounds in which all cases take turns. Then the same for requests that are
refused, with the points that each takes from its client's bucket.
"""

import json
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.endpoint_layers import LAYERS
from tests.ports import free_port
from tests.server import running_server

_ROUNDS = 15
_REQUESTS = 300
_IS_PRIME = "{ integer(value: 1000000007) { isPrime } }"
_TIER = """[anonymous]
points = {points}
restore_rate = 0.001
max_request_cost = {most}
requests_per_minute = {rate}
concurrent_requests = 100
"""
_MUCH = 10**9


@dataclass(frozen=True)
class Case:
    """One kind of request: to whom it goes, and what is sent."""

    name: str
    server: str
    body: bytes
    headers: Mapping[str, str]


def _post(query: str | None, **more: object) -> bytes:
    """Return the body of an operation."""
    return json.dumps({"query": query, **more} if query is not None else more).encode()


_JSON = {"Content-Type": "application/json"}
_ACCEPTED = (
    *(Case(told, name, _post(_IS_PRIME), _JSON) for name, told in LAYERS.items()),
    Case("and prices and budgets: isPrime", "service", _post(_IS_PRIME), _JSON),
    Case(
        "isPrime by a variable",
        "service",
        _post(
            "query ($value: BigInt!) { integer(value: $value) { isPrime } }",
            variables={"value": "18446744073709551557"},
        ),
        _JSON,
    ),
    Case("__typename", "service", _post("{ __typename }"), _JSON),
)
_DEAR = '{ primeRange(low: 1, high: "100000000000") { gaps { maximum { start } } } }'
_PERSISTED = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}
_CLOSE = {"Connection": "close"}
_REFUSED = (
    Case("too many requests a minute", "strict", _post(_IS_PRIME), _JSON),
    Case("bucket empty", "poor", _post(_IS_PRIME), _JSON),
    Case("API key not valid", "service", _post(_IS_PRIME), {**_JSON, "X-API-Key": "nonsense"}),
    Case("too dear", "service", _post(_DEAR), _JSON),
    Case("priced only", "service", _post(_IS_PRIME), {**_JSON, "GraphQL-Cost": "validate"}),
    Case("not GraphQL", "service", _post("{ integer("), _JSON),
    Case("not valid", "service", _post("{ nothing }"), _JSON),
    Case("unknown persisted query", "service", _post(None, extensions=_PERSISTED), _JSON),
    Case("not JSON", "service", b'{"query": ', _JSON),
    Case("no JSON by its type", "service", _post(_IS_PRIME), {"Content-Type": "text/plain"}),
    # The server hangs up on what it does not read, so a new connection is part of it.
    Case(
        "too large", "service", b"{", {**_JSON, "Content-Length": "2000000", "Connection": "close"}
    ),
)


class Connection:
    """A connection that is kept, and the raw request that goes over it."""

    def __init__(self, url: str, case: Case) -> None:
        """Connect."""
        address = urlsplit(url)
        self._address = (str(address.hostname), address.port or 80)
        length = str(len(case.body))
        fields = {"Host": address.netloc, "Accept": "*/*", "Content-Length": length, **case.headers}
        self._is_kept = "Connection" not in fields
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        self._raw = f"POST /graphql HTTP/1.1\r\n{head}\r\n".encode() + case.body
        self.reconnect()

    def reconnect(self) -> None:
        """Begin a connection: the server does not keep one that nothing comes over."""
        self._socket = socket.create_connection(self._address)

    def ask(self) -> tuple[int, Mapping[str, str]]:
        """Send the request; return the answer's status and headers."""
        self._socket.sendall(self._raw)
        received = bytearray()
        while b"\r\n\r\n" not in received:
            received += self._received()
        head, _, body = bytes(received).partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines)
        }
        missing = int(headers["content-length"]) - len(body)
        while missing > 0:
            missing -= len(self._received())
        if not self._is_kept:
            self.close()
            self.reconnect()
        return int(first.split()[1]), headers

    def _received(self) -> bytes:
        """Return what came next."""
        received = self._socket.recv(1 << 20)
        if not received:
            raise ConnectionError(f"the server hung up: {self._raw[:300]!r}")
        return received

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


def main() -> None:
    """Print both tables."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else _ROUNDS
    with ExitStack() as stack:
        servers = stack.enter_context(_servers())
        print("| accepted | CPU, microseconds |\n|---|---|")
        for case, microseconds, _ in _measured(servers, _ACCEPTED, rounds):
            print(f"| {case.name} | {microseconds:.0f} |", flush=True)
        print("\n| refused | status | CPU, microseconds | points taken |\n|---|---|---|---|")
        for case, microseconds, (status, taken) in _measured(servers, _REFUSED, rounds):
            print(f"| {case.name} | {status} | {microseconds:.0f} | {taken} |", flush=True)


def _measured(
    servers: Mapping[str, tuple[str, int]], cases: Sequence[Case], rounds: int
) -> Iterator[tuple[Case, float, tuple[int, str]]]:
    """Yield each case with its CPU time per request, its status and what it takes."""
    connections = [Connection(servers[case.server][0], case) for case in cases]
    costs: list[list[float]] = [[] for _ in cases]
    seen = []
    for connection in connections:
        connection.reconnect()
        seen.append(_status_and_points(connection))
    for _ in range(rounds):
        for case, connection, found in zip(cases, connections, costs, strict=True):
            found.append(_cost(servers[case.server][1], connection))
    for case, connection, found, facts in zip(cases, connections, costs, seen, strict=True):
        connection.close()
        yield case, statistics.median(found) * 1e6, facts


def _status_and_points(connection: Connection) -> tuple[int, str]:
    """Return the status of an answer, and the points that ten more take."""
    for _ in range(20):
        status, before = connection.ask()
    for _ in range(10):
        _, after = connection.ask()
    left = [headers.get("x-ratelimit-remaining") for headers in (before, after)]
    if left[0] is None or left[1] is None:
        return status, "0, not asked for"
    return status, str((int(left[0]) - int(left[1])) / 10)


def _cost(process_id: int, connection: Connection) -> float:
    """Return the CPU seconds per request of one round."""
    connection.close()
    connection.reconnect()
    connection.ask()
    begin = _cpu_seconds(process_id)
    for _ in range(_REQUESTS):
        connection.ask()
    return (_cpu_seconds(process_id) - begin) / _REQUESTS


def _cpu_seconds(process_id: int) -> float:
    """Return the CPU time of a process's threads until now, in nanoseconds' resolution."""
    threads = Path(f"/proc/{process_id}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9


@contextmanager
def _servers() -> Iterator[Mapping[str, tuple[str, int]]]:
    """Yield the address and the process of each server by its name."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        found: dict[str, tuple[str, int]] = {}
        for name, rate, points in (
            ("service", _MUCH, 10**12),
            ("strict", 1, 10**12),
            ("poor", _MUCH, 10),
        ):
            tiers = Path(folder, f"{name}.toml")
            tier = _TIER.format(points=points, most=min(points, 20_000), rate=rate)
            tiers.write_text(tier)
            settings = {"PRIMEQL_TIERS_FILE": str(tiers), "PRIMEQL_WORKERS": "1"}
            server = stack.enter_context(running_server(settings))
            found[name] = (server.url, server.process.pid)
        for name in LAYERS:
            found[name] = stack.enter_context(_plain_server(name))
        yield found


@contextmanager
def _plain_server(name: str) -> Iterator[tuple[str, int]]:
    """Yield the address and the process of a server of this module."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.endpoint_layers", name, str(port)],
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    # Its lines of log are read, as those of the service are.
    reader = threading.Thread(target=process.stderr.readlines)
    reader.start()
    try:
        _await(port)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.kill()
        process.wait()
        reader.join()


def _await(port: int) -> None:
    """Return once somebody listens."""
    for _ in range(300):
        with socket.socket() as attempt:
            if attempt.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server did not start")


if __name__ == "__main__":
    main()
