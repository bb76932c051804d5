"""What a process owes to the shared state, and tells it when it can."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from middleware.limits.clients import Client
from middleware.limits.shared_budget import PROBE, SharedBudget
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import LocalBuckets
from resolvers.remembering.circuit_breaker import SharedStateError
from tests import waiting

ALICE = Client("ip:192.0.2.1", Tier("test", 100, 1e-6, 1, 1, 1))


class Recorder:
    """A shared state that records what it is told, and fails for whom it is said to."""

    def __init__(self) -> None:
        """Work."""
        self.told: list[tuple[float, float]] = []
        self.fails_for: set[str] = set()
        self.answers = asyncio.Event()
        self.answers.set()

    async def connect(self) -> None:
        """Be connected."""

    async def take(
        self, client: Client, cost: float, owed: float, known: float
    ) -> tuple[bool, float]:
        """Record the points to be spent and those owed."""
        if client.id in self.fails_for:
            raise SharedStateError("test")
        if client is not PROBE:
            self.told.append((cost, owed))
        await self.answers.wait()
        return True, known + cost

    async def close(self) -> None:
        """Be closed."""


@pytest.fixture
def shared() -> Recorder:
    return Recorder()


@pytest.fixture
async def budget(shared: Recorder) -> AsyncIterator[SharedBudget]:
    budget = SharedBudget(shared, LocalBuckets(), probe_seconds=0.01)
    yield budget
    await budget.close()


async def until(budget: SharedBudget, **stats: Any) -> None:
    """Wait until the statistics are these."""
    await waiting.until(
        lambda: all(getattr(budget.stats, name) == value for name, value in stats.items()),
        lambda: budget.stats,
    )


async def test_debt_that_could_not_be_told_is_told_later(
    budget: SharedBudget, shared: Recorder
) -> None:
    shared.fails_for = {ALICE.id}
    await budget.take(ALICE, 30)
    await until(budget, outages=3)
    assert shared.told == []
    shared.fails_for = set()
    await until(budget, is_shared=True)
    await until(budget, recoveries=budget.stats.outages)
    await asyncio.sleep(0.01)
    assert shared.told == [(0.0, 30.0)]


async def test_gift_that_may_have_arrived_is_not_made_again(
    budget: SharedBudget, shared: Recorder
) -> None:
    await budget.take(ALICE, 30)
    budget.give_back(ALICE, 20)
    shared.fails_for = {ALICE.id}
    await budget.take(ALICE, 5)
    shared.fails_for = set()
    await until(budget, outages=1, recoveries=1)
    await asyncio.sleep(0.01)
    assert shared.told == [(30.0, 0.0), (0.0, 5.0)]


async def test_gifts_before_the_end_are_made(shared: Recorder) -> None:
    budget = SharedBudget(shared, LocalBuckets())
    await budget.take(ALICE, 30)
    budget.give_back(ALICE, 20)
    await budget.close()
    assert shared.told == [(30.0, 0.0), (0.0, -20.0)]


async def test_debts_are_bounded(shared: Recorder) -> None:
    budget = SharedBudget(shared, LocalBuckets(max_clients=5))
    shared.fails_for = {f"ip:{k}" for k in range(20)}
    for k in range(20):
        await budget.take(Client(f"ip:{k}", ALICE.tier), 1)
    shared.fails_for = set()
    budget.stats.is_shared = True
    budget.give_back(Client("ip:0", ALICE.tier), 1)
    await budget.close()
    assert len(shared.told) == 5


async def test_attempt_that_nobody_waits_for_any_more_is_given_back(
    budget: SharedBudget, shared: Recorder
) -> None:
    shared.answers.clear()
    asked = asyncio.create_task(budget.take(ALICE, 30))
    await waiting.until(lambda: shared.told, "an attempt")
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    shared.answers.set()
    await waiting.until(lambda: len(shared.told) == 2, "points given back")
    assert shared.told == [(30.0, 0.0), (0.0, -30.0)]
    assert (await budget.take(ALICE, 0)).remaining == 100


async def test_attempt_given_up_that_fails_keeps_its_debts(
    budget: SharedBudget, shared: Recorder
) -> None:
    shared.fails_for = {ALICE.id}
    asked = asyncio.create_task(budget.take(ALICE, 30))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(budget, outages=1)
    shared.fails_for = set()
    await until(budget, recoveries=1)
    assert (0.0, -30.0) not in shared.told
