"""Ask a running service as many clients do, and hold it to thresholds.

Usage: python -m scripts.load URL [--seconds 10] [--clients 8] [--heavy 0] [thresholds]

Ends early, with its report, on SIGINT or SIGTERM. Prints one JSON object; exit status 1 if a
threshold is broken. A request has failed if it has no answer, a status other than 200, an error in
its answer, or a wrong answer.
"""

import argparse
import asyncio
import json
import random
import signal
import ssl
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx

# Cheap questions that can be checked: a product of two primes below 2^16, and itself again.
PRIMES: Final = tuple(p for p in range(40_000, 65_536) if all(p % q for q in range(2, 256)))
HEAVY_WIDTH: Final = 200_000_000
TIMEOUT_SECONDS: Final = 20
# Of a client whose connection was refused: a server that is gone must not keep the core busy.
PAUSE_SECONDS: Final = 0.05


@dataclass
class Report:
    """What clients have seen."""

    seconds: list[float] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    heavy: int = 0

    def summary(self, elapsed: float) -> dict[str, Any]:
        """Return counts, rates and latencies in milliseconds; of interactive requests only."""
        count, failed = len(self.seconds), sum(self.failures.values())
        cuts = statistics.quantiles(self.seconds, n=100) if count > 1 else [0.0] * 99
        return {
            "requests": count + failed,
            "failed": failed,
            "failures": dict(self.failures),
            "heavy": self.heavy,
            "requests_per_second": round(count / elapsed, 1),
            "p50_milliseconds": round(cuts[49] * 1e3, 1),
            "p95_milliseconds": round(cuts[94] * 1e3, 1),
            "p99_milliseconds": round(cuts[98] * 1e3, 1),
            "max_milliseconds": round(max(self.seconds, default=0.0) * 1e3, 1),
        }


async def _ask(client: httpx.AsyncClient, query: str) -> tuple[Any, str]:
    """Return the data of an answer, and what is wrong with it."""
    try:
        answer = await client.post("/graphql", json={"query": query})
        if answer.status_code != httpx.codes.OK:
            return None, f"status {answer.status_code}"
        body = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        await asyncio.sleep(PAUSE_SECONDS)
        return None, type(error).__name__
    return body.get("data"), body["errors"][0]["extensions"]["code"] if "errors" in body else ""


async def _interactive(client: httpx.AsyncClient, report: Report, stop: asyncio.Event) -> None:
    """Factor products of two primes, one after the other, until told to stop."""
    while not stop.is_set():
        p, q = sorted(random.sample(PRIMES, 2))
        query = f'{{ integer(value: "{p * q}") {{ isPrime factorization {{ primes }} }} }}'
        started = time.perf_counter()
        data, fault = await _ask(client, query)
        expected = {"integer": {"isPrime": False, "factorization": {"primes": [str(p), str(q)]}}}
        if fault or data != expected:
            report.failures[fault or "wrong answer"] += 1
        else:
            report.seconds.append(time.perf_counter() - started)


async def _heavy(client: httpx.AsyncClient, report: Report, stop: asyncio.Event) -> None:
    """Count the primes of wide intervals, each another one, until told to stop."""
    while not stop.is_set():
        low = 10**15 + random.randrange(10**14)
        _, fault = await _ask(
            client, f'{{ primeRange(low: "{low}", high: "{low + HEAVY_WIDTH}") {{ count }} }}'
        )
        if fault:
            report.failures["heavy: " + fault] += 1
        else:
            report.heavy += 1


async def put_under_load(options: argparse.Namespace) -> dict[str, Any]:
    """Return the summary of a run."""
    report, stop = Report(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    loop.call_later(options.seconds, stop.set)
    verify: Any = ssl.create_default_context(cafile=options.ca) if options.ca else True
    limits = httpx.Limits(max_connections=options.clients + options.heavy)
    started = time.perf_counter()
    async with httpx.AsyncClient(
        base_url=options.url, verify=verify, limits=limits, timeout=TIMEOUT_SECONDS
    ) as client:
        await asyncio.gather(
            *(_interactive(client, report, stop) for _ in range(options.clients)),
            *(_heavy(client, report, stop) for _ in range(options.heavy)),
        )
    return report.summary(time.perf_counter() - started)


def broken(summary: dict[str, Any], options: argparse.Namespace) -> list[str]:
    """Return the thresholds that a summary breaks."""
    error_ratio = summary["failed"] / max(1, summary["requests"])
    return [
        name
        for name, is_broken in (
            ("max-error-ratio", error_ratio > options.max_error_ratio),
            ("max-p95", summary["p95_milliseconds"] > options.max_p95),
            ("min-rate", summary["requests_per_second"] < options.min_rate),
            ("min-requests", summary["requests"] < options.min_requests),
        )
        if is_broken
    ]


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description="Put a running service under load.")
    parser.add_argument("url")
    parser.add_argument("--ca", type=Path, help="certificates to trust, for a self-signed one")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=8, help="that ask small questions")
    parser.add_argument("--heavy", type=int, default=0, help="that ask 0.3 s of a core each time")
    parser.add_argument("--max-error-ratio", type=float, default=0.0)
    parser.add_argument("--max-p95", type=float, default=float("inf"), help="milliseconds")
    parser.add_argument("--min-rate", type=float, default=0.0, help="requests a second")
    parser.add_argument("--min-requests", type=int, default=1)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the load and print its summary."""
    options = _parser().parse_args(arguments)
    summary = asyncio.run(put_under_load(options))
    summary["broken"] = broken(summary, options)
    print(json.dumps(summary))
    return 1 if summary["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
