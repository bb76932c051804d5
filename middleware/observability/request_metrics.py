"""Prometheus metrics of requests. No label has a value that a client can choose."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from prometheus_client import CollectorRegistry

from middleware.observability.event_loop_metrics import LoopCounter, LoopHistogram
from middleware.observability.request_record import LATENCY_CLASSES, STAGES, RequestRecord

# The bound 0.1 is that of the objective for interactive requests.
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
POINTS: Final = (1, 5, 20, 100, 500, 2_000, 5_000, 10_000, 20_000, 50_000)
_GRAPHQL: Final = "graphql"
_ROUTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "/graphql": _GRAPHQL,
        "/graphql/": _GRAPHQL,
        "/": "explorer",
        "/livez": "health",
        "/readyz": "health",
        "/healthz": "health",
        "/schema.graphql": "schema",
        "/metrics": "metrics",
    }
)
_STAGE_KEYS: Final = tuple((stage,) for stage in STAGES)


def route_of(path: str) -> str:
    """Return the class of a path, the label ``route``."""
    route = _ROUTES.get(path)
    if route is None:
        return "health" if path.startswith("/healthz/") else "other"
    return route


class RequestMetrics:
    """Counts requests from their records.

    Args:
        registry: The registry of the metrics.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        """Register the metrics."""
        outcomes = [("query", outcome) for outcome in ("ok", "server_error", "overloaded")]
        self._requests = LoopCounter(
            "primeql_http_requests",
            "HTTP requests by route and status.",
            ("route", "status"),
            registry,
        ).values
        self._bytes = LoopCounter(
            "primeql_response_bytes",
            "Bytes of answers' bodies, as sent, by route.",
            ("route",),
            registry,
        ).values
        self._operations = LoopCounter(
            "primeql_operations",
            "GraphQL operations by type and outcome.",
            ("type", "outcome"),
            registry,
            outcomes,
        ).values
        self._root_fields = LoopCounter(
            "primeql_root_fields",
            "Operations that ran and selected a root field of the schema.",
            ("field",),
            registry,
        ).values
        self._stages = LoopCounter(
            "primeql_stage_seconds",
            "Time that GraphQL requests which ran spent in each stage.",
            ("stage",),
            registry,
            [(stage,) for stage in STAGES],
        ).values
        self._add_histograms(registry)
        self._add_refusals(registry)

    def _add_histograms(self, registry: CollectorRegistry) -> None:
        """Register the metrics of durations and costs."""
        self._seconds = LoopHistogram(
            "primeql_request_duration_seconds",
            "Time from arrival to end of GraphQL requests that ran, by class of price.",
            SECONDS,
            registry,
            "class",
            LATENCY_CLASSES,
        ).of
        self._price = LoopHistogram(
            "primeql_request_cost_points",
            "Price of GraphQL requests that ran, in points of 100 microseconds.",
            POINTS,
            registry,
        ).of[""]
        self._points = LoopCounter(
            "primeql_cost_points",
            "Points taken for requests before they ran, and used when they ended.",
            ("kind",),
            registry,
            [("requested",), ("used",)],
        ).values

        self._compute_seconds = LoopCounter(
            "primeql_compute_seconds",
            "CPU time that the engine took for GraphQL requests, wherever it ran.",
            (),
            registry,
            [()],
        ).values

    def _add_refusals(self, registry: CollectorRegistry) -> None:
        """Register the metrics of refusals and errors."""
        self._rejections = LoopCounter(
            "primeql_rejections",
            "GraphQL requests and operations refused before they ran, by reason.",
            ("reason",),
            registry,
            [("COST_LIMIT_EXCEEDED",), ("RATE_LIMITED",), ("UNAUTHENTICATED",)],
        ).values
        self._field_errors = LoopCounter(
            "primeql_field_errors",
            "Operations that ran and had at least one error of a code.",
            ("code",),
            registry,
            [
                ("COMPUTATION_LOST",),
                ("DEADLINE_EXCEEDED",),
                ("INTERNAL_SERVER_ERROR",),
                ("OVERLOADED",),
                ("WORK_LIMIT_EXCEEDED",),
            ],
        ).values
        self._rate_limited = LoopCounter(
            "primeql_rate_limited",
            "Requests refused because their client had used up a limit.",
            ("limit",),
            registry,
            [("points",), ("requests",), ("concurrency",)],
        ).values

    def observe(self, record: RequestRecord) -> None:
        """Count a request. Cost: 3 us, ``python -m benchmarks.bench_observation``."""
        route = route_of(record.path)
        self._requests[route, str(record.status)] += 1
        self._bytes[route,] += record.bytes_out
        if route_of(record.path) != _GRAPHQL:
            return
        if record.refused_by:
            self._rate_limited[record.refused_by,] += 1
        if record.operations:
            self._observe_operations(record)
        else:
            self._observe_refusal(record)

    def _observe_operations(self, record: RequestRecord) -> None:
        """Count the operations of a request, and the costs of those that ran."""
        has_run = False
        for operation in record.operations:
            document = operation.document
            self._operations[document.operation_type, operation.outcome] += 1
            if operation.has_run:
                has_run = True
                for field in document.root_fields:
                    self._root_fields[field,] += 1
            if operation.codes:
                errors = self._field_errors if operation.has_run else self._rejections
                for code in operation.codes:
                    errors[code,] += 1
        if has_run:
            self._observe_run(record)

    def _observe_run(self, record: RequestRecord) -> None:
        """Count the durations and costs of a request that ran."""
        self._seconds[record.latency_class].observe(record.seconds)
        self._price.observe(record.points)
        self._points["requested",] += record.points
        self._points["used",] += record.used_points
        self._compute_seconds[()] += record.compute_seconds
        totals = self._stages
        for key, seconds in zip(_STAGE_KEYS, record.stages.values(), strict=True):
            totals[key] += seconds

    def _observe_refusal(self, record: RequestRecord) -> None:
        """Count a request without any known operation."""
        if record.status == 304:
            self._operations["query", "ok"] += 1
        elif record.status >= 400:
            self._operations["unknown", record.outcome] += 1
            self._rejections[_REASONS.get(record.status, "BAD_REQUEST"),] += 1


_REASONS: Final[Mapping[int, str]] = MappingProxyType(
    {
        401: "UNAUTHENTICATED",
        403: "FORBIDDEN",
        405: "METHOD_NOT_ALLOWED",
        406: "NOT_ACCEPTABLE",
        408: "BODY_TIMEOUT",
        413: "BODY_TOO_LARGE",
        415: "UNSUPPORTED_MEDIA_TYPE",
        429: "RATE_LIMITED",
        499: "CLIENT_GONE",
        500: "INTERNAL_SERVER_ERROR",
        503: "OVERLOADED",
    }
)
