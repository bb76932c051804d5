"""OpenTelemetry spans of a request, its operations, and their tasks in threads and processes.

Imported only if ``PRIMEQL_TRACES`` is true. The variables of OpenTelemetry set the destination and
the sampling: ``OTEL_EXPORTER_OTLP_ENDPOINT``, ``OTEL_TRACES_SAMPLER``, and so on.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.environment_variables import OTEL_TRACES_SAMPLER
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, Sampler, TraceIdRatioBased
from opentelemetry.trace import SpanKind, Status, StatusCode, format_span_id, format_trace_id
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

from middleware.observability.request_metrics import route_of
from middleware.observability.request_record import DocumentFacts, RequestRecord
from primeql import __version__
from resolvers.running.task_records import TaskRecord

# One request in twenty, unless OTEL_TRACES_SAMPLER is set. A client's sampling flag is ignored;
# otherwise it could have every request recorded.
RATIO: Final = 0.05
EXPORT_SECONDS: Final = 2.0
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST"})


class Tracing:
    """Makes spans, and sends them in a thread. Spans that cannot be sent are dropped.

    Args:
        exporter: The exporter; if None, that of OpenTelemetry's variables.
    """

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        """Start the thread that sends spans."""
        resource = Resource.create({"service.name": "primeql", "service.version": __version__})
        self._provider = TracerProvider(
            sampler=_sampler(), resource=resource, shutdown_on_exit=False
        )
        self._provider.add_span_processor(
            BatchSpanProcessor(exporter or OTLPSpanExporter(timeout=EXPORT_SECONDS))
        )
        self._tracer = self._provider.get_tracer("primeql", __version__)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return the application with a span for each request; outer middleware sets the ids."""
        return _RequestSpans(app, self._tracer)

    @contextmanager
    def operation(self, facts: DocumentFacts, points: int) -> Iterator[None]:
        """Make the span of an operation; see ``Spans``."""
        attributes: dict[str, str | int] = {
            "graphql.operation.type": facts.operation_type,
            "primeql.document_sha256_12": facts.digest,
            "primeql.points": points,
        }
        if facts.name:
            attributes["graphql.operation.name"] = facts.name
        with self._tracer.start_as_current_span(
            facts.operation_type, attributes=attributes, record_exception=False
        ):
            yield

    def task(self, record: TaskRecord) -> None:
        """Make the two spans of a task that has ended: with its wait, and its run only."""
        # Converts the clock of records to that of OpenTelemetry; one value, so that spans nest.
        ahead = time.time_ns() - time.monotonic_ns()
        span = self._tracer.start_span(
            "engine task",
            start_time=ahead + _nanoseconds(record.asked),
            attributes={
                "primeql.lane": record.lane,
                "code.function.name": record.function,
                "primeql.points": record.points,
                "primeql.outcome": record.outcome,
            },
        )
        if record.outcome != "ok":
            span.set_status(Status(StatusCode.ERROR, record.outcome))
        if record.begun is not None:
            run = self._tracer.start_span(
                "engine run",
                context=trace.set_span_in_context(span),
                start_time=ahead + _nanoseconds(record.begun),
                attributes={"primeql.cpu_seconds": record.cpu_seconds},
            )
            run.end(ahead + _nanoseconds(record.ended))
        span.end(ahead + _nanoseconds(record.ended))

    def fields(self) -> dict[str, str]:
        """Return the log fields with the ids of the current span."""
        context = trace.get_current_span().get_span_context()
        if not context.trace_flags.sampled:
            return {}
        return {
            "trace_id": format_trace_id(context.trace_id),
            "span_id": format_span_id(context.span_id),
        }

    def close(self) -> None:
        """Send the remaining spans, for at most a few seconds."""
        self._provider.shutdown()


class _RequestSpans:
    """Puts a span around each HTTP request."""

    def __init__(self, app: ASGIApp, tracer: trace.Tracer) -> None:
        self._app = app
        self._tracer = tracer
        self._propagator = TraceContextTextMapPropagator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in scope["headers"]
            if name in (b"traceparent", b"tracestate")
        }
        route = route_of(scope["path"])
        method = scope["method"] if scope["method"] in _METHODS else "_OTHER"
        with self._tracer.start_as_current_span(
            f"{method} {route}",
            context=self._propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "http.route": route},
            record_exception=False,
        ) as span:
            await self._app(scope, receive, send)
            record: RequestRecord = scope["state"]["record"]
            span.set_attribute("http.response.status_code", record.status)
            span.set_attribute("primeql.request_id", record.request_id)
            span.set_attribute("primeql.outcome", record.outcome)
            if record.status >= 500:
                span.set_status(Status(StatusCode.ERROR))


def _sampler() -> Sampler | None:
    """Return the sampler; None if OpenTelemetry's variables set it."""
    if OTEL_TRACES_SAMPLER in os.environ:
        return None
    ratio = TraceIdRatioBased(RATIO)
    return ParentBased(ratio, remote_parent_sampled=ratio)


def _nanoseconds(seconds: float) -> int:
    """Return whole nanoseconds."""
    return round(seconds * 1e9)
