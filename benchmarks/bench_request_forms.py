"""Compares what the forms of asking for many integers cost the server, in CPU time per integer.

Run: python -m benchmarks.bench_request_forms

Asks a server for 1,000 random 64-bit integers in each form, round after round. Counted is the CPU
time of the server and its workers, not that of this client. Each form has a server of its own,
since what one leaves in memory makes garbage collections dearer for the next. Prints the mean of
the rounds, in which every form bears its collections, and how many times the cheapest form that
is; docs/api.md has these ratios rounded.
"""

import hashlib
import http.client
import json
import random
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cpu_clocks import cpu_seconds
from tests.server import RunningServer, running_server

_INTEGERS = 1_000
_ROUNDS = 20
# Nobody is refused.
_TIER = {
    "points": 10**12,
    "restore_rate": 1_000,
    "requests_per_minute": 10**9,
    "concurrent_requests": 100,
    "max_request_cost": 20_000,
}
_WARM_UP_ROUNDS = 3
_OPERATIONS = 50
_HEADERS = {"Content-Type": "application/json"}
_BY_VARIABLES = "query ($values: [BigInt!]!) { integers(values: $values) { isPrime } }"
_BY_LIST = "query ($values: [BigInt!]!) { arePrime(values: $values) }"
_ONE = "query ($value: BigInt!) { integer(value: $value) { isPrime } }"

Bodies = Sequence[Any]
Form = Callable[[Sequence[str]], Bodies]


def main() -> None:
    """Print a line for each form, the cheapest first."""
    costs = {name: _mean_cost(form) for name, form in FORMS.items()}
    cheapest = min(costs.values())
    print("| form | CPU for each integer | relative |\n|---|---|---|")
    for name, seconds in sorted(costs.items(), key=lambda item: item[1]):
        print(f"| {name} | {1e6 * seconds:,.1f} us | {seconds / cheapest:,.1f} |")


def _mean_cost(form: Form) -> float:
    """Return the CPU seconds per integer of a form."""
    source = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        tiers = Path(folder, "tiers.json")
        tiers.write_text(json.dumps({"anonymous": _TIER}))
        rounds = _rounds(form, source, tiers)
    return statistics.fmean(rounds[_WARM_UP_ROUNDS:])


def _rounds(form: Form, source: random.Random, tiers: Path) -> list[float]:
    """Return the CPU seconds per integer of every round."""
    with running_server({"PRIMEQL_TIERS_FILE": str(tiers)}) as server:
        return [_cost(server, form, source) for _ in range(_WARM_UP_ROUNDS + _ROUNDS)]


def _cost(server: RunningServer, form: Form, source: random.Random) -> float:
    """Return the CPU seconds per integer of one round, over fresh integers."""
    values = [str(source.getrandbits(64)) for _ in range(_INTEGERS)]
    bodies = [json.dumps(body) for body in form(values)]
    begin = cpu_seconds(server.process.pid)
    _send(server, bodies)
    return (cpu_seconds(server.process.pid) - begin) / _INTEGERS


def _send(server: RunningServer, bodies: Sequence[str]) -> None:
    """Send requests one after another on one connection."""
    connection = http.client.HTTPConnection(server.url.removeprefix("http://"))
    for body in bodies:
        connection.request("POST", "/graphql", body, _HEADERS)
        response = connection.getresponse()
        answer = response.read()
        if response.status != 200 or b'"errors"' in answer:
            raise RuntimeError(f"{response.status}: {answer[:200]!r}")
    connection.close()


def _batch(document: str) -> Form:
    """Return the form in which all integers are one variable of ``document``."""
    return lambda values: [{"query": document, "variables": {"values": values}}]


def _hashed(values: Sequence[str]) -> Bodies:
    """Send the document's hash beside it, as a client does that asks by hash."""
    digest = hashlib.sha256(_BY_VARIABLES.encode()).hexdigest()
    persisted = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    return [{**body, "extensions": persisted} for body in _batch(_BY_VARIABLES)(values)]


def _aliases(values: Sequence[str]) -> Bodies:
    fields = " ".join(
        f'n{k}: integer(value: "{value}") {{ isPrime }}' for k, value in enumerate(values)
    )
    return [{"query": f"{{ {fields} }}"}]


def _alone(values: Sequence[str]) -> Bodies:
    return [{"query": _ONE, "variables": {"value": value}} for value in values]


def _arrays(values: Sequence[str]) -> Bodies:
    alone = _alone(values)
    return [alone[k : k + _OPERATIONS] for k in range(0, len(alone), _OPERATIONS)]


FORMS: Mapping[str, Form] = {
    "`arePrime(values: $values)`": _batch(_BY_LIST),
    "`integers(values: $values) { isPrime }`": _batch(_BY_VARIABLES),
    "the same by its hash": _hashed,
    "1,000 aliases of `integer(value: …) { isPrime }`": _aliases,
    f"arrays of {_OPERATIONS} operations, one integer each": _arrays,
    "one request each": _alone,
}


if __name__ == "__main__":
    main()
