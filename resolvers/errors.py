"""The error codes clients see, and the one table that translates the engine's errors to them."""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.errors import (
    CapacityError,
    DeadlineError,
    DomainError,
    EngineError,
    WorkLimitError,
)

# Characters of a client's input, at most, that a message repeats.
MAX_ECHO: Final = 64


class ErrorCode(enum.StrEnum):
    """Every value of ``extensions.code``; described in docs/errors.md."""

    GRAPHQL_PARSE_FAILED = "GRAPHQL_PARSE_FAILED"
    GRAPHQL_VALIDATION_FAILED = "GRAPHQL_VALIDATION_FAILED"
    OPERATION_RESOLUTION_FAILURE = "OPERATION_RESOLUTION_FAILURE"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    BAD_REQUEST = "BAD_REQUEST"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    COST_LIMIT_EXCEEDED = "COST_LIMIT_EXCEEDED"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    WORK_LIMIT_EXCEEDED = "WORK_LIMIT_EXCEEDED"
    COMPUTATION_LOST = "COMPUTATION_LOST"
    OVERLOADED = "OVERLOADED"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class ApiError(Exception):
    """A refusal by the service itself; its message is safe to show.

    Args:
        message: Names the argument, what is wrong and the bound.
    """

    code = ErrorCode.INTERNAL_SERVER_ERROR


class BadInputError(ApiError):
    """An argument, or a combination of arguments, that has no meaning."""

    code = ErrorCode.BAD_USER_INPUT


class InvalidCursorError(BadInputError):
    """A cursor that this service cannot have given out for this list."""


class LimitError(ApiError):
    """A meaningful argument beyond a limit of this service, such as a page or batch too large."""

    code = ErrorCode.OUT_OF_RANGE


class TooLongError(LimitError):
    """A question that is predicted to take longer than an answer may."""


class OverloadedError(ApiError):
    """The queue for computing is full; the same request may succeed a moment later."""

    code = ErrorCode.OVERLOADED


class ComputationLostError(ApiError):
    """The process that computed the answer was ended by others; the same request may succeed."""

    code = ErrorCode.COMPUTATION_LOST


ENGINE_CODES: Mapping[type[EngineError], ErrorCode] = MappingProxyType(
    {
        DomainError: ErrorCode.BAD_USER_INPUT,
        CapacityError: ErrorCode.OUT_OF_RANGE,
        DeadlineError: ErrorCode.DEADLINE_EXCEEDED,
        WorkLimitError: ErrorCode.WORK_LIMIT_EXCEEDED,
    }
)


def code_of(error: BaseException | None) -> ErrorCode:
    """Return the code of a deliberate error; INTERNAL_SERVER_ERROR for everything else.

    Whatever gets INTERNAL_SERVER_ERROR must be masked: its message was not written for clients.
    """
    if isinstance(error, ApiError):
        return error.code
    if isinstance(error, EngineError):
        return ENGINE_CODES.get(type(error), ErrorCode.INTERNAL_SERVER_ERROR)
    return ErrorCode.INTERNAL_SERVER_ERROR
