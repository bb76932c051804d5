"""The one place where the layers are wired into an application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from middleware.body_limit import BodyLimitMiddleware
from middleware.request_id import RequestIdMiddleware
from primeql.explorer import explorer_routes
from primeql.graphql_http import graphql_error, respond
from primeql.health import health_routes
from primeql.service import PrimeService
from primeql.settings import Settings
from resolvers.errors import ErrorCode

EXPLORER_DIRECTORY = Path(__file__).parent / "explorer_static"


def create_app(settings: Settings) -> Starlette:
    """Return the application; its tables are built now, its workers start with it."""
    service = PrimeService(settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await service.start()
        try:
            yield
        finally:
            service.close()

    async def graphql(request: Request) -> Response:
        return await respond(service, request)

    sdl = service.schema.as_str() + "\n"

    async def schema_sdl(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    app = Starlette(
        routes=[
            Route("/graphql", graphql, methods=["GET", "POST"]),
            Route("/schema.graphql", schema_sdl),
            *health_routes(service),
            *explorer_routes(EXPLORER_DIRECTORY),
        ],
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(BodyLimitMiddleware, max_bytes=settings.max_request_bytes),
        ],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )
    # A POST that is redirected loses its body in many clients: a wrong path is better said so.
    app.router.redirect_slashes = False
    return app


async def _http_error(_request: Request, error: Exception) -> Response:
    """Answer a refused HTTP request in GraphQL's shape."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    return graphql_error(error.detail, ErrorCode.BAD_REQUEST, error.status_code, **headers)
