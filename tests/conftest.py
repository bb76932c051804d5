"""Fixtures shared by all tests: the service in this process, and a real server."""

import functools
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from httpx._transports import default
from hypothesis import HealthCheck, settings

from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from tests.reaper import reaped
from tests.server import RunningServer, running_server
from tests.waiting import WAIT_SECONDS

# Bounds of tests that build an image, or compute for minutes; for all others, see pyproject.toml.
TIMEOUT_SECONDS = {"faults": 900, "slow": 3_600, "ship": 3_600, "stack": 3_600}
# Of requests: so late that no test of a busy machine reaches it.
DEADLINE_MILLISECONDS = 60_000
Ask = Callable[..., Awaitable[dict[str, Any]]]

# Hypothesis fails an example that takes 0.2 s, and data that are slow to draw.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests of some kinds more time."""
    for item in items:
        for kind, seconds in TIMEOUT_SECONDS.items():
            if item.get_closest_marker(kind):
                item.add_marker(pytest.mark.timeout(seconds))


@pytest.fixture(scope="session", autouse=True)
def _nothing_outlives_the_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """End all that tests start when the run ends, even if it is killed."""
    with reaped(tmp_path_factory.getbasetemp()):
        yield


@pytest.fixture(scope="session", autouse=True)
def _patient_clients() -> None:
    """Have clients that say nothing else wait longer than httpx's 5 s: the machine may be busy."""
    vars(httpx._config.DEFAULT_TIMEOUT_CONFIG).update(
        httpx.Timeout(2 * WAIT_SECONDS).as_dict()  # of connecting, reading, writing and the pool
    )


@pytest.fixture(scope="session", autouse=True)
def _one_list_of_authorities() -> None:
    """Have clients share what they trust: each would read the whole list again, for 30 ms."""
    vars(default)["create_ssl_context"] = functools.cache(httpx.create_ssl_context)


@pytest.fixture(scope="session")
async def service() -> AsyncIterator[PrimeService]:
    """The service with default settings but for its deadline, its workers started.

    Its pace is fixed: a measurement in a thread would allocate while tests look at memory.
    """
    service = PrimeService(Settings(deadline_milliseconds=DEADLINE_MILLISECONDS, pace="1"))
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
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that all tests share, with a budget that they do not use up."""
    tier = {
        "points": 100_000_000,
        "restore_rate": 1_000_000,
        "requests_per_minute": 1_000_000,
        "concurrent_requests": 1_000,
        "max_request_cost": 20_000,
    }
    tiers = tmp_path_factory.mktemp("server") / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": tier}))
    settings = {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_DEADLINE_MILLISECONDS": str(DEADLINE_MILLISECONDS),
        # What a question is predicted to take does not depend on how busy the machine was.
        "PRIMEQL_PACE": "1",
    }
    with running_server(settings) as server:
        yield server
