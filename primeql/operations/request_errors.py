"""The error of a request without a valid operation; the endpoint answers it."""

from collections.abc import Mapping
from types import MappingProxyType

from resolvers.errors import ErrorCode


class RequestError(Exception):
    """A request, or one operation of a batch, that is refused before it is parsed as GraphQL.

    Args:
        message: The message; safe to show.
        status: The HTTP status if the whole request is refused.
        code: The ``extensions.code``.
        headers: The headers of the answer if the whole request is refused.
    """

    def __init__(
        self,
        message: str,
        status: int = 400,
        code: ErrorCode = ErrorCode.BAD_REQUEST,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers
