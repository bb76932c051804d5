"""A server with more to do than it can: refused at once, and each client by its own share."""

import asyncio
import json
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import stopped, workers
from tests.hard_integers import hard_question
from tests.server import RunningServer, running_server
from tests.waiting import until

TIER = {
    "points": 10_000_000,
    "restore_rate": 1_000,
    "requests_per_minute": 1_000_000,
    "concurrent_requests": 1_000,
    "max_request_cost": 20_000,
}
PAGE = "{ primeRange(low: 1, high: 10000000) { primes(first: 100000) { nodes } } }"
_EDGES = "primes(first: 100000) { nodes edges { cursor node } }"
EDGES = f"{{ primeRange(low: 1000000000000, high: 1000010000000) {{ {_EDGES} }} }}"
EASY = "{ integer(value: 97) { isPrime } }"


def settings(tmp_path: Path, **more: str) -> dict[str, str]:
    tiers = tmp_path / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": TIER}))
    return {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_TRUSTED_PROXIES": "127.0.0.0/8",
        "PRIMEQL_DEADLINE_MILLISECONDS": "60000",
        **more,
    }


async def ask(server: RunningServer, query: str, address: str, seconds: int = 60) -> httpx.Response:
    """Ask as the client of an address, with so much patience."""
    headers = {"X-Forwarded-For": address, "X-Request-Timeout": str(seconds)}
    async with httpx.AsyncClient() as client:
        return await client.post(f"{server.url}/graphql", json={"query": query}, headers=headers)


def slow_worker(server: RunningServer) -> int:
    """Return the process of the slow lane, which gives way to the others."""
    return max(workers(server), key=partial(os.getpriority, os.PRIO_PROCESS))


def is_full(server: RunningServer) -> bool:
    """Return whether three computations wait for the slow worker."""
    return 'primeql_pool_queue_depth{lane="slow"} 3.0' in httpx.get(server.metrics_url).text


async def test_full_queue_refuses_whom_it_is_full_of(tmp_path: Path) -> None:
    limits = {"PRIMEQL_WORKERS": "1", "PRIMEQL_MAX_WAITING": "3"}
    with (
        running_server(settings(tmp_path, **limits)) as server,
        stopped([slow_worker(server)]),
    ):
        greedy = {
            asyncio.ensure_future(ask(server, hard_question(n), "10.0.0.1")) for n in range(4)
        }
        await until(lambda: is_full(server), "a full queue")
        refused = await ask(server, hard_question(10), "10.0.0.1")
        assert (await ask(server, EASY, "10.0.0.1")).status_code == 200
        # The other client's one question takes the place of the greedy one's last.
        modest = asyncio.ensure_future(ask(server, hard_question(11), "10.0.0.2"))
        (displaced,), waiting = await asyncio.wait(greedy, return_when=asyncio.FIRST_COMPLETED)
        assert not modest.done()
        for one in (modest, *waiting):
            one.cancel()
        await asyncio.wait([modest, *waiting])
    assert refused.status_code == 503
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    (error,) = refused.json()["errors"]
    assert "data" not in refused.json()
    assert error["extensions"]["code"] == "OVERLOADED"
    # It was not charged, beside the four of which nobody knew yet what they take.
    charged = int(refused.headers["x-ratelimit-limit"]) - int(
        refused.headers["x-ratelimit-remaining"]
    )
    assert charged < 5 * 15_000
    assert displaced.result().json()["errors"][0]["extensions"]["code"] == "OVERLOADED"


async def test_answers_that_do_not_fit_the_memory_are_refused(tmp_path: Path) -> None:
    # A page is predicted to take about 10 MB: one fits, two do not, and three never could.
    limits = {
        "PRIMEQL_MAX_RESPONSE_MEMORY_BYTES": str(24 << 20),
        "PRIMEQL_MAX_CLIENT_MEMORY_PERCENT": "75",
    }
    pages = " ".join(f"p{k}: {PAGE[2:-2]}" for k in range(3))
    with running_server(settings(tmp_path, **limits)) as server:
        both = await asyncio.gather(*(ask(server, PAGE, f"10.0.1.{n}") for n in range(8)))
        never = (await ask(server, f"{{ {pages} }}", "10.0.0.1")).json()
        after = await ask(server, PAGE, "10.0.0.1")
    assert {one.status_code for one in both} <= {200, 503}
    assert 200 in {one.status_code for one in both}
    assert never["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED"
    assert "memory" in never["errors"][0]["message"]
    assert after.status_code == 200


def slow_reader(server: RunningServer, query: str, version: str = "1.1") -> socket.socket:
    """Return a connection on which an answer has begun, of which no more is read."""
    connection = server.ask_without_reading(query, version=version)
    assert connection.recv(12).endswith(b" 200")
    return connection


@pytest.fixture(scope="module")
def small_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with room for one answer of 69 MiB, and nothing beside it."""
    limits = {
        "PRIMEQL_MAX_RESPONSE_MEMORY_BYTES": str(98 << 20),
        "PRIMEQL_MAX_CLIENT_MEMORY_PERCENT": "75",
    }
    with running_server(settings(tmp_path_factory.mktemp("small"), **limits)) as server:
        yield server


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_answer_holds_its_memory_until_it_has_been_read(
    small_server: RunningServer, version: str
) -> None:
    # 6.6 MB, more than sockets hold, and predicted to take 69 MiB.
    with slow_reader(small_server, EDGES, version):
        meanwhile = await ask(small_server, EDGES, "10.0.0.1")
        light = await ask(small_server, EASY, "10.0.0.1")

    async def is_answered() -> bool:
        return (await ask(small_server, EDGES, "10.0.0.1")).status_code == 200

    await until(is_answered, "room for the answer")
    assert (meanwhile.status_code, light.status_code) == (503, 200)


async def test_client_that_does_not_read_leaves_memory_to_others(tmp_path: Path) -> None:
    limits = {
        "PRIMEQL_MAX_RESPONSE_MEMORY_BYTES": str(400 << 20),
        "PRIMEQL_MAX_CLIENT_MEMORY_PERCENT": "25",
    }
    with running_server(settings(tmp_path, **limits)) as server, ExitStack() as stack:
        heads = []
        for _ in range(12):
            connection = stack.enter_context(server.ask_without_reading(EDGES))
            heads.append(connection.recv(1_000))
        other = await ask(server, EDGES, "10.0.0.1")
        metrics = httpx.get(server.metrics_url).text
    assert other.status_code == 200
    refused = [head for head in heads if head.startswith(b"HTTP/1.1 429")]
    assert 8 <= len(refused) < 12
    assert all(b"\r\nretry-after: 1\r\n" in head for head in refused)
    assert f'primeql_rate_limited_total{{limit="memory"}} {len(refused)}.0' in metrics


async def test_light_questions_are_answered_when_the_memory_is_full(tmp_path: Path) -> None:
    limits = {"PRIMEQL_MAX_RESPONSE_MEMORY_BYTES": str(16 << 20), "PRIMEQL_WORKERS": "1"}
    # A wide sweep holds the memory of its page for as long as it runs.
    slow = "{ primeRange(low: 1000000000000000, high: 2000000000000000) { gaps { count } } }"
    with running_server(settings(tmp_path, **limits)) as server:
        heavy = [asyncio.ensure_future(ask(server, PAGE, f"10.0.1.{n}")) for n in range(20)]
        heavy.append(asyncio.ensure_future(ask(server, slow, "10.0.1.99", 3)))
        light = await asyncio.gather(*(ask(server, EASY, f"10.0.2.{n}") for n in range(20)))
        await asyncio.gather(*heavy)
    assert {one.status_code for one in light} == {200}


async def test_validating_needs_no_room(tmp_path: Path) -> None:
    limits = {"PRIMEQL_MAX_RESPONSE_MEMORY_BYTES": str(1 << 20)}
    with running_server(settings(tmp_path, **limits)) as server:
        for query in (EASY, PAGE):
            body, headers = {"query": query}, {"GraphQL-Cost": "validate"}
            response = httpx.post(f"{server.url}/graphql", json=body, headers=headers)
            assert response.json()["extensions"]["cost"]["requestedQueryCost"] > 0
