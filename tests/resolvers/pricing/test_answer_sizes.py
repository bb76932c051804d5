"""What answers are predicted to take is what they take, and a little more."""

import json
import re
import subprocess
import sys

import pytest

from tests.waiting import PROCESS_SECONDS

# Prints what an answer has taken beyond what the process had before, and what was predicted.
MEASURE = """
import asyncio, json, re, sys
from pathlib import Path
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from primeql.settings import Settings

def status(name):
    text = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(name + r":\\s+(\\d+)", text)[1])

async def main():
    service = PrimeService(Settings(deadline_milliseconds=60_000))
    await service.start()
    warm = "{ primeRange(low: 1000000000000, high: 1000100000000) { primes(first: 10) { nodes } } }"
    await service.answer(Operation(warm), "warm")
    query, variables = json.loads(sys.argv[1])
    arrival = service.arrival("r")._replace(max_request_cost=10**9)
    priced = await service.prepare(Operation(query, variables), arrival)
    before = status("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")
    answer = await service.run(priced)
    bytes_out = len(answer.body)
    assert "errors" not in answer.response, answer.response["errors"][:1]
    print(json.dumps([status("VmHWM") - before, priced.estimate.size, bytes_out]))
    await service.close()

asyncio.run(main())
"""
VALUES = [str(10**12 + k) for k in range(5_000)]
PAGES = " ".join(
    f"a{k}: primeRange(low: {10**12 + k * 10**7}, high: {10**13}) {{ primes(first: 100000)"
    f" {{ nodes }} }}"
    for k in range(5)
)
EDGES = """{ primeRange(low: 1000000000000, high: 10000000000000) {
  primes(first: 50000) { edges { node cursor } } } }"""
TUPLES = """{ primeRange(low: 1, high: 100000000) {
  constellations(offsets: [0, 2, 6], first: 50000) { nodes { primes } } } }"""
INTEGERS = """query ($v: [BigInt!]!) { integers(values: $v) {
  value isPrime nextPrime previousPrime factorization { factors { prime exponent } } } }"""
QUERIES = {
    "pages": (f"{{ {PAGES} }}", None),
    "edges": (EDGES, None),
    "tuples": (TUPLES, None),
    "integers": (INTEGERS, {"v": VALUES}),
}


@pytest.mark.parametrize(("query", "variables"), QUERIES.values(), ids=QUERIES.keys())
def test_prediction_bounds_what_an_answer_takes(
    query: str, variables: dict[str, list[str]] | None
) -> None:
    asked = json.dumps([query, variables])
    found = subprocess.run(
        [sys.executable, "-c", MEASURE, asked],
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
    )
    assert found.returncode == 0, found.stderr
    taken, predicted, bytes_out = json.loads(re.findall(r"^\[.*\]$", found.stdout, re.M)[-1])
    # A tenth is the allocator's: it takes memory from the system in pieces.
    assert bytes_out < taken < 1.1 * predicted
