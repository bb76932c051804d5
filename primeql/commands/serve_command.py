"""``primeql serve``: answer GraphQL over HTTP until told to stop."""

import argparse
import gc
import io
import signal
import sys
from contextlib import suppress
from dataclasses import replace

from primeql.settings import Settings

# On SIGTERM requests under way may use up their deadline, and this long for the answer itself.
SHUTDOWN_MARGIN_SECONDS = 5
# Longer than proxies keep idle connections (60 s): they must be the ones to close them, or a
# request meets a connection that is just being closed.
KEEP_ALIVE_SECONDS = 75
# The status uvicorn ends with when it cannot start.
STARTUP_FAILURE = 3
# What the collector does at once holds up the event loop: 10,000 objects that stay take 2 ms, and
# 30,000 of the second generation 5 ms, as while 20,000 errors are made. Cycles of a document that
# has left the cache are found after 10 million allocations at the latest.
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
    """Return how long the server answers what it has accepted, once told to stop."""
    return round(settings.limits.deadline_seconds) + SHUTDOWN_MARGIN_SECONDS


def _unbuffer_stderr() -> None:
    """Write to standard error without a buffer, as ``python -u`` does.

    What a full disk refuses would stay in the buffer, and the standard library, which flushes it
    before it starts a process, could start no worker.
    """
    raw = io.FileIO(sys.stderr.fileno(), "w", closefd=False)
    sys.stderr = io.TextIOWrapper(raw, errors="backslashreplace", write_through=True)


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop."""
    # First: a process that is number 1 in its container ignores what it does not handle.
    # uvicorn raises the signal that stopped it once more when all is done: then this ends well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Here, since they take 0.7 s to import: a health check must not.
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
    # Tables, schema and modules stay: the collector need not look at them ever again, nor walk
    # through large documents and answers every 700 objects.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)

    class Protocol(StrictProtocol):
        """Takes requests of the length that the settings allow."""

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
        # Whom to believe is for PRIMEQL_TRUSTED_PROXIES to say.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=shutdown_seconds(settings),
    )
    server = HttpServer(config)
    # Ctrl-C is raised once more when all is done.
    with suppress(KeyboardInterrupt):
        server.run()
    return 0 if server.started else STARTUP_FAILURE
