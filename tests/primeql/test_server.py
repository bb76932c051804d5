"""A real server process, asked over a real socket."""

import random
import signal
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.conftest import DEADLINE_MILLISECONDS
from tests.faults.processes import computing, stopped, workers
from tests.faults.questions import factors
from tests.hard_integers import hard_question
from tests.server import RunningServer, running_server
from tests.waiting import wait_until

SDL_FILE = Path(__file__).parents[2] / "schema" / "schema.graphql"
JSON = {"Content-Type": "application/json"}
CANARY = "314159265358979323846"
# Two primes of 45 digits (found with sympy.nextprime at 10^44 and e * 10^44).
HARD_90_DIGITS = (10**44 + 31) * (271_828_182_845_904_523_536_028_747_135_266_249_775_724_741)


def test_answers_a_posted_query(server: RunningServer) -> None:
    response = server.post("{ integer(value: 97) { isPrime } }")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json() == {"data": {"integer": {"isPrime": True}}}


def test_answers_a_get_with_variables(server: RunningServer) -> None:
    response = httpx.get(
        f"{server.url}/graphql",
        params={
            "query": "query A { service { version } } query B($n: BigInt!) { nthPrime(n: $n) }",
            "variables": '{"n": 1000}',
            "operationName": "B",
        },
    )
    assert response.json() == {"data": {"nthPrime": "7919"}}


def test_integers_in_variables_stay_exact(server: RunningServer) -> None:
    query = "query ($v: [BigInt!]!) { integers(values: $v) { value } }"
    values = [10**30, 2**64, 2**53 + 1, -(10**18) - 9]
    response = server.post(query, {"v": values})
    assert response.json()["data"]["integers"] == [{"value": str(value)} for value in values]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/healthz"])
def test_is_healthy(server: RunningServer, path: str) -> None:
    response = httpx.get(server.url + path)
    assert (response.status_code, response.text) == (200, "ok\n")
    assert httpx.head(server.url + path).status_code == 200


def test_serves_the_committed_sdl(server: RunningServer) -> None:
    assert httpx.get(f"{server.url}/schema.graphql").text == SDL_FILE.read_text()


def test_names_no_software(server: RunningServer) -> None:
    assert "server" not in httpx.get(f"{server.url}/livez").headers


MALFORMED = {
    "half a surrogate pair": b'{"query": "{ __typename }", "operationName": "\\ud800"}',
    "half a pair in a variable": b'{"query": "{ __typename }", "variables": {"\\uDFFF": 1}}',
    "not JSON": b"{ integer }",
    "empty": b"",
    "a number": b"5",
    "a string": b'"{ service { version } }"',
    "null": b"null",
    "an empty array": b"[]",
    "bad UTF-8": b'{"query": "\xff"}',
    "deep nesting": b"[" * 100_000,
    "deep nesting in variables": b'{"query": "{ service { version } }", "variables": '
    + b'{"a":' * 100_000,
    "no query": b"{}",
    "query is null": b'{"query": null}',
    "query is a number": b'{"query": 5}',
    "query is an object": b'{"query": {}}',
    "variables are a number": b'{"query": "{ service { version } }", "variables": 5}',
    "variables are a list": b'{"query": "{ service { version } }", "variables": [1]}',
    "extensions are text": b'{"query": "{ service { version } }", "extensions": "x"}',
    "operation name is a number": b'{"query": "{ service { version } }", "operationName": 5}',
    "an integer of 30,000 digits": b'{"query": "{ service { version } }", "variables": {"n": '
    + b"9" * 30_000
    + b"}}",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_body_is_a_bad_request(server: RunningServer, body: bytes) -> None:
    response = httpx.post(f"{server.url}/graphql", content=body, headers=JSON)
    (error,) = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert len(response.content) < 1_000


def test_unknown_operation_name_is_refused(server: RunningServer) -> None:
    response = server.post("query A { service { version } }", operationName="B")
    assert response.status_code == 400
    assert response.json() == {
        "errors": [
            {
                "message": 'no operation in the document is called "B"',
                "extensions": {"code": "OPERATION_RESOLUTION_FAILURE"},
            }
        ]
    }


@pytest.mark.parametrize(
    ("document", "code"),
    [("{", "GRAPHQL_PARSE_FAILED"), ("{ never }", "GRAPHQL_VALIDATION_FAILED")],
)
@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("application/graphql-response+json", 400)],
)
def test_status_of_a_bad_document_follows_the_media_type(
    server: RunningServer, document: str, code: str, accept: str, status: int
) -> None:
    response = httpx.post(
        f"{server.url}/graphql", json={"query": document}, headers={"Accept": accept}
    )
    (error,) = response.json()["errors"]
    assert response.status_code == status
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"
    assert error["extensions"] == {"code": code}
    assert error["locations"][0]["line"] == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("PUT", "/graphql", 405),
        ("DELETE", "/graphql", 405),
        ("POST", "/livez", 405),
        ("GET", "/nothing", 404),
        ("POST", "/graphql/", 415),
    ],
)
def test_other_methods_and_paths_get_a_coded_error(
    server: RunningServer, method: str, path: str, status: int
) -> None:
    response = httpx.request(method, server.url + path)
    assert response.status_code == status
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}
    assert ("allow" in response.headers) == (status == 405)


def test_other_content_types_are_refused(server: RunningServer) -> None:
    response = httpx.post(f"{server.url}/graphql", content="{ service { version } }")
    assert response.status_code == 415


def test_body_above_the_limit_is_refused(server: RunningServer) -> None:
    response = httpx.post(f"{server.url}/graphql", content=b" " * 1_048_577, headers=JSON)
    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_get_with_bad_variables_is_a_bad_request(server: RunningServer) -> None:
    parameters = {"query": "{ service { version } }", "variables": "{"}
    response = httpx.get(f"{server.url}/graphql", params=parameters)
    assert response.status_code == 400
    assert response.json()["errors"][0]["message"].startswith("variables is not JSON")


def test_one_hard_number_among_a_thousand_aliases(server: RunningServer) -> None:
    easy = " ".join(f"n{k}: integer(value: {10**15 + k}) {{ isPrime }}" for k in range(999))
    hard = f'hard: integer(value: "{HARD_90_DIGITS}") {{ value factorization {{ expression }} }}'
    response = server.post(f"{{ {easy} {hard} }}").json()
    assert "errors" not in response
    data = response["data"]
    unsplit = {"expression": f"({HARD_90_DIGITS})"}
    assert data.pop("hard") == {"value": str(HARD_90_DIGITS), "factorization": unsplit}
    # 10^15 + 37 is the first prime above 10^15 (OEIS A033873).
    assert len(data) == 999
    assert [key for key in data if data[key]["isPrime"]][:1] == ["n37"]


@pytest.fixture
def own_server() -> Iterator[RunningServer]:
    """A server with a deadline that no test reaches."""
    with running_server({"PRIMEQL_DEADLINE_MILLISECONDS": "60000"}) as server:
        yield server


def test_light_requests_are_answered_while_a_hard_one_runs(server: RunningServer) -> None:
    with ThreadPoolExecutor() as threads:
        # It is ended when it has taken seconds of CPU time, of which the others take a thousandth.
        heavy = threads.submit(server.post, hard_question(900))
        wait_until(lambda: computing(server) == 1, "the hard one to run")
        assert server.post("{ integer(value: 97) { isPrime } }").status_code == 200
        moderate = server.post(f"{{ integer(value: {2**521 - 1}) {{ isPrime }} }}")
        assert moderate.json() == {"data": {"integer": {"isPrime": True}}}
        assert not heavy.done()


def test_sigterm_answers_what_was_accepted_and_ends_cleanly(own_server: RunningServer) -> None:
    numbers = random.Random(5)
    questions = [factors(numbers) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        with stopped(list(workers(own_server))):
            asked = [threads.submit(own_server.post, one.query) for one in questions]
            wait_until(lambda: computing(own_server) == 3, "all to be computed")
            own_server.process.send_signal(signal.SIGTERM)
        answers = [request.result().json() for request in asked]
    assert own_server.terminate() == 0
    assert answers == [{"data": one.data} for one in questions]
    assert not any("Traceback" in line for line in own_server.log)


def processes_with(marker: str) -> list[str]:
    """Return the processes that have ``marker`` in their environment."""
    found = []
    for environ in Path("/proc").glob("[0-9]*/environ"):
        try:
            if marker.encode() in environ.read_bytes():
                found.append(environ.parent.name)
        except OSError:
            continue
    return found


def test_killed_server_leaves_no_worker_behind() -> None:
    hard = f'{{ integer(value: "{HARD_90_DIGITS}") {{ factorization {{ expression }} }} }}'
    marker = f"marker-{time.time_ns()}"
    with running_server({"TEST_MARKER": marker}) as server:
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{server.url}/graphql", json={"query": hard}, timeout=0.3)
        assert len(processes_with(marker)) > 2
        server.process.kill()
        server.process.wait()
        wait_until(lambda: processes_with(marker) == [], "the end of all processes")


@pytest.fixture(scope="module")
def log() -> list[str]:
    """What a server has logged that was asked what is wrong and what is secret, and has ended."""
    with running_server() as server:
        server.post("{ nthPrime(n: 0) }")
        hang_up_within_a_body(server)
        server.post(f"{{ integer(value: {CANARY}) {{ isPrime never{CANARY} }} }}")
        server.post("query ($n: BigInt!) { integer(value: $n) { isPrime } }", {"n": f"{CANARY}.5"})
        httpx.post(f"{server.url}/graphql", content=CANARY.encode(), headers=JSON)
        assert server.terminate() == 0
        server.log_reader.join()
        return server.log


def hang_up_within_a_body(server: RunningServer) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        time.sleep(0.1)


def test_clients_mistakes_are_logged_at_info(log: list[str]) -> None:
    lines = [line for line in log if "BAD_USER_INPUT" in line]
    assert len(lines) == 2
    assert all('"level":"INFO"' in line for line in lines)


def test_client_that_hangs_up_within_its_body_is_no_error(log: list[str]) -> None:
    assert not [line for line in log if "ERROR" in line or "Traceback" in line]


def test_nothing_is_logged_of_what_clients_sent(log: list[str]) -> None:
    assert CANARY not in "".join(log)


def test_settings_reach_the_clients(server: RunningServer) -> None:
    response = server.post("{ service { limits { deadlineMilliseconds } } }")
    limits = {"deadlineMilliseconds": DEADLINE_MILLISECONDS}
    assert response.json()["data"]["service"]["limits"] == limits
