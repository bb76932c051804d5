"""What is known of one request once it has been answered; for metrics, logs and traces."""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from resolvers.errors import ErrorCode

# Gravest first: an operation with errors of several kinds counts as the gravest of them.
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
# A client that hung up before it was answered, as nginx logs it.
CLIENT_GONE: Final = 499
# Points up to which a request is promised p95 < 100 ms.
INTERACTIVE_POINTS: Final = 500
LATENCY_CLASSES: Final = ("interactive", "heavy")
STAGES: Final = ("parse", "plan", "price", "execute", "encode")


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What is known of an operation of a document, worked out once for both.

    Attributes:
        operation_type: ``query``, until the schema has more.
        root_fields: The fields of the query type that it selects, each once.
        digest: The first 12 hexadecimal digits of the document's SHA-256.
        depth: How many fields stand below each other in the document.
        name: The operation's name if the document is the service's own, of its manifest; a
            client's may hold anything.
    """

    operation_type: str = "unknown"
    root_fields: tuple[str, ...] = ()
    digest: str = ""
    depth: int = 0
    name: str = ""


UNKNOWN_DOCUMENT: Final = DocumentFacts()


def outcome_of(codes: Collection[str]) -> str:
    """Return the outcome of an operation with these error codes."""
    if not codes:
        return "ok"
    outcomes = {_OUTCOME_OF_CODE.get(code, "invalid") for code in codes}
    return next(outcome for outcome in OUTCOMES if outcome in outcomes)


def outcome_of_status(status: int) -> str:
    """Return the outcome of a request of which no operation is known."""
    if status < 400:
        return "ok"
    return _OUTCOME_OF_STATUS.get(status, "server_error" if status >= 500 else "invalid")


class OperationRecord(NamedTuple):
    """What became of one operation.

    ``has_run`` is whether it came to execution, ``codes`` are its errors' codes, each once.
    """

    document: DocumentFacts
    codes: Collection[str]
    has_run: bool

    @property
    def outcome(self) -> str:
        """One of ``OUTCOMES``."""
        return outcome_of(self.codes) if self.codes else "ok"


class RequestRecord:
    """What is known of one request; filled on its way.

    Attributes:
        request_id: Of the header ``X-Request-Id``.
        path: Of the URL.
        method: Of HTTP.
        begun: On ``time.perf_counter()``.
        status: Of the answer; 499 if there was none.
        bytes_out: Of the answer's body, as sent.
        client_id: ``key:<id>`` or an address; empty if nobody asked.
        operations: Those of a batch, in no order.
        points: What the request was expected to cost.
        used_points: What it has cost.
        compute_seconds: CPU time of the engine.
        queue_seconds: Waiting of its computations for a worker.
        memory_hits: Expensive answers that were remembered, or computed for someone else.
        memory_misses: Expensive answers that were computed.
        stages: Seconds of each of ``STAGES``, over all operations.
        refused_by: The limit that refused it: ``points``, ``requests``, ``concurrency`` or
            ``memory``.
        wants_timing: Whether the client asked for the header ``Server-Timing``.
        seconds: From its arrival to the end of its answer.
    """

    # What most records leave as it is belongs to the class: a record is made in 0.6 us.
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
        """Add the stages up to that of the price, which ends now, by where each began."""
        stages = self.stages
        stages["parse"] += parsed - begun
        stages["plan"] += planned - parsed
        stages["price"] += time.perf_counter() - planned

    def end_stage(self, stage: str, since: float) -> None:
        """Add what a stage took since a moment on ``time.perf_counter()``."""
        self.stages[stage] += time.perf_counter() - since

    @property
    def outcome(self) -> str:
        """The gravest outcome of its operations; by its status if there is none."""
        if not self.operations:
            return outcome_of_status(self.status)
        if len(self.operations) == 1:
            return self.operations[0].outcome
        outcomes = {operation.outcome for operation in self.operations}
        return next(outcome for outcome in OUTCOMES if outcome in outcomes)

    @property
    def latency_class(self) -> str:
        """``interactive`` or ``heavy``, of a request that ran."""
        return "interactive" if self.points <= INTERACTIVE_POINTS else "heavy"
