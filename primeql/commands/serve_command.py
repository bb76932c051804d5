"""``primeql serve``: answer GraphQL over HTTP until told to stop."""

import argparse
import gc
import io
import signal
import sys
from contextlib import suppress
from dataclasses import replace

from primeql.settings import Settings

# On SIGTERM running requests may use their whole deadline, and then this long to send the answer.
SHUTDOWN_MARGIN_SECONDS = 5
# Longer than proxies keep idle connections (60 s). The proxy must close a connection first;
# otherwise it could send a request on a connection that the server is closing.
KEEP_ALIVE_SECONDS = 75
# The exit status of uvicorn when it cannot start.
STARTUP_FAILURE = 3
# A run of the garbage collector blocks the event loop: 2 ms for 10,000 live objects, 5 ms for
# 30,000 of the second generation. Reference cycles of an evicted document are found after at most
# 10 million allocations.
GC_THRESHOLDS = (10_000, 2, 333)


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``serve`` to the commands."""
    serve = commands.add_parser("serve", help="answer GraphQL over HTTP")
    serve.add_argument("--host", help="address to listen on (PRIMEQL_HOST)")
    serve.add_argument("--port", type=_port, help="port to listen on (PRIMEQL_PORT)")
    serve.set_defaults(run=_serve)


def _port(text: str) -> int:
    """Return the port in ``text``, by the rules of its variable."""
    return Settings.from_environ({"PRIMEQL_PORT": text}).port


def shutdown_seconds(settings: Settings) -> int:
    """Return how long the server may finish accepted requests after it is told to stop."""
    return round(settings.limits.deadline_seconds) + SHUTDOWN_MARGIN_SECONDS


def _unbuffer_stderr() -> None:
    """Write to standard error without a buffer, as ``python -u`` does.

    On a full disk, output would stay in the buffer. The standard library flushes the buffer before
    it starts a process, so no worker could be started.
    """
    raw = io.FileIO(sys.stderr.fileno(), "w", closefd=False)
    sys.stderr = io.TextIOWrapper(raw, errors="backslashreplace", write_through=True)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop."""
    # First, because process 1 of a container ignores signals that it does not handle.
    # uvicorn raises the signal again at its end; then this handler exits with status 0.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Imported here, because they take 0.7 s, which a health check must not take.
    import uvicorn

    from primeql.app import create_app
    from primeql.server.http_server import HttpServer
    from primeql.server.strict_protocol import RAW_BYTES_PER_BYTE, StrictProtocol
    from primeql.telemetry.logging_setup import configure_logging

    _unbuffer_stderr()
    configure_logging(settings)
    given = {name: getattr(options, name) for name in ("host", "port")}
    settings = replace(
        settings, **{name: value for name, value in given.items() if value is not None}
    )
    app = create_app(settings)
    # Tables, schema and modules stay in memory, so the garbage collector can skip them. It must not
    # walk through large documents and answers every 700 objects.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)

    class Protocol(StrictProtocol):
        """The protocol with the longest request that the settings allow."""

        most_bytes = RAW_BYTES_PER_BYTE * settings.max_request_bytes

    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=Protocol,
        log_config=None,
        access_log=False,
        server_header=False,
        # PRIMEQL_TRUSTED_PROXIES decides which proxies are trusted.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=shutdown_seconds(settings),
    )
    server = HttpServer(config)
    # uvicorn raises Ctrl-C again at its end.
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else STARTUP_FAILURE
