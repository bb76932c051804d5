"""What a real server logs: a line for each request, and nothing of what was sent."""

import json
import logging
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


OURS = "query Ours { nthPrime(n: 1) }"


class Log:
    """What a server has logged, the metrics it had, and what it was asked, by request."""

    def __init__(self, server: RunningServer) -> None:
        """Ask, and end the server."""
        url = f"{server.url}/graphql"
        httpx.get(f"{server.url}/livez")
        _ask(url, "mistake", query="{ nthPrime(n: 0) }")
        # Texts that differ from a listed one in a number, and the listed one, twice and by its id.
        for place, n in enumerate((2, 3, 1, 4, 1)):
            _ask(url, f"number-{place}", query=OURS.replace("1", str(n)))
        _ask(url, "number-5", documentId="one")
        _ask(url, "name-0", documentId="one")
        _ask(url, "name-1", query="query Theirs { nthPrime(n: 1) primeCount(x: 9) }")
        _send_everywhere(server)
        self.metrics = httpx.get(server.metrics_url).text
        assert server.terminate() == 0
        server.log_reader.join()
        self.text = "".join(server.log)
        lines = [json.loads(line) for line in server.log]
        self.access = [line for line in lines if line["logger"] == "primeql.access"]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the lines of the requests of a kind."""
        return [line for line in self.access if line["request_id"].startswith(kind)]


def _ask(url: str, request_id: str, **body: str) -> None:
    httpx.post(url, json=body, headers={"X-Request-Id": request_id})


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """What a server with one listed document has logged."""
    manifest = tmp_path_factory.mktemp("listed") / "manifest.json"
    manifest.write_text(json.dumps({"one": OURS}))
    with running_server({"PRIMEQL_PERSISTED_DOCUMENTS": str(manifest)}) as server:
        return Log(server)


def test_one_line_for_each_request_tells_what_it_took(log: Log) -> None:
    (line,) = log.of("mistake")
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


def test_questions_of_probes_are_not_logged(log: Log) -> None:
    assert {line["route"] for line in log.access} & {"health"} == set()


def test_names_of_the_services_own_operations_are_told(log: Log) -> None:
    assert [line.get("operation_name") for line in log.of("name")] == ["Ours", None]


def test_names_are_told_of_listed_texts_whose_numbers_tell_them_from_others(log: Log) -> None:
    names = [line.get("operation_name") for line in log.of("number")]
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


def test_a_secret_is_nowhere_in_logs_and_metrics(log: Log) -> None:
    told = log.metrics + log.text
    assert len(log.access) > 15
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
    assert "test_logging_setup.py" in line["exception"]
