"""Refuses requests before they are read: unauthenticated, or above a limit."""

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
        message: The message; safe to show.
        headers: The headers of the answer.
        limit: The limit that the client has reached, if any.
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
    """A request refused because of an invalid API key."""

    def __init__(self, message: str) -> None:
        super().__init__(401, ErrorCode.UNAUTHENTICATED, message, {"WWW-Authenticate": "Bearer"})


def rate_limited(limit: str, message: str, headers: Mapping[str, str]) -> RefusedError:
    """Return the refusal of a request above a limit of its client's tier."""
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
