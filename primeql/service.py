"""The service without its transport: an operation goes in, encoded JSON comes out."""

import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.prime_ranges import PrimeRanges
from execution.encoding import encode
from execution.executor import DocumentExecutor, Outcome, Phase
from middleware.error_mask import format_error
from primeql import __version__
from primeql.settings import Settings
from resolvers.compute import Compute
from resolvers.context import RequestContext
from resolvers.errors import ErrorCode
from schema import build_schema

# Python refuses to convert longer integers from and to decimal text. The longest that is answered,
# a divisor sum, has 10,000 digits; at this bound one conversion takes about 1 ms.
INTEGER_TEXT_DIGITS = 20_000

PHASE_CODES: Mapping[Phase, ErrorCode] = {
    Phase.PARSING: ErrorCode.GRAPHQL_PARSE_FAILED,
    Phase.VALIDATION: ErrorCode.GRAPHQL_VALIDATION_FAILED,
    Phase.OPERATION: ErrorCode.OPERATION_RESOLUTION_FAILURE,
    Phase.VARIABLES: ErrorCode.BAD_USER_INPUT,
    Phase.EXECUTION: ErrorCode.INTERNAL_SERVER_ERROR,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What a client asks, whatever it came in."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The encoded response, and how far the operation came."""

    phase: Phase
    body: bytes


class PrimeService:
    """Everything that lives as long as the process does; ``create_app`` and the CLI hold one."""

    def __init__(self, settings: Settings) -> None:
        """Build the tables and the schema; ``start`` starts the worker processes."""
        sys.set_int_max_str_digits(INTEGER_TEXT_DIGITS)
        self.settings = settings
        self.schema = build_schema(settings.max_digits)
        self._limits = settings.limits
        self._executor = DocumentExecutor(self.schema._schema, settings.max_tokens)
        self._ranges = PrimeRanges()
        self._compute = Compute(settings.worker_count, settings.max_waiting, self._limits)
        self.is_ready = False

    async def start(self) -> None:
        """Start the worker processes; ready afterwards."""
        await self._compute.start()
        self.is_ready = True

    def close(self) -> None:
        """End the worker processes."""
        self.is_ready = False
        self._compute.close()

    def context(self, request_id: str) -> RequestContext:
        """Return the context of a request that has just arrived."""
        return RequestContext(
            ranges=self._ranges,
            compute=self._compute,
            limits=self._limits,
            deadline=time.monotonic() + self._limits.deadline_seconds,
            request_id=request_id,
            version=__version__,
        )

    async def answer(self, operation: Operation, request_id: str) -> Answer:
        """Return the answer to one operation, within the deadline in force."""
        outcome = await self._executor.run(
            operation.query,
            operation.variables,
            operation.operation_name,
            self.context(request_id),
        )
        return Answer(outcome.phase, encode(_response(outcome, request_id)))


def _response(outcome: Outcome, request_id: str) -> dict[str, Any]:
    """Return the response map of the GraphQL specification; no data where nothing ran."""
    response: dict[str, Any] = {}
    if outcome.errors:
        code = PHASE_CODES[outcome.phase]
        response["errors"] = [format_error(error, code, request_id) for error in outcome.errors]
    if outcome.phase is Phase.EXECUTION:
        response["data"] = outcome.data
    return response
