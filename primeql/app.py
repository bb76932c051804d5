"""Builds the application from its layers."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp
from starlette_compress import CompressMiddleware

from middleware.answer_headers import AnswerHeadersMiddleware
from middleware.limits.clients import ClientResolver
from middleware.limits.concurrency import ConcurrentRequests
from middleware.limits.memory_budget import MemoryBudget
from middleware.limits.request_limits import RequestLimits
from middleware.limits.request_rate import RequestRate
from middleware.limits.shared_budget import SharedBudget
from middleware.limits.token_bucket import Budget, LocalBuckets, LocalBudget
from middleware.observability.request_record import CLIENT_GONE
from middleware.refusal import RefusedError, answer_refusal
from primeql.cross_origin import ALLOWED, PREFLIGHT_SECONDS, READABLE, CrossOriginMiddleware
from primeql.endpoint.graphql_endpoint import (
    COMPRESSION_LEVEL,
    PATH,
    ExceptionHandler,
    GraphQLEndpoint,
)
from primeql.endpoint.graphql_http import refuse, respond
from primeql.endpoint.http_caching import EntityTags
from primeql.explorer import explorer_routes
from primeql.health import health_routes
from primeql.operations.admission import Admission
from primeql.operations.request_errors import RequestError
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from primeql.stores.api_keys import ApiKeys
from primeql.stores.redis_buckets import RedisBuckets
from primeql.telemetry.health_details import PATH as DETAILS_PATH
from primeql.telemetry.health_details import HealthDetails
from primeql.telemetry.telemetry import Telemetry
from primeql.tiers import read_tiers
from resolvers.errors import ErrorCode

logger = logging.getLogger("primeql.app")

EXPLORER_DIRECTORY = Path(__file__).parent / "explorer_static"
# Smaller answers are not compressed, because they would gain nothing.
COMPRESSED_BYTES = 1_024


def create_app(settings: Settings) -> ASGIApp:
    """Return the application. Its tables are built now; its workers start with the server."""
    telemetry = Telemetry(settings)
    app = _routes(settings, telemetry)
    # Outside of Starlette's error handling, so that error answers have these headers too.
    return AnswerHeadersMiddleware(telemetry.wrap(app), settings.hsts_seconds)


def _routes(settings: Settings, telemetry: Telemetry) -> ASGIApp:
    """Return the routes with their middleware."""
    service = PrimeService(settings, telemetry.observe_task, telemetry.tracing)
    budget = _budget(settings)
    share = settings.max_client_memory_percent / 100
    memory = MemoryBudget(settings.max_response_memory_bytes, share)
    admission = Admission(service, budget, memory)
    telemetry.watch(service, budget)
    tiers = read_tiers(settings.tiers_file)
    keys = ApiKeys(settings.api_keys_file, tiers)
    clients = ClientResolver(keys, tiers, settings.trusted_proxies)
    guard = RequestLimits(clients, RequestRate(tiers.values()), ConcurrentRequests())

    sdl = service.schema.as_str() + "\n"

    async def schema_sdl(_request: Request) -> Response:
        return PlainTextResponse(sdl)

    tags = EntityTags(settings.answers_key, service.revision)
    guarded = guard.wrap(partial(respond, admission, tags, settings), "graphql")
    routes = [
        Route(PATH, guarded, methods=["GET", "POST"]),
        # Answered, not redirected: many clients redirect a POST without its body, or not at all.
        Route(f"{PATH}/", guarded, methods=["GET", "POST"]),
        *health_routes(service),
        Route(DETAILS_PATH, guard.wrap(HealthDetails(service, budget).answer, "health")),
        *explorer_routes(EXPLORER_DIRECTORY),
        *telemetry.routes,
    ]
    if settings.introspection:
        routes.append(Route("/schema.graphql", schema_sdl))
    app = Starlette(
        routes=routes,
        middleware=_middleware(settings),
        exception_handlers=_HANDLERS,
        lifespan=_lifespan(telemetry, service, keys, admission),
    )
    # A POST that is redirected loses its body in many clients.
    app.router.redirect_slashes = False
    return GraphQLEndpoint(app, guarded, _HANDLERS, COMPRESSED_BYTES)


def _lifespan(
    telemetry: Telemetry, service: PrimeService, keys: ApiKeys, admission: Admission
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """Return the lifespan handler, which starts and stops the parts of the application."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        telemetry.start()
        await service.start()
        await keys.start()
        await admission.start()
        try:
            yield
        finally:
            await keys.close()
            await admission.close()
            await service.close()
            telemetry.stop()

    return lifespan


def _middleware(settings: Settings) -> list[Middleware]:
    """Return the middleware inside Starlette's, outermost first."""
    return [
        Middleware(
            CrossOriginMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST"],
            allow_headers=ALLOWED,
            expose_headers=READABLE,
            max_age=PREFLIGHT_SECONDS,
        ),
        Middleware(
            CompressMiddleware,
            minimum_size=COMPRESSED_BYTES,
            zstd_level=COMPRESSION_LEVEL,
            brotli_quality=COMPRESSION_LEVEL,
            gzip_level=COMPRESSION_LEVEL,
        ),
    ]


def _budget(settings: Settings) -> Budget:
    """Return the clients' budgets: in Redis if configured, else in this process."""
    local = LocalBuckets()
    url = settings.budget_redis_url or settings.redis_url
    if not url:
        return LocalBudget(local)
    return SharedBudget(RedisBuckets(url), local)


async def _http_error(_request: Request, error: Exception) -> Response:
    """Answer a refused HTTP request with a GraphQL error."""
    assert isinstance(error, HTTPException)
    return refuse(RequestError(error.detail, error.status_code), **dict(error.headers or {}))


async def _gone(_request: Request, _error: Exception) -> Response:
    """Answer a client that has disconnected; nobody reads the answer."""
    return Response(status_code=CLIENT_GONE)


async def _unforeseen(request: Request, error: Exception) -> Response:
    """Answer a request that failed outside of any field; uvicorn logs the traceback."""
    request_id = request.state.request_id
    logger.error("unforeseen %s in request %s", type(error).__name__, request_id)
    message = f"unexpected error; quote request {request_id} when reporting it"
    return refuse(RequestError(message, 500, ErrorCode.INTERNAL_SERVER_ERROR))


_HANDLERS: Mapping[type[Exception], ExceptionHandler] = MappingProxyType(
    {
        RefusedError: answer_refusal,
        HTTPException: _http_error,
        ClientDisconnect: _gone,
        Exception: _unforeseen,
    }
)
