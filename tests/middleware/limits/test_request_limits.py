"""What stands before an endpoint, in a small application."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from middleware.limits import request_windows
from middleware.limits.clients import ClientResolver, KeyHolder
from middleware.limits.concurrency import ConcurrentRequests
from middleware.limits.request_limits import RequestLimits
from middleware.limits.request_rate import RequestRate
from middleware.limits.request_windows import RequestWindows
from middleware.limits.tier import Tier
from middleware.refusal import RefusedError, answer_refusal
from tests.waiting import until

TIERS = {
    name: Tier(
        name,
        points=1,
        restore_rate=1,
        requests_per_minute=requests,
        concurrent_requests=concurrent,
        max_request_cost=1,
    )
    for name, requests, concurrent in (("anonymous", 3, 2), ("pro", 5, 3))
}


class Keys:
    """An index of two keys of one tier."""

    def find(self, key: str) -> KeyHolder | None:
        """Return the holder."""
        return KeyHolder(key, "pro") if key in ("alpha", "beta") else None


class Application:
    """Guarded endpoints, and a door that holds their requests up."""

    def __init__(self) -> None:
        """Start with the door open."""
        self.door = asyncio.Event()
        self.door.set()
        self.running = 0
        self.concurrent = ConcurrentRequests()
        guard = RequestLimits(
            ClientResolver(Keys(), TIERS, ()), RequestRate(TIERS.values()), self.concurrent
        )
        self.asgi = Starlette(
            routes=[
                Route("/graphql", guard.wrap(self._graphql, "graphql"), methods=["GET", "POST"]),
                Route("/page", guard.wrap(self._page, "static")),
                Route("/style", guard.wrap(self._page, "static")),
                Route("/fails", guard.wrap(self._fails, "fails")),
                Route("/health", self._page),
            ],
            exception_handlers={RefusedError: answer_refusal},
        )

    @asynccontextmanager
    async def client(self, address: str = "192.0.2.1") -> AsyncIterator[httpx.AsyncClient]:
        """A client with an address."""
        transport = httpx.ASGITransport(
            self.asgi, client=(address, 4711), raise_app_exceptions=False
        )
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client

    async def _graphql(self, request: Request) -> Response:
        self.running += 1
        await self.door.wait()
        return PlainTextResponse(request.state.client.id)

    async def _fails(self, _request: Request) -> Response:
        raise RuntimeError

    def _page(self, _request: Request) -> Response:
        return PlainTextResponse("page")


@pytest.fixture
def application() -> Application:
    return Application()


async def statuses(ask: Callable[[str], Awaitable[httpx.Response]], *paths: str) -> list[int]:
    return [(await ask(path)).status_code for path in paths]


def error_of(response: httpx.Response) -> dict[str, Any]:
    """Return the one error of a refusal, which has nothing else."""
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert list(body) == ["errors"]
    (error,) = body["errors"]
    assert list(error) == ["message", "extensions"]
    return {"message": error["message"], **error["extensions"]}


async def test_one_request_too_many_in_a_minute_is_refused(application: Application) -> None:
    async with application.client() as client:
        assert await statuses(client.get, *["/graphql"] * 3) == [200] * 3
        refused = await client.post("/graphql")
    assert refused.status_code == 429
    assert error_of(refused) == {"message": "at most 3 requests per minute", "code": "RATE_LIMITED"}
    wait = int(refused.headers["retry-after"])
    assert 59 <= wait <= 60
    assert refused.headers["ratelimit-policy"] == '"requests";q=3;w=60'
    assert refused.headers["ratelimit"] == f'"requests";r=0;t={wait}'
    assert application.running == 3


async def test_answers_have_no_retry_after(application: Application) -> None:
    async with application.client() as client:
        assert "retry-after" not in (await client.get("/graphql")).headers


async def test_minute_ends(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    async with application.client() as client:
        assert await statuses(client.get, *["/graphql"] * 4) == [200, 200, 200, 429]
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 61)
        assert await statuses(client.get, "/graphql") == [200]


async def test_clients_are_counted_apart(application: Application) -> None:
    async with application.client() as one, application.client("192.0.2.2") as other:
        await statuses(one.get, *["/graphql"] * 3)
        assert await statuses(one.get, "/graphql") == [429]
        assert await statuses(other.get, "/graphql") == [200]


async def test_forged_addresses_buy_no_request(application: Application) -> None:
    async with application.client() as client:
        answers = [
            await client.get("/graphql", headers={"X-Forwarded-For": f"203.0.113.{k}"})
            for k in range(100)
        ]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 97


async def test_holder_of_a_key_has_the_limit_of_the_tier(application: Application) -> None:
    async with application.client() as client:
        await statuses(client.get, *["/graphql"] * 4)
        client.headers["X-API-Key"] = "alpha"
        assert await statuses(client.get, *["/graphql"] * 6) == [200] * 5 + [429]
        client.headers["X-API-Key"] = "beta"
        assert (await client.get("/graphql")).text == "key:beta"


async def test_key_that_is_not_valid_is_refused_whatever_is_left(application: Application) -> None:
    async with application.client() as client:
        refused = await client.get("/graphql", headers={"Authorization": "Bearer gamma"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"
    assert error_of(refused)["code"] == "UNAUTHENTICATED"
    assert application.running == 0


async def test_keys_that_are_not_valid_count_as_requests_of_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(TIERS, "anonymous", replace(TIERS["anonymous"], requests_per_minute=6_000))
    application = Application()
    async with application.client() as client, application.client("192.0.2.2") as other:
        answers = [
            await client.get("/graphql", headers={"X-API-Key": f"wrong-{k}"}) for k in range(1_000)
        ]
        assert [answer.status_code for answer in answers] == [401] * 600 + [429] * 400
        assert error_of(answers[-1]) == {
            "message": "at most 6000 requests per minute;"
            " one with an API key that is not valid counts as 10",
            "code": "RATE_LIMITED",
        }
        assert "retry-after" in answers[-1].headers
        assert (await client.get("/graphql")).status_code == 429
        # A valid key has its own count, and other addresses theirs.
        assert (await client.get("/graphql", headers={"X-API-Key": "alpha"})).status_code == 200
        assert (await other.get("/graphql")).status_code == 200
    assert application.running == 2


async def test_keys_that_are_not_valid_count_for_one_address_whatever_they_forward(
    application: Application,
) -> None:
    async with application.client() as client:
        answers = [
            await client.get(
                "/graphql", headers={"X-API-Key": "wrong", "X-Forwarded-For": f"203.0.113.{k}"}
            )
            for k in range(3)
        ]
    # Three requests a minute are fewer than one with a wrong key counts as.
    assert [answer.status_code for answer in answers] == [401, 429, 429]


async def test_paths_of_a_class_are_counted_together_and_classes_apart(
    application: Application,
) -> None:
    async with application.client() as client:
        paths = ["/page", "/style", "/page", "/style", "/graphql", "/health"]
        assert await statuses(client.get, *paths) == [200, 200, 200, 429, 200, 200]


async def test_health_is_not_limited(application: Application) -> None:
    async with application.client() as client:
        assert set(await statuses(client.get, *["/health"] * 20)) == {200}


async def test_one_request_too_many_at_a_time_is_refused_at_once(application: Application) -> None:
    application.door.clear()
    async with application.client() as client:
        client.headers["X-API-Key"] = "alpha"
        waiting = [asyncio.create_task(client.get("/graphql")) for _ in range(3)]
        await until(lambda: application.running == 3, "three requests under way")
        refused = await client.get("/graphql")
        assert refused.status_code == 429
        assert error_of(refused)["code"] == "RATE_LIMITED"
        assert refused.headers["retry-after"] == "1"
        assert refused.headers["ratelimit"] == '"concurrency";r=0'
        application.door.set()
        assert {(await answer).status_code for answer in waiting} == {200}
        assert (await client.get("/graphql")).status_code == 200


async def test_requests_that_end_badly_are_not_counted_as_under_way(
    application: Application,
) -> None:
    async with application.client() as client:
        assert await statuses(client.get, "/fails", "/fails", "/fails") == [500] * 3
        application.door.clear()
        waiting = asyncio.create_task(client.get("/graphql"))
        await until(lambda: application.running, "a request under way")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    assert len(application.concurrent) == 0


def test_windows_end_and_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    windows = RequestWindows()
    for k in range(10):
        assert windows.incr(f"client {k}", 60) == 1
    assert windows.incr("client 0", 60) == 2
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert windows.get("client 0") == 0
    for k in range(10, 20):
        assert windows.incr(f"client {k}", 60) == 1
    assert len(windows) == 10


def test_windows_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_windows, "MAX_WINDOWS", 5)
    windows = RequestWindows()
    for k in range(20):
        windows.incr(f"client {k}", 60)
    assert len(windows) == 5
    assert windows.get("client 19") == 1


async def test_neither_environment_nor_a_file_of_it_switches_the_limit_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(
        b"RATELIMIT_ENABLED=false\nRATELIMIT_STRATEGY=none\n\xff=\xff\n"
    )
    monkeypatch.setenv("RATELIMIT_ENABLED", "")
    async with Application().client() as client:
        assert await statuses(client.get, *["/graphql"] * 4) == [200, 200, 200, 429]


async def test_refusals_are_not_logged(
    application: Application, caplog: pytest.LogCaptureFixture
) -> None:
    async with application.client() as client:
        await statuses(client.get, *["/graphql"] * 5)
    assert [record for record in caplog.records if record.name != "httpx"] == []
