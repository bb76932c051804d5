"""Whatever a client sends, the service answers it and stays as it was."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema, build_schema, print_ast
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import strategies as graphql_strategies

from tests.server import RunningServer, running_server

SCHEMA: GraphQLSchema = build_schema(
    (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text()
)
INTEGERS = st.one_of(
    st.integers(-(10**3), 10**3),
    st.integers(2**64 - 1000, 2**64 + 1000),
    st.integers(-(10**40), 10**40),
)
DOCUMENTS = graphql_strategies.queries(
    SCHEMA,
    custom_scalars={
        "BigInt": INTEGERS.map(str).map(nodes.String),
        "SafeInt": st.just(nodes.Int(7)),
    },
    print_ast=print_ast,
)
FEW = 150
MANY = 10_000


# What it sends is to be answered, not refused for being much.
PATIENT_TIER = {
    "points": 10**9,
    "restore_rate": 10**6,
    "requests_per_minute": 10**9,
    "concurrent_requests": 1_000,
    "max_request_cost": 20_000,
}


@pytest.fixture(scope="module")
def hurried_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    tiers = tmp_path_factory.mktemp("fuzz") / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": PATIENT_TIER}))
    settings = {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_DEADLINE_MILLISECONDS": "50",
        # Little memory for documents, which would otherwise fill it first.
        "PRIMEQL_MAX_DOCUMENT_CACHE_BYTES": "1000000",
    }
    with running_server(settings) as server:
        yield server


def resident_kilobytes(server: RunningServer) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0])


def mutate(body: bytes, random: Random) -> bytes:
    """Return the body with a few bytes changed, dropped, doubled or put elsewhere."""
    mutated = bytearray(body)
    for _ in range(random.randint(1, 4)):
        place, other = random.randrange(len(mutated)), random.randrange(len(mutated))
        match random.randrange(4):
            case 0:
                mutated[place] = random.randrange(256)
            case 1:
                del mutated[place : place + random.randint(1, 9)]
            case 2:
                mutated[place:place] = mutated[other : other + 9]
            case _:
                mutated[place], mutated[other] = mutated[other], mutated[place]
        mutated = mutated or bytearray(b"{")
    return bytes(mutated)


def check(response: httpx.Response) -> None:
    """Assert that a response is an answer, and each of its errors has a code of the client's."""
    assert response.status_code in {200, 400}, response.text
    answer: Any = response.json()
    for part in answer if isinstance(answer, list) else [answer]:
        assert part.keys() & {"data", "errors"}
        for error in part.get("errors", []):
            assert error["extensions"]["code"] != "INTERNAL_SERVER_ERROR"


def ask_at_random(server: RunningServer, count: int, start: int = 97) -> None:
    """Send ``count`` documents generated from a seed, each as it is and mutated."""
    random = Random(start)
    url = f"{server.url}/graphql"
    headers = {"Content-Type": "application/json"}
    with httpx.Client() as client:

        @seed(start)
        @settings(
            max_examples=count,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(DOCUMENTS)
        def ask(document: str) -> None:
            body = json.dumps({"query": document}).encode()
            check(client.post(url, content=body, headers=headers))
            check(client.post(url, content=mutate(body, random), headers=headers))

        ask()


def assert_unharmed(server: RunningServer) -> None:
    """Assert that the server answers as before and has logged no error."""
    answer = server.post("{ integer(value: 97) { isPrime } }").json()
    assert answer == {"data": {"integer": {"isPrime": True}}}
    assert not [line for line in server.log if "ERROR" in line or "Traceback" in line]


def test_random_and_mutated_documents_do_no_harm(hurried_server: RunningServer) -> None:
    ask_at_random(hurried_server, FEW)
    assert_unharmed(hurried_server)


@pytest.mark.slow
def test_twenty_thousand_random_documents_leave_memory_flat(
    hurried_server: RunningServer,
) -> None:
    # Tables of primes grow, and the heap finds its size, while the first ones are answered.
    ask_at_random(hurried_server, MANY)
    before = resident_kilobytes(hurried_server)
    ask_at_random(hurried_server, MANY, start=101)
    assert resident_kilobytes(hurried_server) < 1.05 * before
    assert_unharmed(hurried_server)
