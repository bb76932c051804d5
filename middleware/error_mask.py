"""Formats errors for clients: each gets a code, and internal details are masked."""

import logging
import re
from types import MappingProxyType
from typing import Any

from graphql import GraphQLError, GraphQLFormattedError

from resolvers.errors import MAX_ECHO, ErrorCode, code_of

logger = logging.getLogger("primeql.errors")

MAX_MESSAGE = 1_000
# If graphql-core repeats a client's value, the value is at the end of the message.
_VALUE = re.compile(
    r"((?:^|: )(?:Expected value\b|Syntax Error: |(?:\w+|Enum '\w+') cannot represent ).*?"
    rf"(?:\b[Ff]ound:? |\bvalue: |\bUnexpected ))(.{{{MAX_ECHO + 1},}})",
    re.DOTALL,
)
_QUOTED = re.compile(rf'"([^"]{{{MAX_ECHO},}})"')
# Quoted text is a name or the client's; the first alternative matches it, so that it is kept.
_WORD = re.compile(r"\"[^\"]*\"|\b(?:None|True|False)\b")
_IN_JSON = MappingProxyType({"None": "null", "True": "true", "False": "false"})
_LONG_WORD = re.compile(rf"[^\s\"]{{{MAX_ECHO + 1},}}")


def reworded(message: str) -> str:
    """Replace None, True and False by JSON's words in a message, except in quoted text."""
    return _WORD.sub(lambda match: _IN_JSON.get(match[0], match[0]), message)


def shorten(message: str) -> str:
    """Shorten each piece of client input in a message to at most 64 characters."""
    message = _VALUE.sub(lambda match: match[1] + _beginning(match[2]), message)
    message = _QUOTED.sub(lambda match: f'"{match[1][: MAX_ECHO - 1]}…"', message)
    message = _LONG_WORD.sub(lambda match: f"{match[0][: MAX_ECHO - 1]}…", message)
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"


def _beginning(value: str) -> str:
    """Return the beginning of a value, in one line; lists and objects are printed in several."""
    # Only the beginning is split, because a value may have a MiB.
    return f"{' '.join(value[: 4 * MAX_ECHO].split())[: MAX_ECHO - 1]}…"


def format_error(error: GraphQLError, default: ErrorCode, request_id: str) -> GraphQLFormattedError:
    """Return an error in the shape of the GraphQL specification, with ``extensions.code``.

    Args:
        error: An error of the parser, the validator or the executor.
        default: The code of an error that no resolver raised: that of its phase.
        request_id: The request's id, quoted in the message of an unforeseen error.
    """
    code, cause = _classify(error, default)
    formatted = error.formatted
    formatted["message"] = shorten(reworded(error.message))
    # An error of a document limit already has a code.
    extensions: dict[str, Any] = {"code": str(code), **(error.extensions or {})}
    if code is ErrorCode.INTERNAL_SERVER_ERROR:
        logger.error("unforeseen error in request %s", request_id, exc_info=cause)
        formatted["message"] = f"unexpected error; quote request {request_id} when reporting it"
        extensions["requestId"] = request_id
    formatted["extensions"] = extensions
    _forget_frames(error)
    return formatted


def _forget_frames(error: BaseException | None) -> None:
    """Clear the traceback of an error that has been formatted.

    Its frames refer to the error: a reference cycle. The garbage collector would need half a second
    for thousands of such errors, and block the event loop.
    """
    while error is not None:
        error.__traceback__ = None
        # The error that was being handled when this one was raised.
        context, error.__context__ = error.__context__, None
        original = getattr(error, "original_error", None)
        _forget_frames(context if original is not context else None)
        error = original


def _classify(error: GraphQLError, default: ErrorCode) -> tuple[ErrorCode, BaseException]:
    """Return the code of an error and its original exception."""
    innermost = error
    while isinstance(innermost.original_error, GraphQLError):
        innermost = innermost.original_error
    ran = default is ErrorCode.INTERNAL_SERVER_ERROR
    if innermost.original_error is not None:
        code = code_of(innermost.original_error)
        # A scalar refused a value before execution: an error of the document or the variables.
        is_masked = code is ErrorCode.INTERNAL_SERVER_ERROR
        return code if ran or is_masked else default, innermost.original_error
    # graphql-core raised it while a field ran. If it has a position in the document, an argument is
    # wrong, a client error. If not, a result does not fit its type, an internal error.
    if ran and innermost.nodes:
        return ErrorCode.BAD_USER_INPUT, innermost
    return default, innermost
