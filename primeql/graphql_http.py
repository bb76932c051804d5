"""GraphQL over HTTP: from a request to its operations, and from their answers to a response."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from execution.encoding import encode
from primeql import __version__
from primeql.hang_ups import unless_gone
from primeql.http_caching import IMMUTABLE, NO_STORE, VARY, entity_tag, is_named
from primeql.media_types import GRAPHQL_JSON, JSON, negotiate
from primeql.operations import Operation, read_operation
from primeql.request_body import decode_json, read_json
from primeql.request_errors import RequestError
from primeql.request_origin import is_forged
from primeql.service import Answer, PrimeService
from resolvers.errors import ErrorCode


def refuse(error: RequestError, media_type: str = JSON, **headers: str) -> Response:
    """Return the response to a request that is refused as a whole, in GraphQL's shape."""
    headers["Cache-Control"] = NO_STORE
    return Response(
        encode({"errors": [_formatted(error)]}),
        error.status,
        headers,
        media_type=f"{media_type}; charset=utf-8",
    )


async def respond(service: PrimeService, request: Request) -> Response:
    """Return the answer to the operation, or the batch of operations, that ``request`` carries."""
    media_type = negotiate(request.headers.get("accept"))
    if media_type is None:
        return refuse(RequestError(f"Accept must take {GRAPHQL_JSON} or {JSON}", 406))
    if is_forged(request, service.settings.cors_origins):
        return refuse(RequestError("sent by a page of another site", 403), media_type)
    try:
        if request.method != "POST":
            operation = read_operation(_query_parameters(request))
            return await _respond_to_get(service, request, operation, media_type)
        limits = service.settings
        timeout = limits.body_timeout_milliseconds / 1_000
        parameters = await read_json(request, limits.max_request_bytes, timeout)
        if isinstance(parameters, list):
            return await _respond_to_batch(service, request, parameters, media_type)
        operation = read_operation(parameters)
    except RequestError as error:
        return refuse(error, media_type)
    answer = await unless_gone(request, service.answer(operation, request.state.request_id))
    return _response(answer, media_type, {"Cache-Control": NO_STORE})


async def _respond_to_get(
    service: PrimeService, request: Request, operation: Operation, media_type: str
) -> Response:
    """Answer a GET, or tell that what the client has is still the answer."""
    tag = entity_tag(operation, media_type, __version__)
    headers = {"Cache-Control": IMMUTABLE, "ETag": tag, "Vary": VARY}
    # Only an answer that never changes was given out with this tag.
    if is_named(tag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    answer = await unless_gone(request, service.answer(operation, request.state.request_id))
    if not answer.is_repeatable:
        headers = {"Cache-Control": NO_STORE, "Vary": VARY}
    return _response(answer, media_type, headers)


async def _respond_to_batch(
    service: PrimeService, request: Request, batch: list[Any], media_type: str
) -> Response:
    """Answer every operation of a batch in its order; one that is refused fails alone.

    Raises:
        RequestError: The batch is empty or too large.
    """
    maximum = service.settings.max_operations
    if not 1 <= len(batch) <= maximum:
        raise RequestError(f"a batch has 1 to {maximum} operations, this one has {len(batch)}")
    bodies = await unless_gone(request, _batch_bodies(service, batch, request.state.request_id))
    body = b"[" + b",".join(bodies) + b"]"
    return Response(body, 200, {"Cache-Control": NO_STORE}, f"{media_type}; charset=utf-8")


async def _batch_bodies(service: PrimeService, batch: list[Any], request_id: str) -> list[bytes]:
    """Return the encoded answers to the operations of a batch."""
    return await asyncio.gather(*(_batch_body(service, item, request_id) for item in batch))


async def _batch_body(service: PrimeService, parameters: Any, request_id: str) -> bytes:
    """Return the encoded answer to one operation of a batch."""
    try:
        operation = read_operation(parameters)
    except RequestError as error:
        return encode({"errors": [_formatted(error)]})
    return (await service.answer(operation, request_id)).body


def _response(answer: Answer, media_type: str, headers: dict[str, str]) -> Response:
    """Return an answer with the status that its media type asks for."""
    status = answer.status if media_type == JSON or answer.ran else max(answer.status, 400)
    return Response(answer.body, status, headers, f"{media_type}; charset=utf-8")


def _query_parameters(request: Request) -> dict[str, Any]:
    """Return a GET's parameters, those that are JSON decoded."""
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            encoded = parameters[name].encode()
            parameters[name] = decode_json(encoded, name) if encoded else None
    return parameters


def _formatted(error: RequestError) -> dict[str, Any]:
    code: ErrorCode = error.code
    return {"message": str(error), "extensions": {"code": str(code)}}
