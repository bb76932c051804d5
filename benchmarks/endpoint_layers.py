"""The service with some of its layers, for ``benchmarks/bench_endpoint.py`` to ask.

Run: python -m benchmarks.endpoint_layers NAME PORT

Each of ``LAYERS`` has all that the one before it has, but the first three.
"""

import gc
import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any, Final, cast
from unittest.mock import patch

import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from execution.executor import BoundOperation
from execution.output.encoding import encode
from middleware.cost.estimate import Estimate
from middleware.limits.clients import Client
from middleware.limits.request_limits import AsyncEndpoint, RequestLimits, SyncEndpoint
from middleware.limits.tier import ANONYMOUS, DEFAULT_TIERS, Tier
from middleware.observability.request_observer import Observer, RequestObserver
from middleware.observability.request_record import DocumentFacts, OperationRecord
from primeql.app import create_app
from primeql.commands.serve_command import GC_THRESHOLDS
from primeql.operations.admission import Admission, Reply
from primeql.operations.service import Arrival, PricedOperation, PrimeService
from primeql.server.http_protocol import WholeAnswerProtocol
from primeql.settings import Settings
from primeql.telemetry.logging_setup import configure_logging

LAYERS: Final[Mapping[str, str]] = {
    "stock": "an endpoint that does nothing, on uvicorn's protocol",
    "bare": "an endpoint that does nothing, on ours",
    "run": "JSON, binding, execution, JSON: isPrime",
    "core": "and headers, record, stages, context: isPrime",
    "metrics": "and metrics: isPrime",
    "log": "and a line of log: isPrime",
    "guard": "and client, requests a minute and at once: isPrime",
}
_OBSERVERS: Final = {"core": 0, "metrics": 1}
_MUCH: Final = 10**9
_UNLIMITED: Final = Tier(ANONYMOUS, _MUCH, _MUCH, _MUCH, _MUCH, _MUCH)
_NO_ESTIMATE: Final = Estimate(0.0, 0.0, (), 0.0, ())
_FACTS: Final = DocumentFacts("query", ("integer",), "65f396b27437")
_JSON: Final = (b"content-type", b"application/json; charset=utf-8")


def main() -> None:
    """Serve the application of a name as the service is served."""
    name, port = sys.argv[1], int(sys.argv[2])
    settings = replace(Settings(), workers=1, metrics_port=0, log_format="json")
    configure_logging(replace(settings, log_level="warning"))
    app = _application(name, settings)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    uvicorn.run(
        app,
        port=port,
        log_config=None,
        loop="uvloop",
        http="httptools" if name == "stock" else WholeAnswerProtocol,
        access_log=False,
        server_header=False,
    )


def _application(name: str, settings: Settings) -> ASGIApp:
    """Return the application of a name."""
    if name in ("stock", "bare"):
        return _nothing
    if name == "run":
        return _Runner(settings)
    with ExitStack() as stack:
        stack.enter_context(patch("primeql.app.Admission", _FreeAdmission))
        stack.enter_context(patch("primeql.app.read_tiers", lambda _: {ANONYMOUS: _UNLIMITED}))
        if name != "guard":
            stack.enter_context(patch("primeql.app.RequestLimits", _FreeGuard))
        if name in _OBSERVERS:
            count = _OBSERVERS[name]

            def observed(app: ASGIApp, observers: Sequence[Observer]) -> ASGIApp:
                return RequestObserver(app, observers[:count])

            stack.enter_context(patch("primeql.telemetry.telemetry.RequestObserver", observed))
        return create_app(settings)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Read a request and answer it."""
    if scope["type"] == "http":
        await receive()
        await _answer(send, b'{"data":{"integer":{"isPrime":true}}}')


async def _answer(send: Send, body: bytes) -> None:
    """Send an answer with as few headers as can be."""
    headers = [_JSON, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _Runner:
    """Answers operations, and does nothing else."""

    def __init__(self, settings: Settings) -> None:
        self._service = PrimeService(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return
        asked = json.loads((await receive())["body"])
        context = self._service.context(self._service.arrival("r1"))
        bound = await self._service.executor.bind(
            asked["query"], asked.get("variables"), None, context
        )
        assert isinstance(bound, BoundOperation)
        outcome = await bound.run()
        await _answer(send, encode({"data": outcome.data}))


class _FreeAdmission(Admission):
    """Lets everything run and charges nobody."""

    async def answer(
        self, operations: Sequence[Any], client: Any, mode: Any, arrival: Arrival
    ) -> Reply:
        """Return the answers to operations that are not priced."""
        service = self._service
        answers = []
        for operation in operations:
            context = service.context(arrival)
            document = await service._persisted.document(operation.query, operation.document_id)
            bound = await service._executor.bind(
                document, operation.variables, operation.operation_name, context
            )
            assert isinstance(bound, BoundOperation)
            unpriced = PricedOperation(
                bound, context, document, _NO_ESTIMATE, 0, 0.0, _FACTS, arrival.record
            )
            answers.append(await service.run(unpriced))
            arrival.record.operations.append(OperationRecord(_FACTS, (), has_run=True))
        return Reply(answers, {}, arrival.record)


class _FreeGuard(RequestLimits):
    """Lets everybody in."""

    def wrap(self, endpoint: AsyncEndpoint | SyncEndpoint, path_class: str) -> AsyncEndpoint:
        """Return the endpoint, for one and the same client."""
        unguarded = cast(AsyncEndpoint, endpoint)
        everybody = Client("everybody", DEFAULT_TIERS["pro"])

        async def for_everybody(request: Request) -> Response:
            request.scope["state"]["client"] = everybody
            return await unguarded(request)

        return for_everybody


if __name__ == "__main__":
    main()
