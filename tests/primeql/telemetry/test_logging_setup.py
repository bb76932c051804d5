"""What a real server logs: a line for each request, and nothing of what was sent."""

import json
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from primeql.operations.operation import Operation
from primeql.operations.service import PricedOperation, PrimeService
from primeql.settings import Settings
from primeql.telemetry.logging_setup import configure_logging
from tests.primeql.asked_of_all import HARD_90_DIGITS
from tests.server import RunningServer, running_server

# No X-Request-Id, which is meant to be found in the log, may have such characters.
CANARY = "canary_Zx81.Spectrum"
# Its digits, as a value; prime, by sympy.
CANARY_NUMBER = 31415926535897932384626433832795028841

HEADERS = (
    "Accept-Language",
    "Authorization",
    "Cookie",
    "Forwarded",
    "GraphQL-Cost",
    "If-None-Match",
    "Origin",
    "Referer",
    "Server-Timing",
    "Traceparent",
    "Tracestate",
    "User-Agent",
    "X-Api-Key",
    "X-Forwarded-For",
    "X-Request-Id",
    "X-Request-Timeout",
)


def lines_of(server: RunningServer) -> list[dict[str, Any]]:
    """Return what a server has logged, once it has ended."""
    assert server.terminate() == 0
    server.log_reader.join()
    return [json.loads(line) for line in server.log]


def test_one_line_for_each_request_tells_what_it_took() -> None:
    with running_server() as server:
        server.post("{ nthPrime(n: 0) }")
        httpx.get(f"{server.url}/livez")
        lines = lines_of(server)
    (line,) = [line for line in lines if line["logger"] == "primeql.access"]
    assert list(line)[:4] == ["ts", "level", "logger", "msg"]
    assert line["level"] == "INFO"
    assert line["duration_ms"] > 0
    expected = {
        "route": "graphql",
        "status": 200,
        "outcome": "invalid",
        "operation_type": "query",
        # printf '{ nthPrime(n: 0) }' | sha256sum
        "document_sha256_12": "cf7d7afa5ea6",
        "document_depth": 1,
        "cost": 1,
        "error_codes": ["BAD_USER_INPUT"],
    }
    assert {name: line[name] for name in expected} == expected
    assert len(line["client_ip_hash"]) == 16


def test_names_of_the_services_own_operations_are_told(tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"one": "query Ours { nthPrime(n: 1) }"}))
    with running_server({"PRIMEQL_PERSISTED_DOCUMENTS": str(manifest)}) as server:
        httpx.post(f"{server.url}/graphql", json={"documentId": "one"})
        server.post("query Theirs { nthPrime(n: 1) primeCount(x: 9) }")
        lines = lines_of(server)
    names = [line.get("operation_name") for line in lines if line["logger"] == "primeql.access"]
    assert names == ["Ours", None]


def test_names_are_told_of_listed_texts_whose_numbers_tell_them_from_others(tmp_path: Path) -> None:
    text = "query Ours { nthPrime(n: 1) }"
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps({"one": text}))
    with running_server({"PRIMEQL_PERSISTED_DOCUMENTS": str(manifest)}) as server:
        for n in (2, 3, 1, 4, 1):
            server.post(text.replace("1", str(n)))
        httpx.post(f"{server.url}/graphql", json={"documentId": "one"})
        lines = lines_of(server)
    names = [line.get("operation_name") for line in lines if line["logger"] == "primeql.access"]
    assert names == [None, None, "Ours", None, "Ours", "Ours"]


@pytest.mark.parametrize(
    ("query", "depth"),
    [
        ("{ nthPrime(n: 1) }", 1),
        ("{ ...F } fragment F on Query { integer(value: 6) { ... { primality { method } } } }", 3),
    ],
)
async def test_depth_is_told(service: PrimeService, query: str, depth: int) -> None:
    prepared = await service.prepare(Operation(query), service.arrival("id"))
    assert isinstance(prepared, PricedOperation)
    assert prepared.facts.depth == depth


def test_levels_and_text_are_for_people_who_set_them() -> None:
    settings = {"PRIMEQL_LOG_FORMAT": "text", "PRIMEQL_LOG_LEVEL": "debug"}
    with running_server(settings) as server:
        httpx.get(f"{server.url}/livez", headers={"X-Request-Id": "people-1"})
        assert server.terminate() == 0
        server.log_reader.join()
    (line,) = [line for line in server.log if "people-1" in line]
    assert "[debug" in line
    assert "route=health" in line
    assert not line.startswith("{")


def test_a_secret_is_nowhere_in_logs_and_metrics() -> None:
    with running_server() as server:
        _send_everywhere(server)
        metrics = httpx.get(server.metrics_url).text
        lines = lines_of(server)
    told = metrics + "".join(server.log)
    assert sum(line["logger"] == "primeql.access" for line in lines) > 15
    # Of names, in which no dot may be, too; and of a method, in capitals.
    assert "canary" not in told.lower()
    assert str(CANARY_NUMBER) not in told
    assert "127.0.0.1" not in told.replace("on http://127.0.0.1", "")


def _send_everywhere(server: RunningServer) -> None:
    """Send a secret in every part of a request."""
    url = f"{server.url}/graphql"
    name = CANARY.replace(".", "_")
    plain = {"query": "{ nthPrime(n: 1) }"}
    for header in HEADERS:
        for text in (CANARY, f"Bearer {CANARY}"):
            httpx.post(url, json=plain, headers={header: text})
    queries: list[dict[str, Any]] = [
        {"query": f"query {name} {{ {name}: nthPrime(n: 1) }}"},
        {"query": f"# {CANARY}\n{{ nthPrime(n: 1) }}"},
        {"query": f"{{ {name} }}"},
        {"query": f'{{ integer(value: "{CANARY}") {{ isPrime }} }}'},
        {"query": f"{{ integer(value: {CANARY_NUMBER}) {{ isPrime }} }}"},
        {"query": f"{{ nthPrime(n: {CANARY_NUMBER}) }}"},
        {"query": "query ($v: BigInt!) { integer(value: $v) { isPrime } }"},
        {"query": "{ nthPrime(n: 1) }", "operationName": name},
        {"documentId": CANARY},
        {CANARY: CANARY},
    ]
    for query in queries:
        for variables in ({"v": CANARY}, {"v": CANARY_NUMBER}, {name: CANARY}):
            httpx.post(url, json={**query, "variables": variables})
    httpx.get(url, params={"query": "{ nthPrime(n: 1) }", CANARY: CANARY})
    httpx.get(f"{server.url}/{CANARY}")
    httpx.request(name.upper()[:10], f"{server.url}/graphql")
    httpx.post(url, content=CANARY.encode(), headers={"Content-Type": "application/json"})


def test_an_exception_is_logged_without_its_message(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(Settings(log_format="json"))
        try:
            try:
                raise ValueError(f"no such number: {HARD_90_DIGITS}")
            except ValueError as error:
                raise RuntimeError(CANARY) from error
        except RuntimeError:
            logging.getLogger("primeql.errors").exception("unforeseen")
    finally:
        root.handlers, root.level = handlers, level
    line = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert (line["level"], line["msg"]) == ("ERROR", "unforeseen")
    assert CANARY not in line["exception"]
    assert str(HARD_90_DIGITS) not in line["exception"]
    assert [text for text in line["exception"].splitlines() if text[0] != " "] == [
        "Traceback (most recent call last):",
        "ValueError",
        "Traceback (most recent call last):",
        "RuntimeError",
    ]
    assert "test_logs.py" in line["exception"]
