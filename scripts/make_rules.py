"""Make the rules of Prometheus, for a Prometheus of one's own and for its operator in Kubernetes.

    python -m scripts.make_rules [--runbooks https://host/path]

writes ops/prometheus/rules.yml and kustomize/components/monitoring/prometheusrule.yaml.

Source of the windows and factors: Google, *The Site Reliability Workbook* (2018), chapter 5: an
alert needs the budget to burn fast over a long window, and still over a short one.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.surrounding_alerts import SURROUNDING_ALERTS

ROOT = Path(__file__).parents[1]
RULES = ROOT / "ops" / "prometheus" / "rules.yml"
PROMETHEUS_RULE = ROOT / "kustomize" / "components" / "monitoring" / "prometheusrule.yaml"
COMMAND = "python -m scripts.make_rules"
HEADER = f"# Written by `{COMMAND}`; change that instead.\n"

# One service in one namespace; a Prometheus outside of Kubernetes has no namespaces.
BY = "by (namespace, job)"
WINDOWS = ("5m", "30m", "1h", "6h", "1d", "3d")
# Below this rate one mistake would burn a budget.
ENOUGH_TRAFFIC = "job:primeql_operations:rate1h > 0.05"

Rule = dict[str, Any]


@dataclass(frozen=True)
class Objective:
    """A promise, and the record that tells how far it is broken.

    ``budget`` is the part of requests that may break it, ``ratio`` begins the records' names.
    """

    name: str
    title: str
    budget: float
    ratio: str
    runbook: str


ERRORS = Objective(
    "Errors",
    "requests failed by a fault of ours",
    0.001,
    "job:primeql_errors:ratio_rate",
    "error-budget-burn",
)
LATENCY = Objective(
    "Latency",
    "interactive requests slower than 0.1 s",
    0.05,
    "job:primeql_slow_requests:ratio_rate",
    "latency-budget-burn",
)


@dataclass(frozen=True)
class Burn:
    """How fast a budget must burn for an alert: so many times what uses it up in 30 days."""

    name: str
    factor: float
    long: str
    short: str
    lasting: str
    severity: str


BURNS = (
    Burn("Fast", 14.4, "1h", "5m", "2m", "page"),
    Burn("Steady", 6, "6h", "30m", "15m", "page"),
    Burn("Slow", 3, "1d", "6h", "1h", "ticket"),
    Burn("Creeping", 1, "3d", "6h", "3h", "ticket"),
)


def record(name: str, expression: str) -> Rule:
    """Return a recording rule."""
    return {"record": name, "expr": expression}


def alert(
    name: str,
    expression: str,
    lasting: str,
    severity: str,
    summary: str,
    runbook: str,
    **labels: str,
) -> Rule:
    """Return an alert; ``runbook`` is a page of docs/runbooks."""
    return {
        "alert": name,
        "expr": expression,
        "for": lasting,
        "labels": {"severity": severity, **labels},
        "annotations": {"summary": summary, "runbook_url": runbook},
    }


def ratios(window: str) -> Iterator[Rule]:
    """Yield how far the promises were broken over a window."""
    failed = 'primeql_operations_total{outcome=~"server_error|overloaded"}'
    every = f"sum {BY} (rate(primeql_operations_total[{window}]))"
    # Without a series of errors there were none.
    yield record(
        f"{ERRORS.ratio}{window}",
        f"(sum {BY} (rate({failed}[{window}])) or 0 * {every}) / ({every} > 0)",
    )
    bucket = 'primeql_request_duration_seconds_bucket{class="interactive",le="0.1"}'
    count = 'primeql_request_duration_seconds_count{class="interactive"}'
    yield record(
        f"{LATENCY.ratio}{window}",
        f"1 - sum {BY} (rate({bucket}[{window}])) / (sum {BY} (rate({count}[{window}])) > 0)",
    )


def records() -> Iterator[Rule]:
    """Yield what alerts and dashboards are made of."""
    yield record("job:primeql_operations:rate1h", f"sum {BY} (rate(primeql_operations_total[1h]))")
    for window in WINDOWS:
        yield from ratios(window)
    yield record(
        "job:primeql_request_duration_seconds:p95_5m",
        "histogram_quantile(0.95, sum by (namespace, job, class, le)"
        " (rate(primeql_request_duration_seconds_bucket[5m])))",
    )
    yield record("job:primeql_up:max", f'max {BY} (up{{job="primeql"}})')


def budget_records() -> Iterator[Rule]:
    """Yield what is left of the budgets of 30 days; dear to evaluate, and never in a hurry."""
    yield from ratios("30d")
    for objective in (ERRORS, LATENCY):
        yield record(
            f"{objective.ratio.split(':ratio')[0]}:budget_left_30d",
            f"1 - {objective.ratio}30d / {objective.budget:g}",
        )
    yield record("job:primeql_up:avg_30d", "avg_over_time(job:primeql_up:max[30d])")


def burn_alerts() -> Iterator[Rule]:
    """Yield the alerts on error budgets that burn."""
    for objective in (ERRORS, LATENCY):
        for burn in BURNS:
            limit = f"{burn.factor * objective.budget:.6g}"
            yield alert(
                f"Primeql{objective.name}BudgetBurn{burn.name}",
                f"{objective.ratio}{burn.long} > {limit}"
                f" and {objective.ratio}{burn.short} > {limit} and {ENOUGH_TRAFFIC}",
                burn.lasting,
                burn.severity,
                f"{{{{ $value | humanizePercentage }}}} of {objective.title} over {burn.long}:"
                f" more than {burn.factor:g} times what the objective of 30 days allows.",
                objective.runbook,
                slo=objective.name.lower(),
            )


def symptom_alerts() -> Iterator[Rule]:
    """Yield the alerts on what clients feel, or soon will."""
    yield alert(
        "PrimeqlDown",
        f'sum {BY} (up{{job="primeql"}}) == 0 or absent(up{{job="primeql"}})',
        "1m",
        "page",
        "No instance answers, or none is known.",
        "down",
    )
    yield alert(
        "PrimeqlInstanceDown",
        'up{job="primeql"} == 0',
        "5m",
        "ticket",
        "{{ $labels.instance }} does not answer.",
        "instance-down",
    )
    yield alert(
        "PrimeqlRestarts",
        'changes(process_start_time_seconds{job="primeql"}[1h]) > 3',
        "0m",
        "ticket",
        "{{ $labels.instance }} has started {{ $value }} times within an hour.",
        "restarts",
    )
    yield alert(
        "PrimeqlUnforeseenErrors",
        f'sum {BY} (increase(primeql_field_errors_total{{code="INTERNAL_SERVER_ERROR"}}[1h])) > 0',
        "0m",
        "ticket",
        "Operations ended with INTERNAL_SERVER_ERROR; the log has each under its request id.",
        "unforeseen-errors",
    )
    yield alert(
        "PrimeqlEventLoopLag",
        "histogram_quantile(0.95, sum by (namespace, job, instance, le)"
        " (rate(primeql_event_loop_lag_seconds_bucket[5m]))) > 0.05",
        "10m",
        "ticket",
        "The event loop of {{ $labels.instance }} is late by {{ $value | humanizeDuration }}.",
        "event-loop-lag",
    )
    yield alert(
        "PrimeqlEventLoopHangs",
        "max by (namespace, job, instance) (primeql_event_loop_silence_seconds) > 10",
        "0m",
        "page",
        "The event loop of {{ $labels.instance }} has not turned for"
        " {{ $value | humanizeDuration }}.",
        "event-loop-hangs",
    )
    yield alert(
        "PrimeqlPoolSaturated",
        "min_over_time(primeql_pool_queue_depth[5m]) > 0"
        " and primeql_pool_busy_workers >= primeql_pool_workers",
        "5m",
        "ticket",
        "Lane {{ $labels.lane }} of {{ $labels.instance }} has had no worker free for 10 minutes.",
        "pool-saturated",
    )
    yield alert(
        "PrimeqlOverloaded",
        f'sum {BY} (rate(primeql_operations_total{{outcome="overloaded"}}[5m])) > 0.1',
        "2m",
        "page",
        "{{ $value | humanize }} operations a second are refused: too much is waiting.",
        "overloaded",
    )
    yield alert(
        "PrimeqlWorkersDie",
        f'sum {BY} (increase(primeql_pool_tasks_total{{outcome="died"}}[15m])) > 2',
        "0m",
        "ticket",
        "{{ $value | humanize }} computations ended with their worker process in 15 minutes.",
        "workers-die",
    )
    yield alert(
        "PrimeqlUnusuallyLongWork",
        f"sum {BY} (rate(primeql_field_errors_total"
        '{code=~"DEADLINE_EXCEEDED|WORK_LIMIT_EXCEEDED"}[15m]))'
        f" / (sum {BY} (rate(primeql_operations_total[15m])) > 0.1) > 0.05",
        "15m",
        "ticket",
        "{{ $value | humanizePercentage }} of operations lack part of an answer for time or work.",
        "long-work",
    )
    yield alert(
        "PrimeqlMemoryNearLimit",
        "primeql_memory_bytes / primeql_memory_limit_bytes > 0.9",
        "5m",
        "page",
        "{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its memory.",
        "memory",
    )
    yield alert(
        "PrimeqlRejections",
        f"sum {BY} (rate(primeql_rejections_total[10m]))"
        f" / (sum {BY} (rate(primeql_operations_total[10m])) > 1) > 0.5",
        "15m",
        "ticket",
        "{{ $value | humanizePercentage }} of the operations are refused before they run.",
        "rejections",
    )
    yield alert(
        "PrimeqlRateLimitSurge",
        f"sum {BY} (rate(primeql_rate_limited_total[5m])) > 10",
        "5m",
        "ticket",
        "{{ $value | humanize }} requests a second are refused for a client's limits.",
        "rate-limits",
    )
    yield alert(
        "PrimeqlAuthFailures",
        f'sum {BY} (rate(primeql_rejections_total{{reason="UNAUTHENTICATED"}}[5m])) > 1',
        "5m",
        "ticket",
        "{{ $value | humanize }} requests a second come with keys that are not valid.",
        "auth-failures",
        category="security",
    )
    yield alert(
        "PrimeqlAnswersRejected",
        f"sum {BY} (increase(primeql_answer_memory_rejected_total[1h])) > 0",
        "0m",
        "ticket",
        "{{ $value | humanize }} remembered answers were not what the service had written.",
        "answers-rejected",
        category="security",
    )
    yield alert(
        "PrimeqlRedisDown",
        f"min {BY} (primeql_redis_up) == 0",
        "2m",
        "ticket",
        "Redis cannot be reached: budgets are kept per process.",
        "redis-down",
    )


def groups(runbooks: str) -> list[dict[str, Any]]:
    """Return the groups of rules.

    Args:
        runbooks: What stands before the name of a page in links.
    """
    alerts = [*symptom_alerts(), *burn_alerts()]
    surrounding = [alert(*one) for one in SURROUNDING_ALERTS]
    for one in [*alerts, *surrounding]:
        page = f"{one['annotations']['runbook_url']}.md"
        one["annotations"]["runbook_url"] = f"{runbooks}/{page}"
    return [
        {"name": "primeql-records", "interval": "1m", "rules": list(records())},
        {"name": "primeql-budgets", "interval": "5m", "rules": list(budget_records())},
        {"name": "primeql-alerts", "rules": alerts},
        {"name": "primeql-surroundings", "rules": surrounding},
    ]


def prometheus_rule(spec: dict[str, Any]) -> dict[str, Any]:
    """Return the rules as a resource of the Prometheus operator."""
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {
            "name": "primeql",
            "labels": {
                "app.kubernetes.io/name": "primeql",
                "app.kubernetes.io/part-of": "prime-math-api",
            },
        },
        "spec": spec,
    }


def as_yaml(content: dict[str, Any]) -> str:
    """Return YAML whose lines are not folded, so that differences can be read."""
    text: str = yaml.safe_dump(content, sort_keys=False, width=10_000)
    return HEADER + text


def main() -> None:
    """Write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runbooks", default="docs/runbooks", help="begins links to runbooks")
    spec = {"groups": groups(parser.parse_args().runbooks)}
    RULES.write_text(as_yaml(spec))
    PROMETHEUS_RULE.write_text(as_yaml(prometheus_rule(spec)))


if __name__ == "__main__":
    main()
