"""Turns the outcome of an operation into its answer."""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from execution.cooperative_loops import each_in_turns, taken
from execution.executor import Outcome, Phase
from execution.output.encoding import encode, long_list
from middleware.error_mask import format_error
from primeql.operations.request_errors import RequestError
from resolvers.context import RequestContext
from resolvers.errors import ErrorCode

PHASE_CODES: Mapping[Phase, ErrorCode] = {
    Phase.PARSING: ErrorCode.GRAPHQL_PARSE_FAILED,
    Phase.VALIDATION: ErrorCode.GRAPHQL_VALIDATION_FAILED,
    Phase.OPERATION: ErrorCode.OPERATION_RESOLUTION_FAILURE,
    Phase.VARIABLES: ErrorCode.BAD_USER_INPUT,
    Phase.EXECUTION: ErrorCode.INTERNAL_SERVER_ERROR,
}


class Answer(NamedTuple):
    """The response to one operation, with facts for its transport.

    ``ran``: False for a request error. ``status``: the HTTP status for ``application/json``.
    ``is_repeatable``: the same operation always has the same answer. ``codes``: the codes of its
    errors, each once. ``fee``: the points charged for refusing it.
    """

    response: dict[str, Any]
    ran: bool
    status: int
    is_repeatable: bool
    codes: Collection[str] = ()
    fee: int = 0

    @property
    def body(self) -> bytes:
        """The whole encoded response."""
        return encode(self.response)


def faultless(outcome: Outcome, context: RequestContext) -> Answer | None:
    """Return the answer for an outcome without errors; None if it has errors."""
    if outcome.errors or outcome.phase is not Phase.EXECUTION:
        return None
    return Answer({"data": outcome.data}, True, 200, context.notes.is_repeatable)


async def answer_of(outcome: Outcome, context: RequestContext) -> Answer:
    """Return the answer for an outcome; clears the errors of its fields."""
    answer = faultless(outcome, context)
    if answer is not None:
        return answer
    ran = outcome.phase is Phase.EXECUTION
    response = await _response(outcome, context.request_id)
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    return Answer(
        response=response,
        ran=ran,
        # If no operation could be chosen, the request is at fault. For application/json, GraphQL
        # over HTTP requires status 200 for errors of the document.
        status=400 if outcome.phase is Phase.OPERATION else 200,
        is_repeatable=False,
        codes=codes,
    )


def refusal(error: RequestError, **extensions: Any) -> Answer:
    """Return the answer to an operation that is refused before it runs."""
    shown = {"code": str(error.code), **extensions}
    errors = [{"message": str(error), "extensions": shown}]
    return Answer(
        {"errors": errors},
        ran=False,
        status=error.status,
        is_repeatable=False,
        codes=(str(error.code),),
    )


async def _response(outcome: Outcome, request_id: str) -> dict[str, Any]:
    """Return the response map of the GraphQL specification, without data for a request error."""
    response: dict[str, Any] = {}
    if outcome.errors:
        code = PHASE_CODES[outcome.phase]
        formatted = partial(format_error, default=code, request_id=request_id)
        # The errors of a document are cached with it.
        errors = taken(outcome.errors) if outcome.phase is Phase.EXECUTION else outcome.errors
        response["errors"] = long_list(await each_in_turns(formatted, errors))
    if outcome.phase is Phase.EXECUTION:
        response["data"] = outcome.data
    return response
