"""Prometheus metrics of computations in threads and worker processes."""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.metrics_core import GaugeMetricFamily, Metric

from middleware.observability.event_loop_metrics import LoopCounter
from resolvers.running.compute import Compute
from resolvers.running.task_records import TaskRecord

LANES: Final = ("quick", "slow", "threads")
OUTCOMES: Final = ("ok", "timeout", "cancelled", "refused", "died", "error")
SECONDS: Final = (0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class TaskMetrics:
    """Counts tasks from their records.

    Args:
        registry: The registry of the metrics.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._tasks = LoopCounter(
            "primeql_pool_tasks",
            "Computations that left the event loop, by lane and outcome.",
            ("lane", "outcome"),
            registry,
            [(lane, outcome) for lane in LANES for outcome in OUTCOMES],
        ).values
        wait = Histogram(
            "primeql_pool_queue_wait_seconds",
            "How long computations waited for a thread or a worker.",
            ("lane",),
            buckets=SECONDS,
            registry=registry,
        )
        task = Histogram(
            "primeql_pool_task_seconds",
            "How long computations ran in their thread or worker, by the clock.",
            ("lane",),
            buckets=SECONDS,
            registry=registry,
        )
        self._wait = {lane: wait.labels(lane) for lane in LANES}
        self._task = {lane: task.labels(lane) for lane in LANES}
        self._calls = LoopCounter(
            "primeql_engine_calls",
            "Calls of the engine's functions in threads and workers.",
            ("function",),
            registry,
        ).values
        self._seconds = LoopCounter(
            "primeql_engine_seconds",
            "CPU time of the engine's functions in threads and workers.",
            ("function",),
            registry,
        ).values

    def observe(self, record: TaskRecord) -> None:
        """Count a task."""
        self._tasks[record.lane, record.outcome] += 1
        self._wait[record.lane].observe(record.waited_seconds)
        if record.begun is None:
            return
        self._task[record.lane].observe(record.ended - record.begun)
        self._calls[record.function,] += 1
        self._seconds[record.function,] += record.cpu_seconds


def pool_readings(compute: Compute, workers: int) -> Callable[[], Iterator[Metric]]:
    """Return a reader of how busy the threads and workers of each lane are."""

    def read() -> Iterator[Metric]:
        size = GaugeMetricFamily(
            "primeql_pool_workers", "Threads or workers of a lane.", labels=["lane"]
        )
        busy = GaugeMetricFamily(
            "primeql_pool_busy_workers", "Those that are computing.", labels=["lane"]
        )
        queue = GaugeMetricFamily(
            "primeql_pool_queue_depth", "Computations that wait for one.", labels=["lane"]
        )
        points = GaugeMetricFamily(
            "primeql_pool_queue_points", "What they are expected to cost.", labels=["lane"]
        )
        for name in LANES:
            lane = getattr(compute, name)
            size.add_metric([name], workers)
            busy.add_metric([name], lane.busy)
            queue.add_metric([name], lane.pool.waiting)
            points.add_metric([name], lane.pool.waiting_points)
        yield from (size, busy, queue, points)

    return read
