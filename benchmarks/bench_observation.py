"""What it costs to count and log one request: CPU time, the median of many rounds.

``python -m benchmarks.bench_observation`` prints microseconds; the aim is under 15 for the metrics.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter

from middleware.observability.access_log import AccessLog
from middleware.observability.event_loop_metrics import LoopCounter
from middleware.observability.request_metrics import RequestMetrics
from middleware.observability.request_record import DocumentFacts, OperationRecord, RequestRecord
from primeql.settings import Settings
from primeql.telemetry.logging_setup import access_writers

ROUNDS = 200
REPEATS = 500


def microseconds(work: Callable[[], object]) -> float:
    """Return the median CPU time of one call."""
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        for _ in range(REPEATS):
            work()
        times.append((time.process_time() - begin) / REPEATS)
    return statistics.median(times) * 1e6


def made_record() -> RequestRecord:
    """Return the record of a small request, made as the service makes it."""
    record = RequestRecord("0d5649849e4149df99c9e5d962b42812", "/graphql", "POST")
    record.end_preparing(record.begun, record.begun, record.begun)
    for stage in ("execute", "encode"):
        record.end_stage(stage, record.begun)
    facts = DocumentFacts("query", ("integer",), "cf7d7afa5ea6")
    record.operations.append(OperationRecord(facts, (), has_run=True))
    record.status, record.bytes_out, record.client_id = 200, 72, "ip:192.0.2.7"
    record.points = record.used_points = 2
    record.seconds = 0.0012
    return record


def main() -> None:
    """Print what each part costs."""
    registry = CollectorRegistry()
    metrics = RequestMetrics(registry)
    counter = Counter("stock", "The library's own.", registry=registry)
    tally = LoopCounter("own", "Ours.", ("label",), registry)
    record = made_record()

    def add() -> None:
        tally.values["x",] += 1

    with Path("/dev/null").open("wb") as file:
        writers = access_writers(Settings(log_format="json"), file)
        log = AccessLog(*writers)
        for name, work in {
            "making the record": made_record,
            "metrics": lambda: metrics.observe(record),
            "line of the log": lambda: log.observe(record),
            "one Counter.inc": counter.inc,
            "one LoopCounter addition": add,
        }.items():
            print(f"{name:20} {microseconds(work):6.2f} us")


if __name__ == "__main__":
    main()
