"""The command line: ``primeql serve``, ``primeql schema`` and ``primeql query``."""

import argparse
import asyncio
import gc
import json
import logging
import os
import signal
import sys
import uuid
from dataclasses import replace
from typing import Any

import uvicorn

from primeql import __version__
from primeql.app import create_app
from primeql.keys_command import add_parser as add_keys_parser
from primeql.operations import Operation
from primeql.service import PrimeService
from primeql.settings import Settings, SettingsError
from schema import build_schema

# On SIGTERM requests under way may use up their deadline, and this long for the answer itself.
SHUTDOWN_MARGIN_SECONDS = 5
GC_THRESHOLDS = (100_000, 50, 50)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options, Settings.from_environ(os.environ))
    except SettingsError as error:
        print(f"primeql: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="primeql", description="Prime Math API")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="answer GraphQL over HTTP")
    serve.add_argument("--host", help="address to listen on (PRIMEQL_HOST)")
    serve.add_argument("--port", type=_port, help="port to listen on (PRIMEQL_PORT)")
    serve.set_defaults(run=_serve)

    schema = commands.add_parser("schema", help="print the schema definition (SDL)")
    schema.set_defaults(run=_schema)

    add_keys_parser(commands)

    query = commands.add_parser("query", help="run one query here and print the JSON answer")
    query.add_argument("document", help="a GraphQL document; - reads it from standard input")
    query.add_argument("--variables", type=_json_object, default={}, help="a JSON object")
    query.set_defaults(run=_query)
    return parser


def _port(text: str) -> int:
    """Return the port in ``text``, by the rules of its variable."""
    return Settings.from_environ({"PRIMEQL_PORT": text}).port


def _json_object(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return value


def _serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until told to stop."""
    # uvicorn raises the signal that stopped it once more when all is done: then this ends well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("primeql").setLevel(logging.INFO)
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
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        server_header=False,
        # Whom to believe is for PRIMEQL_TRUSTED_PROXIES to say.
        proxy_headers=False,
        timeout_graceful_shutdown=round(settings.limits.deadline_seconds) + SHUTDOWN_MARGIN_SECONDS,
    )
    return 0


def _schema(_options: argparse.Namespace, settings: Settings) -> int:
    """Print the SDL."""
    print(build_schema(settings.max_digits).as_str())
    return 0


def _query(options: argparse.Namespace, settings: Settings) -> int:
    """Run one query in this process; exit status 1 if it had errors."""
    document = sys.stdin.read() if options.document == "-" else options.document
    operation = Operation(document, options.variables)
    body = asyncio.run(_answer(PrimeService(settings), operation))
    print(body.decode())
    return 1 if "errors" in json.loads(body) else 0


async def _answer(service: PrimeService, operation: Operation) -> bytes:
    """Return the encoded answer of a service that lives only for it."""
    try:
        return (await service.answer(operation, uuid.uuid4().hex)).body
    finally:
        await service.close()


if __name__ == "__main__":
    sys.exit(main())
