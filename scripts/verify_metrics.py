"""Ask Prometheus whether a deployment does well: instances, alerts, errors, latency.

Usage: python -m scripts.verify_metrics URL [--instances 2] [--idle]

URL is Prometheus's, such as http://127.0.0.1:9090; it must know ops/prometheus/rules.yml. Wait five
minutes after a deployment: the ratios are of that long. Exit status 1 if anything is out of range;
what Prometheus does not know is, too, unless --idle says that nobody has asked anything yet.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import httpx

TIMEOUT_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Range:
    """What an expression's values may be, and whether there are none before the first request."""

    expression: str
    low: float = 0.0
    high: float = float("inf")
    needs_traffic: bool = False


RANGES: Final[dict[str, Range]] = {
    "ratio of errors, at most 0.1 %": Range(
        "max(job:primeql_errors:ratio_rate5m)", high=0.001, needs_traffic=True
    ),
    "p95 of interactive requests, at most 0.1 s": Range(
        'max(job:primeql_request_duration_seconds:p95_5m{class="interactive"})',
        high=0.1,
        needs_traffic=True,
    ),
    "alerts that fire": Range('count(ALERTS{alertstate="firing"}) or vector(0)', high=0),
    "Redis out of reach": Range("count(primeql_redis_up == 0) or vector(0)", high=0),
}


def examine(client: httpx.Client, instances: int, is_idle: bool) -> Iterator[tuple[str, str]]:
    """Yield what was looked at, and what is wrong with it; nothing if it is in range.

    Raises:
        httpx.HTTPError: Prometheus cannot be reached, or refuses an expression.
    """
    up = Range('count(up{job="primeql"} == 1) or vector(0)', low=instances)
    for name, wanted in {f"instances up, at least {instances}": up, **RANGES}.items():
        value = _value(client, wanted.expression)
        if value is None:
            yield name, "" if wanted.needs_traffic and is_idle else "unknown"
        else:
            # NaN, which a quantile of nothing is, is in no range.
            is_right = wanted.low <= value <= wanted.high or (value != value and is_idle)
            yield name, "" if is_right else f"is {value:g}"


def _value(client: httpx.Client, expression: str) -> float | None:
    """Return the value of an expression that has one at most."""
    answer = client.get("/api/v1/query", params={"query": expression})
    answer.raise_for_status()
    result = answer.json()["data"]["result"]
    return float(result[0]["value"][1]) if result else None


def main(arguments: list[str] | None = None) -> int:
    """Look at everything and print what was found."""
    parser = argparse.ArgumentParser(description="Ask Prometheus whether a deployment does well.")
    parser.add_argument("url")
    parser.add_argument("--instances", type=int, default=2, help="that must be up")
    parser.add_argument("--idle", action="store_true", help="nobody has asked anything yet")
    options = parser.parse_args(arguments)
    failed = 0
    try:
        with httpx.Client(base_url=options.url, timeout=TIMEOUT_SECONDS) as client:
            for name, fault in examine(client, options.instances, options.idle):
                failed += bool(fault)
                print(f"{'FAIL' if fault else 'ok':4} {name} {fault}".rstrip())
    except (httpx.HTTPError, KeyError, ValueError) as error:
        print(f"FAIL {options.url}: {type(error).__name__}: {error}")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
