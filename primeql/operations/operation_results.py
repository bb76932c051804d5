"""The answers to operations: what a client gets of what became of one."""

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
    """The response to one operation, and what its transport must know of it.

    ``ran`` is False for a request error. ``status`` is the HTTP status where the client takes plain
    JSON. ``is_repeatable`` means that the same operation would be answered the same for ever.
    ``codes`` are its errors' codes, each once. ``fee`` are the points that refusing took.
    """

    response: dict[str, Any]
    ran: bool
    status: int
    is_repeatable: bool
    codes: Collection[str] = ()
    fee: int = 0

    @property
    def body(self) -> bytes:
        """The encoded response, whole."""
        return encode(self.response)


def faultless(outcome: Outcome, context: RequestContext) -> Answer | None:
    """Return the answer that an outcome without errors makes, None if it has some."""
    if outcome.errors or outcome.phase is not Phase.EXECUTION:
        return None
    return Answer({"data": outcome.data}, True, 200, context.notes.is_repeatable)


async def answer_of(outcome: Outcome, context: RequestContext) -> Answer:
    """Return the answer that an outcome makes; errors of fields end with it."""
    answer = faultless(outcome, context)
    if answer is not None:
        return answer
    ran = outcome.phase is Phase.EXECUTION
    response = await _response(outcome, context.request_id)
    codes = {error["extensions"]["code"] for error in response.get("errors", ())}
    return Answer(
        response=response,
        ran=ran,
        # That no operation could be chosen is a fault of the request; plain JSON clients learn of a
        # document's errors from the body, as GraphQL over HTTP asks of that media type.
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
    """Return the response map of the GraphQL specification; no data where nothing ran."""
    response: dict[str, Any] = {}
    if outcome.errors:
        code = PHASE_CODES[outcome.phase]
        formatted = partial(format_error, default=code, request_id=request_id)
        # Those of a document are kept with it.
        errors = taken(outcome.errors) if outcome.phase is Phase.EXECUTION else outcome.errors
        response["errors"] = long_list(await each_in_turns(formatted, errors))
    if outcome.phase is Phase.EXECUTION:
        response["data"] = outcome.data
    return response
