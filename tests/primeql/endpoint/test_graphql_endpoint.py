"""The short way of a POST answers as the long one does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from primeql.endpoint.graphql_endpoint import GraphQLEndpoint


async def endpoint(request: Request) -> Response:
    body = await request.body()
    if body == b"refused":
        raise HTTPException(418, "a teapot")
    if body == b"gone":
        raise ClientDisconnect
    if body == b"broken":
        raise KeyError("secret")
    return PlainTextResponse(body)


async def refuse(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 418)


async def gone(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("", 499)


async def mask(_request: Request, _error: Exception) -> Response:
    return PlainTextResponse("masked", 500)


HANDLERS = {HTTPException: refuse, ClientDisconnect: gone, Exception: mask}


async def long_way(_request: Request) -> Response:
    return PlainTextResponse("long way")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(
        routes=[
            Route("/graphql", long_way, methods=["GET", "POST"]),
            Route("/page", long_way, methods=["POST"]),
        ]
    )
    shortcut = GraphQLEndpoint(app, endpoint, HANDLERS, minimum_size=100)
    transport = httpx.ASGITransport(shortcut, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_post_goes_the_short_way(client: httpx.AsyncClient) -> None:
    assert (await client.post("/graphql", content=b"asked")).text == "asked"


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/graphql", {}),
        ("POST", "/page", {}),
        ("POST", "/graphql", {"Origin": "https://other.example"}),
    ],
)
async def test_everything_else_goes_the_long_way(
    client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str]
) -> None:
    assert (await client.request(method, path, headers=headers)).text == "long way"


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [(b"refused", 418, "418: a teapot"), (b"gone", 499, ""), (b"broken", 500, "masked")],
)
async def test_exceptions_are_answered_by_the_nearest_handler(
    client: httpx.AsyncClient, body: bytes, status: int, text: str
) -> None:
    answer = await client.post("/graphql", content=body)
    assert (answer.status_code, answer.text) == (status, text)


async def test_what_nobody_foresaw_is_raised_again() -> None:
    shortcut = GraphQLEndpoint(Starlette(), endpoint, HANDLERS, minimum_size=100)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(shortcut)) as client:
        with pytest.raises(KeyError):
            await client.post("http://test/graphql", content=b"broken")


@pytest.mark.parametrize(("size", "coding"), [(99, None), (100, "gzip")])
async def test_large_answers_are_compressed(
    client: httpx.AsyncClient, size: int, coding: str | None
) -> None:
    headers = {"Accept-Encoding": "gzip"}
    answer = await client.post("/graphql", content=b"x" * size, headers=headers)
    assert answer.headers.get("content-encoding") == coding
    assert answer.text == "x" * size
