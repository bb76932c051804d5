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

from middleware.answer_headers import AnswerHeadersMiddleware
from middleware.request_id import RequestIds


async def echo(request: Request) -> Response:
    body = await request.body()
    headers = {"Content-Security-Policy": "default-src 'self'"}
    return PlainTextResponse(f"{request.state.request_id} {len(body)}", headers=headers)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(
        routes=[Route("/", echo, methods=["POST"])],
        middleware=[Middleware(AnswerHeadersMiddleware, hsts_seconds=60)],
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


def test_new_request_ids_are_all_different() -> None:
    ids = RequestIds()
    assert len({ids.of(None) for _ in range(1_000)}) == 1_000


async def test_answers_keep_the_security_headers_that_they_set_themselves(
    client: httpx.AsyncClient,
) -> None:
    response = await client.post("/")
    policies = response.headers.get_list("Content-Security-Policy")
    assert policies == ["default-src 'self'"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Strict-Transport-Security"] == "max-age=60"


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
    await AnswerHeadersMiddleware(app, 60)(scope, receive, send)
    assert seen == [(scope, receive, send)]
