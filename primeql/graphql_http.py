"""GraphQL over HTTP: what a request says, and how its answer is sent."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from execution.encoding import encode
from execution.executor import Phase
from primeql.service import Operation, PrimeService
from resolvers.errors import ErrorCode

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
# JSON clients learn of a document's errors from the body, as the GraphQL-over-HTTP draft asks of
# this media type; that no operation could be chosen is an error of the HTTP request itself.
OK_IN_JSON = frozenset({Phase.PARSING, Phase.VALIDATION, Phase.VARIABLES, Phase.EXECUTION})


class RequestError(Exception):
    """A request from which no GraphQL operation can be read; the message is safe to show."""

    def __init__(self, message: str, status: int = 400) -> None:
        """Remember the message and the HTTP status."""
        super().__init__(message)
        self.status = status


def graphql_error(message: str, code: ErrorCode, status: int, **headers: str) -> Response:
    """Return a request error in GraphQL's shape."""
    body = encode({"errors": [{"message": message, "extensions": {"code": str(code)}}]})
    return Response(body, status, headers, media_type=f"{JSON}; charset=utf-8")


async def read_operation(request: Request) -> Operation:
    """Return the operation in a GET's query string or a POST's JSON body.

    Raises:
        RequestError: There is none.
    """
    if request.method == "GET":
        return _operation(_query_parameters(request))
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise RequestError(f"Content-Type must be {JSON}", 415)
    return _operation(_decode(await request.body(), "the body"))


async def respond(service: PrimeService, request: Request) -> Response:
    """Return the answer to the operation that ``request`` carries."""
    try:
        operation = await read_operation(request)
    except RequestError as error:
        return graphql_error(str(error), ErrorCode.BAD_REQUEST, error.status)
    answer = await service.answer(operation, request.state.request_id)
    if GRAPHQL_JSON in request.headers.get("accept", ""):
        status = 200 if answer.phase is Phase.EXECUTION else 400
        return Response(answer.body, status, media_type=f"{GRAPHQL_JSON}; charset=utf-8")
    status = 200 if answer.phase in OK_IN_JSON else 400
    return Response(answer.body, status, media_type=f"{JSON}; charset=utf-8")


def _query_parameters(request: Request) -> dict[str, Any]:
    """Return a GET's parameters, those that are JSON decoded."""
    parameters: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if parameters.get(name):
            parameters[name] = _decode(parameters[name].encode(), name)
    return parameters


def _decode(raw: bytes, what: str) -> Any:
    """Return the JSON value in ``raw``; integers of any length stay exact.

    Raises:
        RequestError: It is not JSON in UTF-8, nests too deeply, or has an overlong integer.
    """
    try:
        # Not orjson: it turns integers above 64 bits into floats.
        return json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise RequestError(f"{what} is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        raise RequestError(f"{what} is not JSON: {error.msg} at {place}") from None
    except RecursionError:
        raise RequestError(f"{what} nests too deeply") from None
    except ValueError:
        raise RequestError(f"{what} holds an integer with too many digits") from None


def _operation(parameters: Any) -> Operation:
    """Return the operation that decoded parameters describe.

    Raises:
        RequestError: One is missing or of the wrong type.
    """
    if not isinstance(parameters, Mapping):
        raise RequestError("a GraphQL request is a JSON object with a query")
    query = parameters.get("query")
    if query is None:
        raise RequestError("query is missing")
    if not isinstance(query, str):
        raise RequestError("query must be a string")
    operation_name = parameters.get("operationName") or None
    if operation_name is not None and not isinstance(operation_name, str):
        raise RequestError("operationName must be a string or null")
    for name in ("variables", "extensions"):
        if not isinstance(parameters.get(name) or {}, Mapping):
            raise RequestError(f"{name} must be an object or null")
    return Operation(query, parameters.get("variables") or None, operation_name)
