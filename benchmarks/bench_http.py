"""Compares the CPU time of whole requests over HTTP with that of other GraphQL servers.

Run: python -m benchmarks.bench_http [--rounds N] [WORD ...]

Every server is a process of its own on the loopback address, and is asked the same, in turn, round
after round; counted is its CPU time and that of its workers, not this client's. The peers run on
Node, installed from benchmarks/http_peers, with BigInt arithmetic and a table of primes; and stock
Strawberry, with part of our schema on our engine. Before anything is timed, all must give the same
answer. Prints a line for each request and peer: the medians, ours through theirs, and the most that
should be. "small" integers are below 10^6, which the peers find in their table: what is left is
GraphQL alone. WORDs choose the requests whose names hold one of them.
"""

import argparse
import json
import random
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.http_servers import (
    MERCURIUS,
    MERCURIUS_JIT,
    OURS,
    STOCK,
    YOGA,
    Server,
    peer_versions,
    running,
)

_ROUNDS = 5
_SERVERS = (OURS, MERCURIUS_JIT, MERCURIUS, YOGA, STOCK)
_FIELDS = "value isPrime isProbablePrime primality { verdict }"
_PAGE = "query ($n: Int!) { primeRange(low: 0, high: 18000000) { primes(first: $n) { FIELD } } }"
_SMALL, _WORD = 10**6, 2**64

Body = Callable[[random.Random], bytes]


@dataclass(frozen=True)
class Question:
    """One kind of request.

    ``at_most`` has the bar for ours through each peer's, ``seconds`` that for ours alone. A round
    asks ``count`` of them, after ``warm_up`` before the first.
    """

    name: str
    body: Body
    at_most: Mapping[str, float] = field(default_factory=dict)
    seconds: float | None = None
    count: int = 5
    warm_up: int = 5


def main() -> None:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description="CPU time of whole requests over HTTP")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    parser.add_argument("words", nargs="*")
    options = parser.parse_args()
    chosen = [
        question
        for question in _questions()
        if not options.words or any(word in question.name for word in options.words)
    ]
    print(peer_versions())
    print(f"{'request':44} {'server':18} {'ms CPU':>9} {'ours/theirs':>11} {'at most':>8}")
    with running(_SERVERS) as servers:
        for question in chosen:
            _check_answers(question, servers)
            _report(question, _measure(question, servers, options.rounds))


def _check_answers(question: Question, servers: Mapping[str, Server]) -> None:
    """Refuse to time servers that do not agree."""
    body = question.body(random.Random(question.name))
    answers = {}
    for name, server in servers.items():
        server.connect()
        answers[name] = json.loads(server.ask(body))["data"]
    for name, answer in answers.items():
        if answer != answers[OURS]:
            raise RuntimeError(f"{question.name}: {name} answers otherwise than {OURS}")


def _measure(
    question: Question, servers: Mapping[str, Server], rounds: int
) -> dict[str, list[float]]:
    """Return the CPU seconds per request of each server, round by round."""
    source = random.Random(1)
    for server in servers.values():
        server.cpu_of([question.body(source) for _ in range(question.warm_up)])
    taken: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(rounds):
        bodies = [question.body(source) for _ in range(question.count)]
        for name, server in servers.items():
            taken[name].append(server.cpu_of(bodies))
    return taken


def _report(question: Question, taken: Mapping[str, Sequence[float]]) -> None:
    """Print the lines of one kind of request."""
    for name, seconds in taken.items():
        line = f"{question.name:44} {name:18} {1e3 * statistics.median(seconds):9.3f}"
        if name == OURS:
            print(line + _verdict("", statistics.median(seconds), question.seconds), flush=True)
            continue
        pairs = zip(taken[OURS], seconds, strict=True)
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        print(line + _verdict(f"{ratio:.3f}", ratio, question.at_most.get(name)), flush=True)


def _verdict(shown: str, value: float, at_most: float | None) -> str:
    """Return a figure, its bar, and whether it is missed."""
    if at_most is None:
        return f" {shown:>11}".rstrip()
    bar = f"{at_most:g}" if shown else f"{1e3 * at_most:g} ms"
    return f" {shown:>11} {bar:>8}" + ("" if value <= at_most else "  MISSED")


def _request(query: str, variables: object = None) -> bytes:
    """Return the body of a request."""
    return json.dumps({"query": query, "variables": variables}).encode()


def _values(source: random.Random, count: int, end: int) -> list[str]:
    """Return random integers from 2^10 to ``end``, as clients send them."""
    return [str(source.randrange(1_024, end)) for _ in range(count)]


def _one(end: int) -> Body:
    query = "query ($value: BigInt!) { integer(value: $value) { isPrime } }"
    return lambda source: _request(query, {"value": _values(source, 1, end)[0]})


def _aliases(count: int, end: int) -> Body:
    def body(source: random.Random) -> bytes:
        fields = (
            f'n{k}: integer(value: "{value}") {{ isPrime }}'
            for k, value in enumerate(_values(source, count, end))
        )
        return _request(f"{{ {' '.join(fields)} }}")

    return body


def _same(body: Body) -> Body:
    """Return a request that is the same each time."""
    return lambda _source: body(random.Random(2))


def _integers(end: int) -> Body:
    query = f"query ($values: [BigInt!]!) {{ integers(values: $values) {{ {_FIELDS} }} }}"
    return lambda source: _request(query, {"values": _values(source, 1_000, end)})


def _are_prime(end: int) -> Body:
    query = "query ($values: [BigInt!]!) { arePrime(values: $values) }"
    return lambda source: _request(query, {"values": _values(source, 10_000, end)})


def _page(first: int, name: str) -> Body:
    return lambda _source: _request(_PAGE.replace("FIELD", name), {"n": first})


def _questions() -> Iterator[Question]:
    """Yield every kind of request."""
    one = {MERCURIUS_JIT: 3, YOGA: 0.5, STOCK: 0.1}
    many = {"count": 300, "warm_up": 3_000}
    yield Question("one isPrime, 64 bits", _one(_WORD), one, 120e-6, **many)
    yield Question("one isPrime, small", _one(_SMALL), one, 120e-6, **many)
    # Eight times the 8,373 answers per second and core of a REST service for the same.
    hundred, few = 100 / (8 * 8_373), {"count": 20, "warm_up": 40}
    yield Question("100 aliases, same text", _same(_aliases(100, _WORD)), {}, hundred, **few)
    yield Question("100 aliases, fresh text", _aliases(100, _WORD), {}, hundred, **few)
    for kind, end in (("64 bits", _WORD), ("small", _SMALL)):
        same, fresh = {MERCURIUS_JIT: 0.6, STOCK: 0.05}, {MERCURIUS_JIT: 0.35, STOCK: 0.08}
        yield Question(f"1,000 aliases, same text, {kind}", _same(_aliases(1_000, end)), same)
        yield Question(f"1,000 aliases, fresh text, {kind}", _aliases(1_000, end), fresh)
        objects = {MERCURIUS_JIT: 1, STOCK: 0.08}
        name = f"integers of 1,000 values, 5 fields, {kind}"
        yield Question(name, _integers(end), objects, count=2)
        name = f"arePrime of 10,000 values, {kind}"
        yield Question(name, _are_prime(end), {MERCURIUS_JIT: 0.3}, count=2)
    for name, bar, seconds in (("numbers", 0.1, 12e-3), ("nodes", 0.2, 35e-3)):
        bars = {MERCURIUS_JIT: bar}
        yield Question(f"100,000 primes as {name}", _page(10**5, name), bars)
        million = _page(10**6, name)
        yield Question(f"1,000,000 primes as {name}", million, bars, seconds, count=2, warm_up=2)


if __name__ == "__main__":
    main()
