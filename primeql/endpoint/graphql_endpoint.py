"""Answers a POST to the GraphQL endpoint without routing, CORS and compression.

These have nothing to do for most requests, and together would take longer than a small answer.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

from middleware.header_fields import header_fields
from middleware.limits.memory_budget import HeldMemory
from primeql.endpoint.json_response import LongResponse

PATH: Final = "/graphql"

Endpoint = Callable[[Request], Awaitable[Response]]
ExceptionHandler = Callable[[Request, Exception], Awaitable[Response]]


# The level for zstd, Brotli and gzip. On lists of integers higher levels take two to three times as
# long, which no price includes, and gain nothing, or an eighth for gzip.
COMPRESSION_LEVEL: Final = 1


class GraphQLEndpoint:
    """Answers a POST unless it comes from a page of another origin; passes on all other requests.

    Args:
        app: The application with routes and middleware, for all other requests.
        endpoint: Answers a POST.
        handlers: Exception handlers by type. The handler of ``Exception`` answers unforeseen
            errors, which are then raised again, for the server to log.
        minimum_size: The least size in bytes of a compressed answer.
    """

    def __init__(
        self,
        app: ASGIApp,
        endpoint: Endpoint,
        handlers: Mapping[type[Exception], ExceptionHandler],
        minimum_size: int,
    ) -> None:
        self._app = app
        self._endpoint = endpoint
        self._handlers = handlers
        self._kinds = tuple(handlers)
        self._minimum_size = minimum_size
        compressed = CompressMiddleware(
            _respond,
            minimum_size=minimum_size,
            zstd_level=COMPRESSION_LEVEL,
            brotli_quality=COMPRESSION_LEVEL,
            gzip_level=COMPRESSION_LEVEL,
        )
        self._compressed = ServerErrorMiddleware(compressed, handlers[Exception])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_short_way = (
            scope["path"] == PATH
            and scope["method"] == "POST"
            and b"origin" not in header_fields(scope)
        )
        try:
            await (self._answer if is_short_way else self._app)(scope, receive, send)
        finally:
            # Only now, because a slow client may need minutes to read the answer.
            held: HeldMemory | None = scope["state"].get("held")
            if held is not None:
                held.let_go()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST."""
        request = Request(scope, receive)
        try:
            response = await self._endpoint(request)
        except self._kinds as error:
            kind = next(kind for kind in type(error).__mro__ if kind in self._handlers)
            response = await self._handlers[kind](request, error)
            await self._send(response, scope, receive, send)
            if kind is Exception:
                raise
            return
        await self._send(response, scope, receive, send)

    async def _send(self, response: Response, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a response, compressed if it is long."""
        if len(response.body) < self._minimum_size and not isinstance(response, LongResponse):
            await response(scope, receive, send)
        else:
            scope["state"]["response"] = response
            await self._compressed(scope, receive, send)


async def _respond(scope: Scope, receive: Receive, send: Send) -> None:
    """Send the response in a request's scope."""
    response: Response = scope["state"]["response"]
    await response(scope, receive, send)
