"""Fixtures shared by all tests: the service in this process, and a real server."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from primeql.operations import Operation
from primeql.service import PrimeService
from primeql.settings import Settings
from tests.server import RunningServer, running_server

Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(scope="session")
async def service() -> AsyncIterator[PrimeService]:
    """The service with default settings, its workers started."""
    service = PrimeService(Settings())
    await service.start()
    yield service
    await service.close()


@pytest.fixture(scope="session")
def ask(service: PrimeService) -> Ask:
    """Return the decoded response to a document and its variables."""

    async def ask_service(query: str, **variables: Any) -> dict[str, Any]:
        answer = await service.answer(Operation(query, variables), "test-request")
        response: dict[str, Any] = json.loads(answer.body)
        return response

    return ask_service


@pytest.fixture(scope="session")
def server() -> Iterator[RunningServer]:
    """A server with default settings, shared by the tests that leave it as they found it."""
    with running_server() as server:
        yield server
