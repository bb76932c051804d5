"""Requests refused before they are read: who sent them is not known, or asks too often."""

import json
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from middleware.observability.request_record import RequestRecord
from resolvers.errors import ErrorCode


class RefusedError(HTTPException):
    """A request refused as a whole, with the code and the headers of its answer.

    Args:
        status: The HTTP status.
        code: The ``extensions.code``.
        message: Safe to show.
        headers: Of the answer.
        limit: What the client has used up, if that is why.
    """

    def __init__(
        self,
        status: int,
        code: ErrorCode,
        message: str,
        headers: Mapping[str, str],
        limit: str = "",
    ) -> None:
        super().__init__(status, message, headers)
        self.code = code
        self.limit = limit


class UnauthenticatedError(RefusedError):
    """A request refused for an API key that is not valid."""

    def __init__(self, message: str) -> None:
        super().__init__(401, ErrorCode.UNAUTHENTICATED, message, {"WWW-Authenticate": "Bearer"})


def rate_limited(limit: str, message: str, headers: Mapping[str, str]) -> RefusedError:
    """Return the refusal of a client that asks for more than its tier allows at a time."""
    return RefusedError(429, ErrorCode.RATE_LIMITED, message, headers, limit)


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Answer a ``RefusedError`` in GraphQL's shape; an exception handler for Starlette."""
    assert isinstance(error, RefusedError)
    record: RequestRecord | None = getattr(request.state, "record", None)
    if record is not None:
        record.refused_by = error.limit
    body = {"errors": [{"message": error.detail, "extensions": {"code": str(error.code)}}]}
    return Response(
        json.dumps(body),
        error.status_code,
        {**(error.headers or {}), "Cache-Control": "no-store"},
        media_type="application/json; charset=utf-8",
    )
