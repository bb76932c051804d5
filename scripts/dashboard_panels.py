"""What the dashboard shows: rows of panels, each of one or more queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Panel:
    """One picture.

    Attributes:
        title: What it shows.
        unit: As Grafana calls it.
        queries: Pairs of an expression and the legend of its series.
        limit: Where a promise ends, if there is one.
        is_number: Whether it is one number now, and not a graph.
        is_stacked: Whether its series add up.
    """

    title: str
    unit: str
    queries: Sequence[tuple[str, str]]
    limit: float | None = None
    is_number: bool = False
    is_stacked: bool = False


def _quantiles(histogram: str, labels: str = "") -> list[tuple[str, str]]:
    """Return the median and the upper ends of a histogram, of series with these labels."""
    series = f"{histogram}_bucket{{{labels}}}"
    return [
        (
            f"histogram_quantile({quantile}, sum by (le) (rate({series}[5m])))",
            f"p{round(quantile * 100)}",
        )
        for quantile in (0.5, 0.95, 0.99)
    ]


def _rate(counter: str, label: str) -> list[tuple[str, str]]:
    """Return the rate of a counter by one label."""
    return [(f"sum by ({label}) (rate({counter}[5m]))", f"{{{{{label}}}}}")]


def _stacked(title: str, unit: str, counter: str, label: str) -> Panel:
    """Return the panel of a counter's rate, whose parts by one label add up."""
    return Panel(title, unit, _rate(counter, label), is_stacked=True)


ROWS: Final[Sequence[tuple[str, Sequence[Panel]]]] = (
    (
        "Promises",
        (
            Panel(
                "Error budget left, 30 days",
                "percentunit",
                [("job:primeql_errors:budget_left_30d", "left")],
                limit=0,
                is_number=True,
            ),
            Panel(
                "Latency budget left, 30 days",
                "percentunit",
                [("job:primeql_slow_requests:budget_left_30d", "left")],
                limit=0,
                is_number=True,
            ),
            Panel(
                "Error budget: burn rate",
                "none",
                [
                    ("job:primeql_errors:ratio_rate1h / 0.001", "1 h"),
                    ("job:primeql_errors:ratio_rate6h / 0.001", "6 h"),
                ],
                limit=1,
            ),
            Panel(
                "Latency budget: burn rate",
                "none",
                [
                    ("job:primeql_slow_requests:ratio_rate1h / 0.05", "1 h"),
                    ("job:primeql_slow_requests:ratio_rate6h / 0.05", "6 h"),
                ],
                limit=1,
            ),
            Panel(
                "p95 of requests",
                "s",
                [("job:primeql_request_duration_seconds:p95_5m", "{{class}}")],
                limit=0.1,
            ),
        ),
    ),
    (
        "Traffic",
        (
            _stacked(
                "Operations a second, by outcome", "ops", "primeql_operations_total", "outcome"
            ),
            _stacked("Root fields a second", "ops", "primeql_root_fields_total", "field"),
            _stacked(
                "HTTP answers a second, by status", "reqps", "primeql_http_requests_total", "status"
            ),
            Panel("Bytes sent a second", "Bps", _rate("primeql_response_bytes_total", "route")),
        ),
    ),
    (
        "Latency",
        (
            Panel(
                "Interactive requests",
                "s",
                _quantiles("primeql_request_duration_seconds", 'class="interactive"'),
                limit=0.1,
            ),
            _stacked("Time by stage", "percentunit", "primeql_stage_seconds_total", "stage"),
            Panel(
                "Event loop lag",
                "s",
                _quantiles("primeql_event_loop_lag_seconds"),
                limit=0.05,
            ),
        ),
    ),
    (
        "Cost and refusals",
        (
            Panel("Points a second", "none", _rate("primeql_cost_points_total", "kind")),
            Panel(
                "Price of a request, in points", "none", _quantiles("primeql_request_cost_points")
            ),
            _stacked("Refusals a second, by reason", "ops", "primeql_rejections_total", "reason"),
            _stacked(
                "Errors at fields a second, by code", "ops", "primeql_field_errors_total", "code"
            ),
            Panel("Clients at their limits", "ops", _rate("primeql_rate_limited_total", "limit")),
        ),
    ),
    (
        "Computing",
        (
            Panel(
                "Busy workers", "none", [("sum by (lane) (primeql_pool_busy_workers)", "{{lane}}")]
            ),
            Panel("Waiting", "none", [("sum by (lane) (primeql_pool_queue_depth)", "{{lane}}")]),
            Panel(
                "Wait for a worker, p95",
                "s",
                [
                    (
                        "histogram_quantile(0.95, sum by (le, lane)"
                        " (rate(primeql_pool_queue_wait_seconds_bucket[5m])))",
                        "{{lane}}",
                    )
                ],
            ),
            _stacked(
                "Computations a second, by outcome", "ops", "primeql_pool_tasks_total", "outcome"
            ),
            _stacked(
                "CPU of the engine, by function",
                "percentunit",
                "primeql_engine_seconds_total",
                "function",
            ),
            _stacked(
                "Parts of intervals a second, by way", "ops", "primeql_interval_parts_total", "way"
            ),
        ),
    ),
    (
        "What is remembered",
        (
            _stacked(
                "Expensive answers a second",
                "ops",
                "primeql_answer_memory_requests_total",
                "result",
            ),
            Panel(
                "Answers not computed",
                "percentunit",
                [
                    (
                        'sum(rate(primeql_answer_memory_requests_total{result!="miss"}[5m]))'
                        " / sum(rate(primeql_answer_memory_requests_total[5m]))",
                        "share",
                    )
                ],
            ),
            Panel(
                "Documents that were ready",
                "percentunit",
                [
                    (
                        'sum(rate(primeql_documents_total{result="hit"}[5m]))'
                        " / sum(rate(primeql_documents_total[5m]))",
                        "share",
                    )
                ],
            ),
            Panel("Memory of answers", "bytes", [("sum(primeql_answer_memory_bytes)", "bytes")]),
            Panel("Redis answers", "none", [("min by (use) (primeql_redis_up)", "{{use}}")]),
            Panel(
                "Budgets: points taken a second, by where",
                "ops",
                _rate("primeql_budget_takes_total", "where"),
            ),
        ),
    ),
    (
        "Instances",
        (
            Panel("Instances that answer", "none", [('sum(up{job="primeql"})', "up")]),
            Panel(
                "CPU",
                "percentunit",
                [
                    ('rate(process_cpu_seconds_total{job="primeql"}[5m])', "{{instance}}"),
                    # Most of it in the workers, which are processes of their own.
                    ("rate(primeql_compute_seconds_total[5m])", "{{instance}}: computing"),
                ],
            ),
            Panel(
                "Memory",
                "bytes",
                [
                    ("primeql_memory_bytes", "{{instance}}"),
                    ("primeql_memory_limit_bytes", "limit of {{instance}}"),
                ],
            ),
            Panel(
                "Open files",
                "none",
                [('process_open_fds{job="primeql"}', "{{instance}}")],
            ),
            Panel(
                "Starts within an hour",
                "none",
                [('changes(process_start_time_seconds{job="primeql"}[1h])', "{{instance}}")],
            ),
            Panel(
                "Versions",
                "none",
                [("sum by (version, revision) (primeql_build_info)", "{{version}} {{revision}}")],
            ),
        ),
    ),
)
