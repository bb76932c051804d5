"""Errors get their codes; nothing internal, and nothing long, reaches a client."""

import logging

import pytest
from graphql import GraphQLError, Node

from engine.errors import DomainError, InvariantError
from middleware.error_mask import format_error, shorten
from resolvers.errors import MAX_ECHO, ErrorCode, OverloadedError

INT = "Variable '$v' has invalid value: Int cannot represent non-integer value: "


def raised_in_a_field(cause: Exception) -> GraphQLError:
    return GraphQLError(str(cause), nodes=[Node()], path=["field"], original_error=cause)


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (DomainError("n must be positive"), "BAD_USER_INPUT"),
        (OverloadedError("n must be positive"), "OVERLOADED"),
    ],
)
def test_deliberate_errors_keep_their_message(cause: Exception, code: str) -> None:
    formatted = format_error(raised_in_a_field(cause), ErrorCode.INTERNAL_SERVER_ERROR, "r1")
    assert formatted["message"] == "n must be positive"
    assert formatted["path"] == ["field"]
    assert formatted["extensions"] == {"code": code}


@pytest.mark.parametrize("cause", [ValueError("secret"), InvariantError("secret")])
def test_unforeseen_errors_are_masked_and_found_in_the_log(
    cause: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        formatted = format_error(raised_in_a_field(cause), ErrorCode.INTERNAL_SERVER_ERROR, "r1")
    assert "secret" not in str(formatted)
    assert formatted["extensions"] == {"code": "INTERNAL_SERVER_ERROR", "requestId": "r1"}
    (record,) = caplog.records
    assert "r1" in record.getMessage()
    assert record.exc_info is not None
    assert record.exc_info[1] is cause


def test_unforeseen_error_before_execution_is_masked_too(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = GraphQLError("secret", original_error=KeyError("secret"))
    formatted = format_error(error, ErrorCode.BAD_USER_INPUT, "r1")
    assert "secret" not in str(formatted)
    assert formatted["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert len(caplog.records) == 1


def test_error_that_was_told_holds_no_frames() -> None:
    def fail() -> None:
        try:
            raise KeyError("first")
        except KeyError:
            raise DomainError("n must be positive")  # noqa: B904  # its context is meant

    with pytest.raises(DomainError) as raised:
        fail()
    cause = raised.value
    error = raised_in_a_field(cause)
    assert cause.__context__ is not None
    format_error(error, ErrorCode.INTERNAL_SERVER_ERROR, "r1")
    held = [error.__traceback__, cause.__traceback__, cause.__context__]
    assert not any(held)


def test_a_clients_mistake_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    format_error(GraphQLError("unknown field"), ErrorCode.GRAPHQL_VALIDATION_FAILED, "r1")
    assert not caplog.records


def test_result_that_does_not_fit_its_type_is_ours() -> None:
    # The executor wraps what a scalar refuses to encode; such an error has no place of its own.
    cause = GraphQLError("Int cannot represent 3000000000")
    wrapped = GraphQLError(cause.message, nodes=[Node()], path=["field"], original_error=cause)
    formatted = format_error(wrapped, ErrorCode.INTERNAL_SERVER_ERROR, "r1")
    assert formatted["extensions"]["code"] == "INTERNAL_SERVER_ERROR"


@pytest.mark.parametrize(
    ("message", "shortened"),
    [
        ("short", "short"),
        ("7" * MAX_ECHO, "7" * MAX_ECHO),
        (f"found {'7' * 65}; no", f"found {'7' * 63}… no"),
        (f'found "{"7 " * 40}", no', f'found "{("7 " * 40)[:63]}…", no'),
        ("word " * 300, "word " * 200 + "…"),
        (f"{INT}'{'a ' * 40}'", f"{INT}'{('a ' * 40)[:62]}…"),
        (f"{INT}[\n  {','.join('7' * 40)}\n]", f"{INT}[ {','.join('7' * 40)[:61]}…"),
        (INT + '"' + 'a" ' * 40, INT + '"' + ('a" ' * 40)[:62] + "…"),
        (f"{INT}{'7' * MAX_ECHO}", f"{INT}{'7' * MAX_ECHO}"),
    ],
    ids=[
        *("short", "exactly 64", "one word", "a quotation", "many words"),
        *("a value with spaces", "a list", "a value with quotes", "a value of 64"),
    ],
)
def test_shorten(message: str, shortened: str) -> None:
    assert shorten(message) == shortened
