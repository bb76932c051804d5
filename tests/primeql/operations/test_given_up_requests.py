"""What is left of a request whose client has hung up: nothing that waits for the collector.

The collector seldom looks at old objects; until then they would hold memory, and the pipes of the
workers that were killed.
"""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from primeql.operations.operation import Operation
from primeql.operations.service import PricedOperation, PrimeService
from primeql.server.eager_start import EagerTask
from tests.hard_integers import hard_semiprime
from tests.waiting import until

HARD = "{{ integer(value: {}) {{ factorization {{ expression }} }} }}"
FIELDS = {
    "one": HARD.format(hard_semiprime(71)),
    "two integers": "{{ a: integer(value: {}) {{ {} }} b: integer(value: {}) {{ {} }} }}".format(
        hard_semiprime(72), "factorization { primes }", hard_semiprime(73), "divisors { nodes }"
    ),
    "two fields": HARD.format(hard_semiprime(74)).replace(
        "factorization", "arithmetic { totient } factorization"
    ),
}


@pytest.fixture
def uncollected() -> Iterator[None]:
    """Keep the collector from looking, and what it finds from going, during a test."""
    gc.collect()
    gc.disable()
    yield
    gc.set_debug(0)
    gc.garbage.clear()
    gc.enable()


@pytest.mark.parametrize("query", FIELDS.values(), ids=FIELDS)
@pytest.mark.usefixtures("uncollected")
async def test_what_is_given_up_leaves_nothing_to_the_collector(
    service: PrimeService, query: str
) -> None:
    async def answer() -> None:
        prepared = await service.prepare(Operation(query), service.arrival("given up"))
        assert isinstance(prepared, PricedOperation)
        await EagerTask(service.run(prepared))

    task = asyncio.create_task(answer())
    slow = service.compute.slow
    await until(lambda: slow.busy, "no worker factors")
    task.cancel()
    await asyncio.wait([task])
    del task
    await until(lambda: not slow.busy, "a worker is not replaced")
    gc.set_debug(gc.DEBUG_SAVEALL)
    gc.collect()
    left = {type(one).__name__ for one in gc.garbage}
    assert left & {"CancelledError", "Flight", "RequestContext", "Task", "WorkerProcess"} == set()
