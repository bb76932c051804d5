"""Health endpoints: whether the process runs, and whether it is ready for requests."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from primeql.operations.service import PrimeService


def health_routes(service: PrimeService) -> list[BaseRoute]:
    """Return the routes ``/livez``, ``/readyz`` and ``/healthz``; the last equals ``/readyz``."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        if service.is_ready:
            return PlainTextResponse("ok\n")
        return PlainTextResponse("starting or stopping\n", status_code=503)

    return [Route("/livez", live), Route("/readyz", ready), Route("/healthz", ready)]
