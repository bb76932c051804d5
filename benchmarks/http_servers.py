"""The servers that benchmarks/bench_http.py asks: ours, from Node, and stock Strawberry."""

import http.client
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cpu_clocks import cpu_seconds
from tests.clients.npm import installed
from tests.ports import free_port
from tests.server import running_server

OURS = "primeql"
MERCURIUS_JIT = "mercurius + jit"
MERCURIUS = "mercurius"
YOGA = "graphql-yoga"
STOCK = "stock Strawberry"

_FOLDER = Path(__file__).parent / "http_peers"
_NODE_KINDS = {MERCURIUS_JIT: "mercurius-jit", MERCURIUS: "mercurius", YOGA: "yoga"}
_ADDRESS = re.compile(r"running on http://[\w.]+:(\d+)")
_START_SECONDS = 60
_HEADERS = {"Content-Type": "application/json"}
# So much that no request of the benchmark is refused.
_UNLIMITED = {
    "points": 10**12,
    "restore_rate": 10**9,
    "requests_per_minute": 10**9,
    "concurrent_requests": 10**6,
    "max_request_cost": 10**12,
}


class Server:
    """A server under way, and one connection to it."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid = pid
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)

    def connect(self) -> None:
        """Connect anew: servers close connections that have been idle for 5 s."""
        self._connection.close()
        self._connection.connect()

    def ask(self, body: bytes) -> bytes:
        """Return the answer to one request.

        Raises:
            RuntimeError: It is an error.
        """
        self._connection.request("POST", "/graphql", body, _HEADERS)
        response = self._connection.getresponse()
        answer = response.read()
        if response.status != 200 or b'"errors"' in answer[:2_000]:
            raise RuntimeError(f"{response.status}: {answer[:500]!r}")
        return answer

    def cpu_of(self, bodies: list[bytes]) -> float:
        """Return the mean CPU seconds of the server over these requests, one after another."""
        self.connect()
        begin = cpu_seconds(self.pid)
        for body in bodies:
            self.ask(body)
        return (cpu_seconds(self.pid) - begin) / len(bodies)


def peer_versions() -> str:
    """Return which Node and which packages the peers run on."""
    node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)
    packages = json.loads((_FOLDER / "package-lock.json").read_text())["packages"]
    names = json.loads((_FOLDER / "package.json").read_text())["dependencies"]
    versions = (f"{name} {packages[f'node_modules/{name}']['version']}" for name in names)
    return ", ".join([f"Node {node.stdout.strip()}", *versions])


@contextmanager
def running(names: Sequence[str]) -> Iterator[dict[str, Server]]:
    """Start the servers of these names; stop them at the end."""
    with ExitStack() as stack:
        if not _NODE_KINDS.keys().isdisjoint(names):
            stack.enter_context(installed(_FOLDER))
        yield {name: stack.enter_context(_server(name)) for name in names}


def _server(name: str) -> AbstractContextManager[Server]:
    """Return the server of this name, which runs within it."""
    if name == OURS:
        return _ours()
    if name in _NODE_KINDS:
        return _process(["node", str(_FOLDER / "server.mjs"), _NODE_KINDS[name]], "stdout")
    command = [sys.executable, "-m", "benchmarks.stock_server", str(free_port())]
    return _process(command, "stderr")


@contextmanager
def _ours() -> Iterator[Server]:
    """Start ours as anyone would, but for larger pages and budgets."""
    with tempfile.TemporaryDirectory() as folder:
        tiers = Path(folder) / "tiers.json"
        tiers.write_text(json.dumps({"anonymous": _UNLIMITED}))
        settings = {"PRIMEQL_TIERS_FILE": str(tiers), "PRIMEQL_MAX_PAGE_SIZE": "1000000"}
        with running_server(settings) as server:
            yield Server(server.process.pid, int(server.url.rpartition(":")[2]))


@contextmanager
def _process(command: list[str], stream: str) -> Iterator[Server]:
    """Start a peer, which tells its address on one of its streams."""
    pipes: Mapping[str, Any] = {stream: subprocess.PIPE}
    process = subprocess.Popen(command, text=True, **pipes)
    watchdog = threading.Timer(_START_SECONDS, process.kill)
    watchdog.start()
    output = getattr(process, stream)
    try:
        port = _port(output)
        watchdog.cancel()
        yield Server(process.pid, port)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
        output.close()


def _port(output: Iterator[str]) -> int:
    """Return the port of a server that tells its address."""
    told = []
    for line in output:
        told.append(line)
        if address := _ADDRESS.search(line):
            return int(address[1])
    raise RuntimeError("the server did not start:\n" + "".join(told))
