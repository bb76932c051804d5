"""Errors as clients see them: a code on each, and nothing internal in any message."""

import logging
import re
from types import MappingProxyType
from typing import Any

from graphql import GraphQLError, GraphQLFormattedError

from resolvers.errors import MAX_ECHO, ErrorCode, code_of

logger = logging.getLogger("primeql.errors")

MAX_MESSAGE = 1_000
# Where graphql-core repeats a value of the client's, it does so up to the end of the message.
_VALUE = re.compile(
    r"((?:^|: )(?:Expected value\b|Syntax Error: |(?:\w+|Enum '\w+') cannot represent ).*?"
    rf"(?:\b[Ff]ound:? |\bvalue: |\bUnexpected ))(.{{{MAX_ECHO + 1},}})",
    re.DOTALL,
)
_QUOTED = re.compile(rf'"([^"]{{{MAX_ECHO},}})"')
# What is quoted is the client's, or a name; it is matched to be left alone.
_WORD = re.compile(r"\"[^\"]*\"|\b(?:None|True|False)\b")
_IN_JSON = MappingProxyType({"None": "null", "True": "true", "False": "false"})
_LONG_WORD = re.compile(rf"[^\s\"]{{{MAX_ECHO + 1},}}")


def reworded(message: str) -> str:
    """Return a message of graphql-core with JSON's words for Python's, but in what is quoted."""
    return _WORD.sub(lambda match: _IN_JSON.get(match[0], match[0]), message)


def shorten(message: str) -> str:
    """Return the message with at most 64 characters of each piece of a client's input."""
    message = _VALUE.sub(lambda match: match[1] + _beginning(match[2]), message)
    message = _QUOTED.sub(lambda match: f'"{match[1][: MAX_ECHO - 1]}…"', message)
    message = _LONG_WORD.sub(lambda match: f"{match[0][: MAX_ECHO - 1]}…", message)
    return message if len(message) <= MAX_MESSAGE else f"{message[:MAX_MESSAGE]}…"


def _beginning(value: str) -> str:
    """Return the beginning of a value, in one line: lists and objects are printed in many."""
    # Only the beginning is split: a value may have a MiB.
    return f"{' '.join(value[: 4 * MAX_ECHO].split())[: MAX_ECHO - 1]}…"


def format_error(error: GraphQLError, default: ErrorCode, request_id: str) -> GraphQLFormattedError:
    """Return an error in the shape of the GraphQL specification, with ``extensions.code``.

    Args:
        error: As the parser, the validator or the executor made it.
        default: The code if no resolver raised it: that of the phase in which it arose.
        request_id: What finds an unforeseen error in the log.
    """
    code, cause = _classify(error, default)
    formatted = error.formatted
    formatted["message"] = shorten(reworded(error.message))
    # A limit on documents comes with a code of its own.
    extensions: dict[str, Any] = {"code": str(code), **(error.extensions or {})}
    if code is ErrorCode.INTERNAL_SERVER_ERROR:
        logger.error("unforeseen error in request %s", request_id, exc_info=cause)
        formatted["message"] = f"unexpected error; quote request {request_id} when reporting it"
        extensions["requestId"] = request_id
    formatted["extensions"] = extensions
    _forget_frames(error)
    return formatted


def _forget_frames(error: BaseException | None) -> None:
    """Let go of the frames that an error came through, now that it has been told.

    They hold it in turn: thousands of errors would end only when the collector finds them, which
    holds up the event loop for half a second.
    """
    while error is not None:
        error.__traceback__ = None
        # What is being handled when another is raised stays with it.
        context, error.__context__ = error.__context__, None
        original = getattr(error, "original_error", None)
        _forget_frames(context if original is not context else None)
        error = original


def _classify(error: GraphQLError, default: ErrorCode) -> tuple[ErrorCode, BaseException]:
    """Return the code of an error and the exception at its bottom."""
    innermost = error
    while isinstance(innermost.original_error, GraphQLError):
        innermost = innermost.original_error
    ran = default is ErrorCode.INTERNAL_SERVER_ERROR
    if innermost.original_error is not None:
        code = code_of(innermost.original_error)
        # What a scalar refused before anything ran is a fault of the document or the variables.
        is_masked = code is ErrorCode.INTERNAL_SERVER_ERROR
        return code if ran or is_masked else default, innermost.original_error
    # GraphQL's own error while a field ran: an argument, which has a place in the document, is
    # the client's; a result that does not fit its type has none and is ours.
    if ran and innermost.nodes:
        return ErrorCode.BAD_USER_INPUT, innermost
    return default, innermost
