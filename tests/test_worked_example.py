"""The fields that CONTRIBUTING.md adds work in a copy of the tree, by what it says alone."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "resolvers", "schema", "execution", "middleware", "primeql")
BLOCK = re.compile(r"`([a-z_/]+\.py)`[^`]*:\n\n```python\n(.*?)```", re.S)
# 2^2 + 3^2 + 5^2 + ... up to 541, the 100th prime: OEIS A024450.
SQUARES_TO_541 = 8_384_727
PROBE = """
import asyncio, json, sys

from benchmarks.cost_workload import requests
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from resolvers.remembering.answer_memory import AnswerMemory
from scripts.make_reference import EXAMPLES_FOLDER, read_examples, reference


async def probe(service):
    async def ask(query):
        return json.loads((await service.answer(Operation(query, {}), "id")).body)

    async def price(query):
        prepared = await service.prepare(Operation(query, {}), service.arrival("id"))
        return prepared.estimate.points

    stats = service.memory.stats
    wide = "{ primeRange(low: 1, high: 10000000) { squareSum } }"
    sdl = service.schema.as_str()
    found = {
        "answers": await ask(
            '{ integer(value: "-2026") { digitSum } primeRange(low: 1, high: 541) { squareSum } }'
        ),
        "prices": [await price(query) for query in (
            "{ integer(value: 7) { digitSum } }",
            '{ integer(value: "1' + "0" * 3000 + '") { digitSum } }',
            wide,
            wide.replace("10000000", '"18446744073709551616"'),
        )],
        "before": stats.misses,
        "wide": await ask(wide),
        "computed": stats.misses,
        "again": await ask(wide.replace("{", "query Again {", 1)),
        "misses": stats.misses,
        "hits": stats.hits,
        "keys": [key.partition(":")[2] for key in service.memory.kept._sizes],
        "sdl": [line.strip() for line in sdl.splitlines()],
        "reference": reference(sdl, read_examples(EXAMPLES_FOLDER), lambda _query: {"data": {}}),
        "workload": [request.kind for request in requests(1, 200)],
    }
    await service.close()
    return found


json.dump(asyncio.run(probe(PrimeService(Settings(deadline_milliseconds=60_000)))), sys.stdout)
"""


def added(text: str, block: str) -> str:
    """Return a module with a block: imports stand with the others, the rest at the end."""
    lines = block.splitlines(keepends=True)
    imports = [line for line in lines if line.startswith(("from ", "import "))]
    rest = [line for line in lines if line not in imports]
    first = re.search(r"^(?:from|import) ", text, re.M)
    assert first is not None
    head, tail = text[: first.start()], text[first.start() :].rstrip()
    return "".join([head, *imports, tail, "\n\n", *rest])


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what a copy of the tree with the fields tells of them."""
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, copy / package, ignore=ignored)
    blocks = BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text())
    for name, block in blocks:
        path = copy / name
        path.write_text(added(path.read_text(), block))
    assert len({name for name, _ in blocks}) == 2 * 3
    environment = os.environ | {"PYTHONPATH": f"{copy}{os.pathsep}{ROOT}"}
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_fields_are_answered(found: dict[str, Any]) -> None:
    data = {"integer": {"digitSum": 10}, "primeRange": {"squareSum": str(SQUARES_TO_541)}}
    assert found["answers"] == {"data": data}


def test_prices_follow_the_cost(found: dict[str, Any]) -> None:
    short, long, wide, refused = found["prices"]
    assert short < 1 < long < 10 < wide
    assert refused < 1


def test_expensive_answer_is_remembered(found: dict[str, Any]) -> None:
    assert found["wide"] == found["again"]
    assert (found["before"], found["computed"], found["misses"], found["hits"]) == (0, 1, 1, 1)
    (key,) = found["keys"]
    assert re.fullmatch(r'square_sum\.1\.\w{8}:\["1","989680"\]', key)


def test_schema_and_documents_tell_of_them(found: dict[str, Any]) -> None:
    assert 'digitSum: Int! @cost(weight: "0.14")' in found["sdl"]
    assert 'squareSum: BigInt @cost(weight: "43")' in found["sdl"]
    assert "The sum of the decimal digits" in found["reference"]
    assert "The sum of the squares" in found["reference"]


def test_calibration_asks_them(found: dict[str, Any]) -> None:
    assert {"one: digitSum", "batch: digitSum", "range: squareSum"} <= set(found["workload"])
