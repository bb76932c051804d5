"""Health endpoints: whether the process lives, and whether it may be sent requests."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from primeql.operations.service import PrimeService


def health_routes(service: PrimeService) -> list[BaseRoute]:
    """Return ``/livez``, ``/readyz`` and ``/healthz``, the same as ``/readyz`` for people."""

    async def live(_request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(_request: Request) -> Response:
        if service.is_ready:
            return PlainTextResponse("ok\n")
        return PlainTextResponse("starting or stopping\n", status_code=503)

    return [Route("/livez", live), Route("/readyz", ready), Route("/healthz", ready)]
