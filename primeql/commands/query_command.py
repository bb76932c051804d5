"""``primeql query`` and ``primeql schema``: run a query, or print the schema, without a server."""

import argparse
import asyncio
import json
import sys
import uuid
from typing import Any

from primeql.settings import Settings


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``query`` and ``schema`` to the commands."""
    schema = commands.add_parser("schema", help="print the schema definition (SDL)")
    schema.set_defaults(run=_schema)

    query = commands.add_parser("query", help="run one query here and print the JSON answer")
    query.add_argument("document", help="a GraphQL document; - reads it from standard input")
    query.add_argument("--variables", type=_json_object, default={}, help="a JSON object")
    query.set_defaults(run=_query)


def _json_object(text: str) -> dict[str, Any]:
    """Return the JSON object in ``text``."""
    value = json.loads(text)
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError("not a JSON object")
    return value


def _schema(_options: argparse.Namespace, settings: Settings) -> int:
    """Print the SDL."""
    # Imported here, because it takes 0.5 s, which a health check must not take.
    from schema import build_schema

    print(build_schema(settings.max_digits).as_str())
    return 0


def _query(options: argparse.Namespace, settings: Settings) -> int:
    """Run one query in this process; exit status 1 if it had errors."""
    document = sys.stdin.read() if options.document == "-" else options.document
    body = asyncio.run(_answer(settings, document, options.variables))
    print(body.decode())
    return 1 if "errors" in json.loads(body) else 0


async def _answer(settings: Settings, document: str, variables: dict[str, Any]) -> bytes:
    """Return the encoded answer of a service that is started for this query."""
    # Imported here, because they take 0.6 s, which a health check must not take.
    from primeql.operations.operation import Operation
    from primeql.operations.service import PrimeService

    service = PrimeService(settings)
    try:
        return (await service.answer(Operation(document, variables), uuid.uuid4().hex)).body
    finally:
        await service.close()
