"""What the service tells holders of keys of its health."""

from collections.abc import AsyncIterator, Iterator

import httpx
import numpy as np
import pytest

from primeql.operations.service import PrimeService
from primeql.settings import Settings
from primeql.telemetry.self_tests import SelfTests
from tests.ports import free_port
from tests.primeql.stores.test_api_keys import add
from tests.server import RunningServer, running_server
from tests.valkey import new_server

CHECKS = {"primality", "factorization", "sieve", "worker", "memory"}


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """A server with Redis, and a key for it."""
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    key = add(keys)
    port = free_port()
    settings = {
        "PRIMEQL_API_KEYS_FILE": str(keys),
        "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{port}/0",
    }
    with new_server(port), running_server(settings) as server:
        yield server, key


def details(server: RunningServer, key: str | None) -> httpx.Response:
    headers = {} if key is None else {"X-API-Key": key}
    return httpx.get(f"{server.url}/healthz/details", headers=headers)


def test_a_key_is_told_everything(keyed: tuple[RunningServer, str]) -> None:
    server, key = keyed
    response = details(server, key)
    told = response.json()
    assert (response.status_code, told["status"], told["ready"]) == (200, "ok", True)
    assert set(told["checks"]) == CHECKS
    assert all(check["ok"] and check["milliseconds"] >= 0 for check in told["checks"].values())
    assert set(told["lanes"]) == {"quick", "slow", "threads"}
    assert told["redis"] == {"answers": "up", "budgets": "up"}
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("key", [None, "wrong"])
def test_nobody_else_is_told_anything(keyed: tuple[RunningServer, str], key: str | None) -> None:
    response = details(keyed[0], key)
    assert response.status_code == 401
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert set(response.json()) == {"errors"}


@pytest.fixture
async def own_service() -> AsyncIterator[PrimeService]:
    """A service that a test may break."""
    service = PrimeService(Settings(workers=1))
    await service.start()
    yield service
    await service.close()


async def failed(service: PrimeService) -> set[str]:
    return {name for name, check in (await SelfTests(service).run()).items() if not check.is_ok}


async def test_each_fault_fails_its_own_check(
    own_service: PrimeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await failed(own_service) == set()
    # One prime too few.
    segments = own_service._ranges._kept
    monkeypatch.setattr(type(segments), "primes", lambda *_: np.zeros(901_086))
    assert await failed(own_service) == {"sieve"}
    monkeypatch.undo()
    monkeypatch.setattr("primeql.telemetry.self_tests.next_prime", abs)
    assert await failed(own_service) == {"worker"}
    monkeypatch.undo()

    async def lost(*_: object, **__: object) -> None:
        return None

    monkeypatch.setattr(own_service.memory.kept, "get", lost)
    assert "memory" in await failed(own_service)
