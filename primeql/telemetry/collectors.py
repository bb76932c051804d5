"""Collectors that read the counters of other parts at each scrape."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from engine.intervals.prime_ranges import PrimeRanges
from execution.executor import DocumentExecutor
from middleware.limits.shared_budget import BudgetStats, SharedBudget
from middleware.limits.token_bucket import Budget
from primeql.cgroup import ControlGroup
from resolvers.pace import Pace
from resolvers.remembering.answer_memory import AnswerMemory

_PROCESSES = Path("/proc")
_PAGE_BYTES = 4_096


class ScrapedMetrics(Collector):
    """A collector that calls a function at each scrape."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def describe(self) -> Iterable[Metric]:
        """Return nothing, because the metrics may change between scrapes."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Return the metrics; called in the thread that serves the scrape."""
        return self._read()


def memory_readings(group: ControlGroup) -> Callable[[], Iterator[Metric]]:
    """Return a reader of the memory of the service and its workers, and of its limit."""
    limit = group.memory_bytes()

    def read() -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "primeql_memory_bytes",
            "Resident memory of the service and its workers; what they share counts for each.",
            sum(map(_resident_bytes, _family("self"))),
        )
        yield GaugeMetricFamily(
            "primeql_memory_limit_bytes",
            "Memory that the service may use: its control group's limit, else the machine's.",
            _machine_bytes() if math.isinf(limit) else limit,
        )

    return read


class Sharing(Protocol):
    """The state of one use of Redis."""

    outages: int
    is_shared: bool


def redis_uses(memory: AnswerMemory, budget: Budget) -> dict[str, Sharing]:
    """Return the uses of Redis, by name."""
    uses: dict[str, Sharing] = {}
    if memory.shared is not None:
        uses["answers"] = memory.shared.stats
    if isinstance(budget, SharedBudget):
        uses["budgets"] = budget.stats
    return uses


def redis_readings(uses: Mapping[str, Sharing]) -> Callable[[], Iterator[Metric]]:
    """Return a reader of whether Redis answers, for each use."""

    def read() -> Iterator[Metric]:
        up = GaugeMetricFamily("primeql_redis_up", "Whether Redis answers: 1 or 0.", labels=["use"])
        outages = CounterMetricFamily(
            "primeql_redis_outages", "How often Redis stopped answering.", labels=["use"]
        )
        for use, stats in uses.items():
            up.add_metric([use], float(stats.is_shared))
            outages.add_metric([use], stats.outages)
        yield from (up, outages)

    return read


def budget_readings(stats: BudgetStats) -> Callable[[], Iterator[Metric]]:
    """Return a reader of how often points were taken from Redis, and how often locally."""

    def read() -> Iterator[Metric]:
        takes = CounterMetricFamily(
            "primeql_budget_takes",
            "Attempts to spend points, from the budget in Redis or from that of this process.",
            labels=["where"],
        )
        takes.add_metric(["shared"], stats.shared_takes)
        takes.add_metric(["local"], stats.local_takes)
        yield takes

    return read


def answer_readings(memory: AnswerMemory) -> Callable[[], Iterator[Metric]]:
    """Return a reader of the hits and misses of the memory of answers."""

    def read() -> Iterator[Metric]:
        stats = memory.stats
        answers = CounterMetricFamily(
            "primeql_answer_memory_requests",
            "Expensive answers that were asked for, by where they came from.",
            labels=["result"],
        )
        answers.add_metric(["hit"], stats.hits)
        answers.add_metric(["shared_hit"], stats.shared_hits)
        answers.add_metric(["joined"], stats.joins)
        answers.add_metric(["miss"], stats.misses)
        yield answers
        yield CounterMetricFamily(
            "primeql_answer_memory_rejected",
            "Cached texts that were not a valid answer.",
            stats.rejected,
        )
        yield GaugeMetricFamily(
            "primeql_answer_memory_bytes",
            "Bytes of cached answers in this process.",
            memory.kept.bytes_held,
        )

    return read


def engine_readings(ranges: PrimeRanges) -> Callable[[], Iterator[Metric]]:
    """Return a reader of the engine's strategy counters and of the size of its tables."""

    def read() -> Iterator[Metric]:
        parts = CounterMetricFamily(
            "primeql_interval_parts",
            "Parts of intervals, by the way in which the engine answered them.",
            labels=["way"],
        )
        seconds = CounterMetricFamily(
            "primeql_interval_predicted_seconds",
            "CPU time that they were predicted to take.",
            labels=["way"],
        )
        for strategy, use in ranges.strategies.uses().items():
            parts.add_metric([strategy], use.parts)
            seconds.add_metric([strategy], use.seconds)
        held = GaugeMetricFamily(
            "primeql_engine_table_bytes", "What the engine's tables take.", labels=["table"]
        )
        for table, size in ranges.table_bytes().items():
            held.add_metric([table], size)
        yield from (parts, seconds, held)

    return read


def pace_readings(pace: Pace) -> Callable[[], Iterator[Metric]]:
    """Return a reader of the machine's pace."""

    def read() -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "primeql_pace_ratio",
            "CPU time of work on this machine against the reference machine.",
            pace.factor,
        )

    return read


def document_readings(executor: DocumentExecutor) -> Callable[[], Iterator[Metric]]:
    """Return a reader of the document cache's hits, and of the executors of operations."""

    def read() -> Iterator[Metric]:
        documents = CounterMetricFamily(
            "primeql_documents",
            "Documents that were ready when asked for, and those that had to be parsed.",
            labels=["result"],
        )
        for result in ("hit", "miss"):
            documents.add_metric([result], executor.documents[result])
        runs = CounterMetricFamily(
            "primeql_operation_runs",
            "Operations that ran, by plan or by the stock executor.",
            labels=["executor"],
        )
        for kind in ("plan", "stock"):
            runs.add_metric([kind], executor.runs[kind])
        yield from (documents, runs)

    return read


def _family(process: str) -> Iterator[Path]:
    """Yield the /proc folders of a process and of all its descendants."""
    folder = _PROCESSES / process
    yield folder
    for children in folder.glob("task/*/children"):
        for child in _text(children).split():
            yield from _family(child)


def _resident_bytes(folder: Path) -> int:
    """Return the resident memory of a process; 0 if it has ended."""
    fields = _text(folder / "statm").split()
    return int(fields[1]) * _PAGE_BYTES if len(fields) > 1 else 0


def _machine_bytes() -> float:
    """Return the memory of the machine."""
    for line in _text(_PROCESSES / "meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return float(line.split()[1]) * 1_024
    return math.inf


def _text(path: Path) -> str:
    """Return the content of a file below /proc; empty if its process has ended."""
    try:
        return path.read_text()
    except OSError:
        return ""
