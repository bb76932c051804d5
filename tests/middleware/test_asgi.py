"""The ASGI middleware, each around a small application."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from middleware.body_limit import BodyLimitMiddleware
from middleware.request_id import RequestIdMiddleware


async def echo(request: Request) -> Response:
    body = await request.body()
    return PlainTextResponse(f"{request.state.request_id} {len(body)}")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(
        routes=[Route("/", echo, methods=["POST"])],
        middleware=[Middleware(RequestIdMiddleware), Middleware(BodyLimitMiddleware, max_bytes=10)],
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_a_good_request_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await client.post("/", headers={"X-Request-Id": "abc-123"})
    assert response.headers["X-Request-Id"] == "abc-123"
    assert response.text == "abc-123 0"


@pytest.mark.parametrize("offered", ["", "a b", "a" * 65, "<script>", "a_b"])
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, offered: str) -> None:
    response = await client.post("/", headers={"X-Request-Id": offered})
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-Id"])


async def test_body_at_the_limit_is_read(client: httpx.AsyncClient) -> None:
    response = await client.post("/", content=b"x" * 10)
    assert (response.status_code, response.text[-2:]) == (200, "10")


async def test_body_announced_above_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.post("/", content=b"x" * 11)
    assert (response.status_code, response.text) == (413, "the body is larger than 10 bytes")


async def test_body_found_above_the_limit_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x"

    response = await client.post("/", content=chunks())
    assert "content-length" not in response.request.headers
    assert response.status_code == 413


@pytest.mark.parametrize("kind", ["lifespan", "websocket"])
async def test_other_scopes_pass_through(kind: str) -> None:
    seen: list[tuple[Scope, Receive, Send]] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope, receive, send))

    async def receive() -> dict[str, str]:
        raise AssertionError

    async def send(_message: object) -> None:
        raise AssertionError

    scope = {"type": kind}
    await RequestIdMiddleware(app)(scope, receive, send)
    await BodyLimitMiddleware(app, 10)(scope, receive, send)
    assert seen == [(scope, receive, send)] * 2
