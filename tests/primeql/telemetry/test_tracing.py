"""Spans of a real server, as a collector receives them over the network."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from primeql.settings import Settings
from tests.ports import free_port
from tests.primeql.asked_of_all import HARD_90_DIGITS, factored
from tests.server import RunningServer, running_server
from tests.waiting import PROCESS_SECONDS, wait_until

CANARY = "canary_Zx81"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@dataclass(frozen=True)
class Span:
    """What a test looks at."""

    name: str
    id: str
    parent: str
    trace: str
    begin: int
    end: int
    attributes: dict[str, Any]


class Collector:
    """What has arrived."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.raw = b""

    def take(self, body: bytes) -> None:
        """Take an export."""
        self.raw += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.append(
                        Span(
                            span.name,
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            span.trace_id.hex(),
                            span.start_time_unix_nano,
                            span.end_time_unix_nano,
                            {pair.key: _value(pair.value) for pair in span.attributes},
                        )
                    )

    def of(self, request_id: str) -> dict[str, list[Span]]:
        """Return the spans of a request by their names, once they are there."""
        return wait_until(lambda: self._arrived(request_id), "a span")

    def _arrived(self, request_id: str) -> dict[str, list[Span]]:
        """Return the spans of a request that are there."""
        spans = [*self.spans]
        named: dict[str, list[Span]] = {}
        for span in spans:
            if span.attributes.get("primeql.request_id") == request_id:
                for one in spans:
                    if one.trace == span.trace:
                        named.setdefault(one.name, []).append(one)
        return named


def _value(value: Any) -> Any:
    """Return what an attribute holds."""
    return getattr(value, value.WhichOneof("value"))


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """Run a collector; yield it and its address."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def traced() -> Iterator[tuple[RunningServer, Collector]]:
    """A server that traces everything."""
    with collecting() as (collector, url):
        settings = {
            "PRIMEQL_TRACES": "true",
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_TRACES_SAMPLER": "parentbased_always_on",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
        }
        with running_server(settings) as server:
            yield server, collector


def ask(server: RunningServer, query: object, **headers: str) -> httpx.Response:
    """Ask a server, and return its answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    body = query if isinstance(query, list) else {"query": query}
    return httpx.post(f"{server.url}/graphql", json=body, headers=named)


def test_request_operation_and_task_are_one_tree(
    traced: tuple[RunningServer, Collector],
) -> None:
    server, collector = traced
    factors = factored((10**19 + 51) * (10**20 + 39)).removeprefix("{").removesuffix("}")
    query = f"{{ primeRange(low: 1, high: 200000000) {{ sum }} {factors} }}"
    response = ask(server, query, traceparent=f"00-{TRACE_ID}-b7ad6b7169203331-01")
    assert "errors" not in response.json()
    spans = collector.of(response.headers["x-request-id"])
    (request,) = spans["POST graphql"]
    (operation,) = spans["query"]
    assert (request.trace, request.parent) == (TRACE_ID, "b7ad6b7169203331")
    assert operation.parent == request.id
    tasks = {task.attributes["primeql.lane"]: task for task in spans["engine task"]}
    assert {"threads", "quick"} <= set(tasks)
    runs = {run.parent: run for run in spans["engine run"]}
    for task in tasks.values():
        assert task.parent == operation.id
        run = runs[task.id]
        assert request.begin <= task.begin <= run.begin <= run.end <= task.end <= request.end
        assert run.attributes["primeql.cpu_seconds"] > 0
    assert tasks["threads"].attributes["code.function.name"] == "PrimeRanges.sum"
    assert request.attributes["http.response.status_code"] == 200


def test_each_operation_of_a_batch_has_its_own_tasks(
    traced: tuple[RunningServer, Collector],
) -> None:
    server, collector = traced
    batch = [
        {"query": f"{{ primeRange(low: {low}, high: 300000000) {{ sum }} }}"} for low in (1, 2)
    ]
    response = ask(server, batch)
    spans = collector.of(response.headers["x-request-id"])
    assert len(spans["query"]) == 2
    parents = {task.parent for task in spans["engine task"]}
    assert parents == {operation.id for operation in spans["query"]}


def test_a_task_that_is_given_up_is_an_error(traced: tuple[RunningServer, Collector]) -> None:
    server, collector = traced
    response = ask(server, factored(HARD_90_DIGITS), X_Request_Timeout="300ms")
    spans = collector.of(response.headers["x-request-id"])
    outcomes = [task.attributes["primeql.outcome"] for task in spans["engine task"]]
    # Ended by its own deadline, or with the last who asked for it.
    assert {"timeout", "cancelled"} & set(outcomes)


def test_the_log_names_the_trace(traced: tuple[RunningServer, Collector]) -> None:
    server, collector = traced
    response = ask(server, "{ nthPrime(n: 1) }", X_Request_Id="named-1")
    (request,) = collector.of(response.headers["x-request-id"])["POST graphql"]
    (line,) = [json.loads(line) for line in server.log if "named-1" in line]
    assert (line["trace_id"], line["span_id"]) == (request.trace, request.id)


def test_spans_hold_nothing_that_clients_sent(traced: tuple[RunningServer, Collector]) -> None:
    server, collector = traced
    headers = {"X_Api_Key": CANARY, "User_Agent": CANARY, "tracestate": f"a={CANARY}"}
    ask(server, f"query {CANARY} {{ {CANARY}: nthPrime(n: 1) }}", User_Agent=CANARY)
    ask(server, "{ nthPrime(n: 1) }", **headers)
    httpx.get(f"{server.url}/{CANARY}")
    last = ask(server, f'{{ integer(value: "{CANARY}") {{ isPrime }} }}')
    collector.of(last.headers["x-request-id"])
    assert CANARY.encode() not in collector.raw


def test_a_collector_that_is_away_hurts_nobody() -> None:
    settings = {
        "PRIMEQL_TRACES": "true",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}",
        "OTEL_TRACES_SAMPLER": "always_on",
    }
    with running_server(settings) as server:
        for _ in range(3):
            assert ask(server, "{ nthPrime(n: 1) }").json() == {"data": {"nthPrime": "2"}}
        assert server.terminate() == 0


@pytest.mark.parametrize("traces", [False, True])
def test_nothing_of_it_is_loaded_unless_asked_for(traces: bool) -> None:
    assert Settings().traces is False
    code = (
        "import sys; from primeql.app import create_app; from primeql.settings import Settings;"
        f"create_app(Settings(traces={traces}));"
        "print('primeql.telemetry.tracing' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(traces)


def test_a_missing_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['opentelemetry'] = None; from primeql.__main__ import main;"
        "sys.exit(main(['serve', '--port', '0']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PRIMEQL_TRACES": "true", "PRIMEQL_METRICS_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "install the extra tracing" in done.stderr
