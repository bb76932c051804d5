"""Requests from which no operation can be taken; raised by readers, answered by the endpoint."""

from resolvers.errors import ErrorCode


class RequestError(Exception):
    """A request, or one operation of a batch, that is refused before it is parsed as GraphQL.

    Args:
        message: Safe to show.
        status: The HTTP status if the whole request is refused.
        code: The ``extensions.code``.
    """

    def __init__(
        self, message: str, status: int = 400, code: ErrorCode = ErrorCode.BAD_REQUEST
    ) -> None:
        """Remember what to answer."""
        super().__init__(message)
        self.status = status
        self.code = code
