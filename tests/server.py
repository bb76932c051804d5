"""A real server process on a port of its own, for tests that ask as clients do."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

_ADDRESS = re.compile(r"running on (http://[\d.]+:\d+)")
START_SECONDS = 30


@dataclass
class RunningServer:
    """A server that has started, and what it has logged so far."""

    process: "subprocess.Popen[str]"
    url: str
    log: list[str] = field(default_factory=list)

    def post(self, query: str, variables: Any = None, **more: Any) -> httpx.Response:
        """Return the response to one GraphQL operation."""
        body = {"query": query, "variables": variables, **more}
        return httpx.post(f"{self.url}/graphql", json=body, timeout=30)

    def terminate(self) -> int:
        """Ask the server to stop; return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextmanager
def running_server(settings: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """Start a server with these ``PRIMEQL_*`` settings; stop it at the end."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PRIMEQL_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "primeql", "serve", "--port", "0"],
        env={**kept, **(settings or {})},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield _await_start(process)
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
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
            server = RunningServer(process, address[1], log)
            threading.Thread(target=_drain, args=(process, log), daemon=True).start()
            return server
    raise AssertionError("the server did not start:\n" + "".join(log))


def _drain(process: "subprocess.Popen[str]", log: list[str]) -> None:
    """Read the log until the server, or the test, closes it."""
    assert process.stderr is not None
    try:
        log.extend(process.stderr)
    except ValueError:
        return  # closed by the test
