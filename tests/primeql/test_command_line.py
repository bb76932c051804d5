"""The command, run as a user runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PROCESS_SECONDS

SDL_FILE = Path(__file__).parents[2] / "schema" / "schema.graphql"


def primeql(
    *arguments: str, environ: dict[str, str] | None = None, text: str | None = None
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "primeql", *arguments],
        env={**os.environ, **(environ or {})},
        input=text,
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )


def test_schema_prints_the_committed_sdl() -> None:
    assert primeql("schema").stdout == SDL_FILE.read_text()


def test_query_prints_the_answer() -> None:
    done = primeql("query", "{ integer(value: 97) { isPrime } }")
    assert json.loads(done.stdout) == {"data": {"integer": {"isPrime": True}}}
    assert (done.returncode, done.stderr) == (0, "")


def test_query_reads_standard_input_and_variables() -> None:
    document = "query ($n: BigInt!) { nthPrime(n: $n) }"
    done = primeql("query", "-", "--variables", '{"n": 1000}', text=document)
    assert json.loads(done.stdout) == {"data": {"nthPrime": "7919"}}


def test_query_that_fails_says_so_by_its_status() -> None:
    done = primeql("query", "{ never }")
    (error,) = json.loads(done.stdout)["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert done.returncode == 1


@pytest.mark.parametrize("variables", ["[1]", "7", "nonsense"])
def test_variables_must_be_a_json_object(variables: str) -> None:
    done = primeql("query", "{ service { version } }", "--variables", variables)
    assert done.returncode == 2
    assert "--variables" in done.stderr


def test_hard_question_from_the_command_line_uses_a_worker() -> None:
    # 2^128 + 1 = 59649589127497217 * 5704689200685129054721 (Morrison & Brillhart, 1970).
    done = primeql("query", f"{{ integer(value: {2**128 + 1}) {{ factorization {{ primes }} }} }}")
    assert json.loads(done.stdout)["data"]["integer"]["factorization"]["primes"] == [
        "59649589127497217",
        "5704689200685129054721",
    ]


@pytest.mark.parametrize("command", [("serve",), ("query", "{ service { version } }")])
def test_a_wrong_setting_stops_the_start_and_is_named(command: tuple[str, ...]) -> None:
    done = primeql(*command, environ={"PRIMEQL_MAX_DIGIT": "100"})
    assert done.returncode == 2
    assert done.stderr.startswith("primeql: PRIMEQL_MAX_DIGIT is not a setting")
