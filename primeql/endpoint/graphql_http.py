"""Reads the operations of an HTTP request, and turns their answers into a response."""

import time
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from execution.output.encoding import encode_long
from middleware.header_fields import HeaderFields, as_sent, header_fields, text_of
from middleware.limits.clients import Client
from middleware.limits.memory_budget import HeldMemory
from middleware.observability.request_record import RequestRecord
from middleware.observability.server_timing import timing_headers, wants_timing
from primeql.endpoint.http_caching import (
    ANY_TAG,
    KEPT,
    NO_STORE,
    VARY,
    VARY_OF_ALL,
    EntityTags,
    is_named,
)
from primeql.endpoint.json_response import LongResponse, json_response
from primeql.endpoint.media_types import GRAPHQL_JSON, JSON, negotiate
from primeql.endpoint.request_body import decode_json, read_json
from primeql.endpoint.request_origin import is_forged
from primeql.endpoint.request_timeout import timeout_seconds
from primeql.operations.admission import Admission, CostMode, Reply, cost_mode
from primeql.operations.operation import Operation, read_operation
from primeql.operations.operation_results import Answer, refusal
from primeql.operations.request_errors import RequestError
from primeql.operations.service import Arrival
from primeql.server.disconnects import unless_gone
from primeql.settings import Settings

# The headers with a request's wishes about its answer.
_WISHES = frozenset((b"graphql-cost", b"x-request-timeout"))
_NOT_STORED: HeaderFields = as_sent({"Cache-Control": NO_STORE})


def refuse(error: RequestError, media_type: str = JSON, **headers: str) -> Response:
    """Return the response to a request that is refused as a whole, in GraphQL's shape."""
    fields = as_sent({**error.headers, **headers, "Cache-Control": NO_STORE})
    return json_response(refusal(error).body, error.status, fields, media_type)


async def respond(
    admission: Admission, tags: EntityTags, settings: Settings, request: Request
) -> Response:
    """Return the answer to the operation, or the batch of operations, in a request.

    ``request.state`` must have the client and the request's id. This function adds ``held``, the
    memory of the answer, which the caller releases when the answer is sent.
    """
    fields = header_fields(request.scope)
    media_type = negotiate(text_of(fields, b"accept"))
    if media_type is None:
        return refuse(RequestError(f"Accept must take {GRAPHQL_JSON} or {JSON}", 406))
    if b"sec-fetch-site" in fields and is_forged(request, settings.cors_origins):
        return refuse(RequestError("sent by a page of another site", 403), media_type)
    held = admission.memory.holder()
    request.scope["state"]["held"] = held
    try:
        incoming = GraphQLRequest(admission, settings, request, fields, held)
        if request.scope["method"] == "POST":
            response = await _answer_post(incoming, settings, media_type)
        else:
            response = await _answer_get(incoming, tags, media_type)
    except RequestError as error:
        response = refuse(error, media_type)
    if isinstance(response, LongResponse):
        response.hold(held)
    else:
        held.lessen(len(response.body))
    return response


async def _answer_post(incoming: "GraphQLRequest", settings: Settings, media_type: str) -> Response:
    """Return the answer to the operations in the body of a request.

    Raises:
        RequestError: The body is invalid.
    """
    timeout = settings.body_timeout_milliseconds / 1_000
    parameters = await read_json(
        incoming.request, settings.max_request_bytes, timeout, incoming.pay
    )
    if isinstance(parameters, list):
        operations = _read_batch(parameters, settings.max_operations)
        return _batch_response(await incoming.ask(operations), media_type)
    reply = await incoming.ask([read_operation(parameters)])
    return _response(reply, media_type, _NOT_STORED)


class GraphQLRequest:
    """One GraphQL request: its client, its headers, and the functions that answer it.

    Raises:
        RequestError: A header is invalid.
    """

    def __init__(
        self,
        admission: Admission,
        settings: Settings,
        request: Request,
        fields: HeaderFields,
        held: HeldMemory,
    ) -> None:
        """Read the headers."""
        self._admission = admission
        self._held = held
        self.request = request
        self._fields = fields
        self._timeout = settings.deadline_milliseconds / 1_000
        self.mode = CostMode.PLAIN
        if not _WISHES.isdisjoint(fields):
            self.mode = cost_mode(text_of(fields, b"graphql-cost"))
            self._timeout = timeout_seconds(text_of(fields, b"x-request-timeout"), self._timeout)

    async def pay(self, points: int) -> None:
        """Charge the client points that are not refunded.

        Raises:
            RequestError: The client does not have these points.
        """
        await self._admission.pay(self.request.scope["state"]["client"], points)

    async def document(self, operation: Operation) -> str | None:
        """Return the document of an operation; None if the client may not run it."""
        return await self._admission.document(operation)

    async def ask(self, operations: Sequence[Operation | RequestError]) -> Reply:
        """Return the answers to operations, within one deadline that begins now.

        The work is cancelled if the client disconnects.
        """
        state = self.request.scope["state"]
        client: Client = state["client"]
        record: RequestRecord = state["record"]
        if b"server-timing" in self._fields:
            record.wants_timing = wants_timing(text_of(self._fields, b"server-timing"))
        deadline = time.monotonic() + self._timeout
        most = client.tier.max_request_cost
        arrival = Arrival(state["request_id"], deadline, most, record, client.id, self._held)
        work = self._admission.answer(operations, client, self.mode, arrival)
        return await unless_gone(self.request, work)


async def _answer_get(incoming: GraphQLRequest, tags: EntityTags, media_type: str) -> Response:
    """Answer the query string of a GET; with status 304 if the client has the answer already.

    An answer that caches may store contains nothing about its client.
    """
    operation = read_operation(_query_parameters(incoming.request))
    document = await incoming.document(operation)
    known = incoming.request.headers.get("if-none-match")
    tag = "" if document is None else tags.of(document, operation, media_type)
    # Only an answer that never changes has such a tag.
    if tag and incoming.mode is CostMode.PLAIN and is_named(tag, known):
        return _unchanged(tag)
    if operation.query is None and document is not None:
        operation = operation._replace(query=document, document_id=None)
    reply = await incoming.ask([operation])
    if not tag or not reply.answers[0].is_repeatable or reply.record.wants_timing:
        headers = as_sent({"Cache-Control": NO_STORE, "Vary": VARY})
        return _response(reply, media_type, headers)
    if known is not None and known.strip() == ANY_TAG:
        return _unchanged(tag)
    headers = as_sent({"Cache-Control": KEPT, "ETag": tag, "Vary": VARY})
    return _response(reply._replace(headers={}), media_type, headers)


def _unchanged(tag: str) -> Response:
    """Return the response 304: the client has the answer with this tag."""
    response = Response(status_code=304)
    fields = as_sent({"Cache-Control": KEPT, "ETag": tag, "Vary": VARY_OF_ALL})
    response.raw_headers = [*fields.items()]
    return response


def _read_batch(batch: list[Any], most: int) -> list[Operation | RequestError]:
    """Return the operations of a batch; an invalid one fails alone.

    Raises:
        RequestError: The batch is empty or too large.
    """
    if not 1 <= len(batch) <= most:
        raise RequestError(f"a batch has 1 to {most} operations, this one has {len(batch)}")
    operations: list[Operation | RequestError] = []
    for parameters in batch:
        try:
            operations.append(read_operation(parameters))
        except RequestError as error:
            operations.append(error)
    return operations


def _batch_response(reply: Reply, media_type: str) -> Response:
    """Return the response with the answers of a batch, or its refusal as a whole."""
    if reply.status is not None:
        return _response(reply, media_type, _NOT_STORED)
    since = time.perf_counter()
    body = encode_long([answer.response for answer in reply.answers])
    headers = {**reply.headers, **_NOT_STORED, **_timing(reply, since)}
    return json_response(body, 200, headers, media_type)


def _response(reply: Reply, media_type: str, headers: HeaderFields) -> Response:
    """Return the response with a single answer, with the status for its media type."""
    status = reply.status or _status(reply.answers[0], media_type)
    since = time.perf_counter()
    body = encode_long(reply.answers[0].response)
    headers = {**reply.headers, **headers, **_timing(reply, since)}
    return json_response(body, status, headers, media_type)


def _timing(reply: Reply, since: float) -> HeaderFields:
    """Record the encoding as a stage; return the header ``Server-Timing`` if it is wanted."""
    reply.record.end_stage("encode", since)
    return timing_headers(reply.record) if reply.record.wants_timing else {}


def _status(answer: Answer, media_type: str) -> int:
    """Return the status of an answer; request errors are 4xx in GraphQL's own media type."""
    return answer.status if media_type == JSON or answer.ran else max(answer.status, 400)


def _query_parameters(request: Request) -> dict[str, Any]:
    """Return the parameters of a GET request, with JSON ones decoded."""
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in parameters:
            encoded = parameters[name].encode()
            parameters[name] = decode_json(encoded, name) if encoded else None
    return parameters
