"""The record of one request, from which metrics, logs and traces are written."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from resolvers.errors import ErrorCode

# Most severe first: an operation with several errors has the most severe of their outcomes.
OUTCOMES: Final = (
    "server_error",
    "overloaded",
    "timeout",
    "rate_limited",
    "denied",
    "gone",
    "invalid",
    "ok",
)
_OUTCOME_OF_CODE: Final[Mapping[str, str]] = MappingProxyType(
    {
        ErrorCode.INTERNAL_SERVER_ERROR: "server_error",
        ErrorCode.COMPUTATION_LOST: "server_error",
        ErrorCode.OVERLOADED: "overloaded",
        ErrorCode.DEADLINE_EXCEEDED: "timeout",
        ErrorCode.WORK_LIMIT_EXCEEDED: "timeout",
        ErrorCode.RATE_LIMITED: "rate_limited",
        ErrorCode.COST_LIMIT_EXCEEDED: "denied",
        ErrorCode.UNAUTHENTICATED: "denied",
    }
)
_OUTCOME_OF_STATUS: Final[Mapping[int, str]] = MappingProxyType(
    {401: "denied", 403: "denied", 429: "rate_limited", 499: "gone", 503: "overloaded"}
)
# The status for a client that disconnected before its answer, as in nginx.
CLIENT_GONE: Final = 499
# Requests of up to this many points are interactive: 95 % are to be answered within 100 ms.
INTERACTIVE_POINTS: Final = 500
LATENCY_CLASSES: Final = ("interactive", "heavy")
STAGES: Final = ("parse", "plan", "price", "execute", "encode")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Facts about an operation of a document, computed once.

    Attributes:
        operation_type: ``query``; the schema has no other type.
        root_fields: The fields of the query type that it selects, each once.
        digest: The first 12 hexadecimal digits of the document's SHA-256.
        depth: The depth of nested fields.
        name: The operation's name if the document is in the service's manifest; else empty,
            because clients can choose any name.
    """

    operation_type: str = "unknown"
    root_fields: tuple[str, ...] = ()
    digest: str = ""
    depth: int = 0
    name: str = ""


UNKNOWN_DOCUMENT: Final = DocumentFacts()


def outcome_of(codes: Collection[str]) -> str:
    """Return the most severe outcome of these error codes."""
    if not codes:
        return "ok"
    outcomes = {_OUTCOME_OF_CODE.get(code, "invalid") for code in codes}
    return next(outcome for outcome in OUTCOMES if outcome in outcomes)


def outcome_of_status(status: int) -> str:
    """Return the outcome of a request without any known operation."""
    if status < 400:
        return "ok"
    return _OUTCOME_OF_STATUS.get(status, "server_error" if status >= 500 else "invalid")


class OperationRecord(NamedTuple):
    """The result of one operation.

    ``has_run``: it was executed. ``codes``: the codes of its errors, each once.
    """

    document: DocumentFacts
    codes: Collection[str]
    has_run: bool

    @property
    def outcome(self) -> str:
        """One of ``OUTCOMES``."""
        return outcome_of(self.codes) if self.codes else "ok"


class RequestRecord:
    """The record of one request; the parts that handle the request fill it.

    Attributes:
        request_id: The request's id.
        path: The path of the URL.
        method: The HTTP method.
        begun: The time of arrival on ``time.perf_counter()``.
        status: The status of the answer; 499 if there was none.
        bytes_out: The bytes of the answer's body, as sent.
        client_id: ``key:<id>`` or an address; empty if the client was not identified.
        operations: The operations, in no order.
        points: The price.
        used_points: The points charged in the end.
        compute_seconds: CPU time of the engine.
        queue_seconds: The time that its computations waited for a worker.
        memory_hits: Expensive answers from the cache, or computed for another client.
        memory_misses: Expensive answers that were computed.
        stages: Seconds of each of ``STAGES``, over all operations.
        refused_by: The limit that refused it: ``points``, ``requests``, ``concurrency`` or
            ``memory``.
        wants_timing: Whether the client asked for the header ``Server-Timing``.
        seconds: The time from arrival to the end of the answer.
    """

    # Defaults are class attributes, so that creating a record takes 0.6 us only.
    status: int = CLIENT_GONE
    bytes_out: int = 0
    client_id: str = ""
    points: int = 0
    used_points: int = 0
    compute_seconds: float = 0.0
    queue_seconds: float = 0.0
    memory_hits: int = 0
    memory_misses: int = 0
    refused_by: str = ""
    wants_timing: bool = False
    seconds: float = 0.0

    def __init__(self, request_id: str = "", path: str = "", method: str = "") -> None:
        self.request_id = request_id
        self.path = path
        self.method = method
        self.begun = time.perf_counter()
        self.operations: list[OperationRecord] = []
        self.stages: dict[str, float] = dict.fromkeys(STAGES, 0.0)

    def end_preparing(self, begun: float, parsed: float, planned: float) -> None:
        """Add the stages parse, plan and price, from their start times; price ends now."""
        stages = self.stages
        stages["parse"] += parsed - begun
        stages["plan"] += planned - parsed
        stages["price"] += time.perf_counter() - planned

    def end_stage(self, stage: str, since: float) -> None:
        """Add the duration of a stage that began at a time on ``time.perf_counter()``."""
        self.stages[stage] += time.perf_counter() - since

    @property
    def outcome(self) -> str:
        """The most severe outcome of the operations; without any, the outcome of the status."""
        if not self.operations:
            return outcome_of_status(self.status)
        if len(self.operations) == 1:
            return self.operations[0].outcome
        outcomes = {operation.outcome for operation in self.operations}
        return next(outcome for outcome in OUTCOMES if outcome in outcomes)

    @property
    def latency_class(self) -> str:
        """The class of a request that ran: ``interactive`` or ``heavy``."""
        return "interactive" if self.points <= INTERACTIVE_POINTS else "heavy"
