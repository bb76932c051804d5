"""A real server process on a port of its own, for tests that ask as clients do."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.waiting import WAIT_SECONDS

_METRICS = re.compile(r"metrics on (http://[\d.]+:\d+/metrics)")
_ADDRESS = re.compile(r"running on (http://[\d.]+:\d+)")
START_SECONDS = STOP_SECONDS = 2 * WAIT_SECONDS


@dataclass
class RunningServer:
    """A server that has started, and what it has logged so far."""

    process: "subprocess.Popen[str]"
    url: str
    log: list[str]
    log_reader: threading.Thread

    def post(self, query: str, variables: Any = None, **more: Any) -> httpx.Response:
        """Return the response to one GraphQL operation."""
        body = {"query": query, "variables": variables, **more}
        return httpx.post(f"{self.url}/graphql", json=body)

    def ask_without_reading(
        self, query: str, *fields: str, room: int = 4_096, version: str = "1.1"
    ) -> socket.socket:
        """Return a connection that has asked, and has room for so many bytes, or not much more.

        Args:
            query: What is asked.
            fields: Lines of the request's head, beside those that must be.
            room: Bytes that the system may take of the answer while nobody reads it.
            version: Of HTTP.
        """
        address = urlsplit(self.url)
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        connection.settimeout(WAIT_SECONDS)
        connection.connect((address.hostname, address.port))
        body = json.dumps({"query": query})
        head = (
            f"POST /graphql HTTP/{version}",
            "Host: x",
            "Content-Type: application/json",
            f"Content-Length: {len(body)}",
            *fields,
        )
        connection.sendall("\r\n".join((*head, "", body)).encode())
        return connection

    @property
    def metrics_url(self) -> str:
        """Where the metrics are scraped."""
        (address,) = _METRICS.findall("".join(self.log))
        assert isinstance(address, str)
        return address

    def terminate(self) -> int:
        """Ask the server to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOP_SECONDS)


@contextmanager
def running_server(
    settings: Mapping[str, str] | None = None, port: str = "0", module: str = "primeql"
) -> Iterator[RunningServer]:
    """Start a server with these ``PRIMEQL_*`` settings; stop it at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRIMEQL_")}
    process = subprocess.Popen(
        [sys.executable, "-m", module, "serve", "--port", port],
        env={**kept, "PRIMEQL_METRICS_PORT": "0", **(settings or {})},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    reader: threading.Thread | None = None
    try:
        server = _await_start(process)
        reader = server.log_reader
        yield server
    finally:
        process.kill()
        process.wait()
        if reader is not None:
            reader.join()  # the log has ended: no thread may hold a file number that is free again
        process.stderr.close()


def _await_start(process: "subprocess.Popen[str]") -> RunningServer:
    """Return the server once it has logged its address; go on reading its log."""
    assert process.stderr is not None
    log: list[str] = []
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    for line in process.stderr:
        log.append(line)
        if address := _ADDRESS.search(line):
            watchdog.cancel()
            reader = threading.Thread(target=log.extend, args=(process.stderr,), daemon=True)
            reader.start()
            return RunningServer(process, address[1], log, reader)
    raise AssertionError("the server did not start:\n" + "".join(log))
