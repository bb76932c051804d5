"""What one process tells of itself: its metrics and where they are served, and its access log."""

import logging
import os
import platform
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIServer

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from middleware.limits.shared_budget import SharedBudget
from middleware.limits.token_bucket import Budget
from middleware.observability.access_log import AccessLog
from middleware.observability.request_metrics import RequestMetrics
from middleware.observability.request_observer import RequestObserver
from primeql import __version__
from primeql.cgroup import ControlGroup
from primeql.operations.service import PrimeService
from primeql.settings import Settings, SettingsError
from primeql.telemetry.collectors import (
    ScrapedMetrics,
    answer_readings,
    budget_readings,
    document_readings,
    engine_readings,
    memory_readings,
    pace_readings,
    redis_readings,
    redis_uses,
)
from primeql.telemetry.event_loop_lag import EventLoopLag
from primeql.telemetry.logging_setup import access_writers
from primeql.telemetry.loop_watchdog import LoopWatchdog
from primeql.telemetry.task_metrics import TaskMetrics, pool_readings
from resolvers.running.task_records import TaskObserver, TaskRecord

if TYPE_CHECKING:
    from primeql.telemetry.tracing import Tracing

logger = logging.getLogger("primeql.telemetry.telemetry")

# Which commit an image was built from; set by its build.
REVISION_VARIABLE = "REVISION"


class Telemetry:
    """The metrics and the access log of one process.

    Args:
        settings: Where the metrics are served, and how the log looks.

    Attributes:
        registry: For the metrics of other parts.
        port: Where the metrics are served, once they are.
        tracing: What makes spans, if that is wanted.
    """

    def __init__(self, settings: Settings) -> None:
        """Make the metrics; ``start`` serves them."""
        self.registry = CollectorRegistry()
        self.port: int | None = None
        self._settings = settings
        self._server: WSGIServer | None = None
        self._requests = RequestMetrics(self.registry)
        self._lag = EventLoopLag(self.registry)
        self._watchdog = LoopWatchdog(lambda: self._lag.turns, settings.max_hang_seconds)
        self._tasks = TaskMetrics(self.registry)
        self.registry.register(ScrapedMetrics(memory_readings(ControlGroup())))
        self.tracing = _tracing() if settings.traces else None
        log = access_writers(settings)
        trace_fields = None if self.tracing is None else self.tracing.fields
        self._log = AccessLog(log.info, log.debug, trace_fields)
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        Info("primeql_build", "What is running.", registry=self.registry).info(
            {
                "version": __version__,
                "revision": os.environ.get(REVISION_VARIABLE, "unknown"),
                "python": platform.python_version(),
            }
        )

    def watch(self, service: PrimeService, budget: Budget) -> None:
        """Add what other parts of the process know of themselves."""
        workers = self._settings.worker_count
        readings = [
            pool_readings(service.compute, workers),
            answer_readings(service.memory),
            document_readings(service.executor),
            engine_readings(service.ranges),
            pace_readings(service.pace),
        ]
        if isinstance(budget, SharedBudget):
            readings.append(budget_readings(budget.stats))
        if uses := redis_uses(service.memory, budget):
            readings.append(redis_readings(uses))
        for read in readings:
            self.registry.register(ScrapedMetrics(read))

    @property
    def observe_task(self) -> TaskObserver:
        """What is to see the record of every task."""
        count, tracing = self._tasks.observe, self.tracing
        if tracing is None:
            return count

        def observe(record: TaskRecord) -> None:
            count(record)
            tracing.task(record)

        return observe

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return an application whose requests are observed; the request's id is outside."""
        app = RequestObserver(app, (self._requests.observe, self._log.observe))
        return app if self.tracing is None else self.tracing.wrap(app)

    @property
    def routes(self) -> list[Route]:
        """``/metrics`` beside the service, if it is to have no port of its own."""
        if self._settings.metrics_port != self._settings.port or not self._settings.port:
            return []
        return [Route("/metrics", self._metrics)]

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def start(self) -> None:
        """Serve the metrics, in a thread: a loop that hangs can still be seen to hang."""
        self._lag.start()
        if self._settings.max_hang_seconds:
            self._watchdog.start()
        if self.routes:
            return
        host, port = self._settings.metrics_host, self._settings.metrics_port
        try:
            self._server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            # The service does not depend on being watched; that nobody can is an alert there.
            logger.error("no metrics: %s:%d cannot be listened on: %s", host, port, error.strerror)
            return
        self.port = self._server.server_port
        logger.info("metrics on http://%s:%d/metrics", host, self.port)

    def stop(self) -> None:
        """Serve the metrics no more, and send the last spans: 2 s if nobody takes them."""
        self._lag.stop()
        self._watchdog.stop()
        if self.tracing is not None:
            self.tracing.close()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _tracing() -> "Tracing":
    """Return what makes spans.

    Raises:
        SettingsError: The libraries for it are not installed.
    """
    try:
        # Here, since it is optional, and takes 0.2 s to import.
        from primeql.telemetry.tracing import Tracing
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"PRIMEQL_TRACES is true, and {error.name} is missing: install the extra tracing"
            " (docs/traces.md)"
        ) from None
    return Tracing()
