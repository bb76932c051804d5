"""The telemetry of one process: its metrics, the server for them, and the access log."""

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

# The commit of an image; the build of the image sets this variable.
REVISION_VARIABLE = "REVISION"


class Telemetry:
    """The metrics and the access log of one process.

    Args:
        settings: The settings with the address of the metrics and the format of the log.

    Attributes:
        registry: The registry of all metrics.
        port: The port of the metrics, once they are served.
        tracing: The tracing, if it is on.
    """

    def __init__(self, settings: Settings) -> None:
        """Register the metrics; ``start`` serves them."""
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
        """Add the metrics that are read from other parts of the process."""
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
        """The function to call with the record of every task."""
        count, tracing = self._tasks.observe, self.tracing
        if tracing is None:
            return count

        def observe(record: TaskRecord) -> None:
            count(record)
            tracing.task(record)

        return observe

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """Return the application with observed requests; outer middleware sets their ids."""
        app = RequestObserver(app, (self._requests.observe, self._log.observe))
        return app if self.tracing is None else self.tracing.wrap(app)

    @property
    def routes(self) -> list[Route]:
        """The route ``/metrics`` of the service, if metrics have no separate port."""
        if self._settings.metrics_port != self._settings.port or not self._settings.port:
            return []
        return [Route("/metrics", self._metrics)]

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def start(self) -> None:
        """Serve the metrics in a thread, so that they can be read while the event loop hangs."""
        self._lag.start()
        if self._settings.max_hang_seconds:
            self._watchdog.start()
        if self.routes:
            return
        host, port = self._settings.metrics_host, self._settings.metrics_port
        try:
            self._server, _ = start_http_server(port, host, self.registry)
        except OSError as error:
            # The service runs without metrics; Prometheus alerts if it cannot scrape them.
            logger.error("no metrics: %s:%d cannot be listened on: %s", host, port, error.strerror)
            return
        self.port = self._server.server_port
        logger.info("metrics on http://%s:%d/metrics", host, self.port)

    def stop(self) -> None:
        """Stop serving the metrics, and send the last spans, for at most 2 s."""
        self._lag.stop()
        self._watchdog.stop()
        if self.tracing is not None:
            self.tracing.close()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


def _tracing() -> "Tracing":
    """Return the tracing.

    Raises:
        SettingsError: Its libraries are not installed.
    """
    try:
        # Imported here, because it is optional and takes 0.2 s.
        from primeql.telemetry.tracing import Tracing
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"PRIMEQL_TRACES is true, and {error.name} is missing: install the extra tracing"
            " (docs/traces.md)"
        ) from None
    return Tracing()
