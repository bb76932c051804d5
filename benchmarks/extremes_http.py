"""Ask a server operations with extreme arguments: over kept connections, alone and in batches."""

import asyncio
import json
import random
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from benchmarks.extreme_findings import ExtremeFindings
from benchmarks.extreme_operations import ExtremeOperation, ExtremeOperations
from benchmarks.load import Connection
from primeql.settings import Settings
from schema import build_schema
from tests.reaper import reaped
from tests.server import running_server

# Dearer operations are priced, and refused.
MOST_POINTS = 1_000
_BATCHES: Final = (1, 1, 1, 1, 2, 3, 5, 20)
_HEADERS: Final = (
    *("", "", "", "GraphQL-Cost: report\r\n", "GraphQL-Cost: validate\r\n"),
    *("Accept: application/graphql-response+json\r\n", "X-Request-Timeout: 2s\r\n"),
)
# What fits the head of a request.
_LONGEST_QUERY_STRING = 8_000
_CLIENTS = 4
_TIER: Final = {
    "points": 10**9,
    "restore_rate": 10**8,
    "requests_per_minute": 10**8,
    "concurrent_requests": 1_000,
    "max_request_cost": MOST_POINTS,
}


class HttpExtremes(ExtremeFindings):
    """What came of the operations asked of a server."""

    def __init__(self, url: str, seed: int) -> None:
        super().__init__()
        self._url = url
        self._random = random.Random(seed)
        # Not the sequence that the same seed has in a process.
        self._operations = ExtremeOperations(
            build_schema(Settings().max_digits)._schema, seed + 10**6
        )

    async def ask(self, total: int) -> None:
        """Ask so many operations, several clients at once."""
        made = (self._operations.next() for _ in range(total))
        await asyncio.gather(*(self._ask_each(made) for _ in range(_CLIENTS)))

    async def _ask_each(self, made: Iterator[ExtremeOperation]) -> None:
        """Ask in the name of one client, one request after the other."""
        connection = Connection(self._url)
        while batch := list(islice(made, self._random.choice(_BATCHES))):
            try:
                await self._ask(connection, batch)
            except Exception as error:  # what must not happen is what is looked for
                self.fault(f"raised {type(error).__name__}: {error}", batch[0])
        connection.close()

    async def _ask(self, connection: Connection, batch: list[ExtremeOperation]) -> None:
        """Ask some operations in one request, and look at its response."""
        headers = self._random.choice(_HEADERS)
        bodies = [_body(operation) for operation in batch]
        if len(batch) > 1:
            self.counts["batches"] += 1
            reply = await connection.post(bodies, headers)
        elif (query := urlencode(_parameters(bodies[0]))) and len(query) < _LONGEST_QUERY_STRING:
            self.counts["by GET"] += 1
            reply = await connection.get(f"/graphql?{query}")
        else:
            reply = await connection.post(bodies[0], headers)
        self.counts["requests"] += 1
        answers = reply.body if isinstance(reply.body, list) else [reply.body] * len(batch)
        if len(answers) != len(batch):
            self.fault(f"{len(answers)} answers to {len(batch)} operations", batch[0])
        for answer, operation in zip(answers, batch, strict=False):
            self.look_at(reply.status, answer, operation)


def _body(operation: ExtremeOperation) -> dict[str, Any]:
    """Return the parameters of an operation."""
    body = {"query": operation.query, "variables": operation.variables}
    named = operation.operation_name is not None
    return {**body, "operationName": operation.operation_name} if named else body


def _parameters(body: dict[str, Any]) -> dict[str, str]:
    """Return parameters as a query string has them."""
    return {**body, "variables": json.dumps(body["variables"])}


def asked_over_http(total: int, seed: int) -> ExtremeFindings:
    """Return what came of so many operations asked of a server of its own."""
    with tempfile.TemporaryDirectory() as folder, reaped(Path(folder)):
        tiers = Path(folder) / "tiers.json"
        tiers.write_text(json.dumps({"anonymous": _TIER}))
        with running_server({"PRIMEQL_TIERS_FILE": str(tiers)}) as server:
            extremes = HttpExtremes(server.url, seed)
            asyncio.run(extremes.ask(total))
            for line in server.log:
                if "Traceback" in line:
                    extremes.faults.append(f"in the log: {line[:2_000]}")
            return extremes
