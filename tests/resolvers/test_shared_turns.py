"""What several clients wait for together has the turns of whichever comes first."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import pytest

from resolvers.limits import Limits
from resolvers.remembering.answer_memory import AnswerMemory
from resolvers.remembering.single_flight import Flight
from resolvers.running.compute import LOOP_POINTS, Compute
from resolvers.running.fair_pool import Owner
from resolvers.running.request_accounting import AnswerNotes
from tests.resolvers.memory_askers import memory_with, question
from tests.waiting import WAIT_SECONDS

T = TypeVar("T")

DEAR = LOOP_POINTS + 1


@pytest.fixture
async def compute() -> AsyncIterator[Compute]:
    compute = Compute(workers=1, max_waiting=1_000, limits=Limits())
    await compute.start()
    yield compute
    await compute.close()


@dataclass(frozen=True)
class Client:
    """An asker who computes as requests do."""

    compute: Compute
    notes: AnswerNotes
    deadline: float = field(default_factory=lambda: time.monotonic() + WAIT_SECONDS)

    def share_turns(self, notes: AnswerNotes) -> None:
        """Share them by way of the queues."""
        self.compute.share_turns(notes, self.notes.owner)

    def on_behalf(self, notes: AnswerNotes, deadline: float) -> Self:
        """Return one with other notes and another deadline."""
        return replace(self, notes=notes, deadline=deadline)

    async def single(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``."""
        return await self.compute.single(cost, self.deadline, self.notes, function, *arguments)


async def wait(client: Client, _flight: Flight[int]) -> int:
    """Compute in two steps in a worker."""
    for _ in range(2):
        await client.single(DEAR, time.sleep, 0.01)
    return 7


async def answered(memory: AnswerMemory, client: Client, number: int, order: list[str]) -> None:
    """Ask, and note who was answered."""
    assert await memory.recall(client, question(number), wait) == 7
    order.append(f"{client.notes.owner.client} {number}")


@pytest.mark.parametrize("popular", [0, 20, 39])
async def test_client_that_floods_does_not_hold_up_what_another_asks_too(
    compute: Compute, popular: int
) -> None:
    memory, order = memory_with(), list[str]()
    greedy = Client(compute, AnswerNotes(Owner("greedy", "1")))
    modest = Client(compute, AnswerNotes(Owner("modest", "1")))
    flood = [asyncio.create_task(answered(memory, greedy, k, order)) for k in range(40)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await answered(memory, modest, popular, order)
    # It had every second turn, for two steps.
    assert order.index(f"modest {popular}") <= 6
    await asyncio.gather(*flood)
    assert (memory.stats.misses, memory.stats.joins) == (40, 1)
    assert compute.quick.pool.waiting == 0


async def test_client_that_floods_gains_nothing_by_asking_what_another_asks(
    compute: Compute,
) -> None:
    memory, order = memory_with(), list[str]()
    greedy = Client(compute, AnswerNotes(Owner("greedy", "1")))
    modest = Client(compute, AnswerNotes(Owner("modest", "1")))
    flood = [asyncio.create_task(answered(memory, greedy, k, order)) for k in range(1, 40)]
    first = asyncio.create_task(answered(memory, modest, 0, order))
    await asyncio.sleep(0)
    flood.append(asyncio.create_task(answered(memory, greedy, 0, order)))
    await first
    assert order.index("modest 0") <= 6
    await asyncio.gather(*flood)
