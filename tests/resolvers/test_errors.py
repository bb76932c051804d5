"""Every deliberate error has its code; everything else is internal."""

import pytest

from engine import errors as engine_errors
from resolvers import errors
from resolvers.errors import ErrorCode, code_of


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (engine_errors.DomainError("x"), "BAD_USER_INPUT"),
        (engine_errors.CapacityError("x"), "OUT_OF_RANGE"),
        (engine_errors.DeadlineError("x"), "DEADLINE_EXCEEDED"),
        (engine_errors.InvariantError("x"), "INTERNAL_SERVER_ERROR"),
        (engine_errors.EngineError("x"), "INTERNAL_SERVER_ERROR"),
        (errors.BadInputError("x"), "BAD_USER_INPUT"),
        (errors.InvalidCursorError("x"), "BAD_USER_INPUT"),
        (errors.LimitError("x"), "OUT_OF_RANGE"),
        (errors.OverloadedError("x"), "OVERLOADED"),
        (ValueError("x"), "INTERNAL_SERVER_ERROR"),
        (None, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_code_of(error: BaseException | None, code: str) -> None:
    assert code_of(error) == ErrorCode(code)
