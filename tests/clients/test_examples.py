"""Each example runs as its README says, and loses no digit on the way.

Expected numbers come from sympy.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import sympy

from tests.clients.npm import installed
from tests.clients.recorder import Recorder, recording
from tests.server import running_server
from tests.waiting import PROCESS_SECONDS

EXAMPLES = Path(__file__).parents[2] / "examples"
BELOW_2_64 = 2**64 - 59
HUNDRED_DIGITS = 10**99 + 289
MISTAKE = "BAD_USER_INPUT at primeRange"
# What the README says that each client sends as Accept.
ACCEPT = dict(
    re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
)


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """The address of a server that knows no query by its hash yet."""
    with running_server() as server:
        yield server.url


@pytest.fixture
def recorder(server_url: str) -> Iterator[Recorder]:
    """The server, with a record of what it is asked."""
    with recording(server_url) as recorder:
        yield recorder


def run(command: Sequence[str | Path], folder: Path, recorder: Recorder | None = None) -> list[str]:
    """Return the lines that ``command`` prints; it must succeed, without complaints."""
    url = {"GRAPHQL_URL": f"{recorder.url}/graphql"} if recorder else {}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **url},
        capture_output=True,
        check=False,
        text=True,
        timeout=PROCESS_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout.splitlines()


def run_npm(name: str, recorder: Recorder) -> list[str]:
    """Return the lines that an example prints at ``npm start``."""
    folder = EXAMPLES / name
    with installed(folder):
        return run(["npm", "start", "--silent"], folder, recorder)


def without_message(line: str) -> str:
    """Return what a line says before the text of a mistake, which may be reworded."""
    return line.partition(": ")[0]


def next_primes() -> list[str]:
    """Return what the examples say of the two primes they start with."""
    lines = []
    for prime in (BELOW_2_64, HUNDRED_DIGITS):
        following = sympy.nextprime(prime)
        lines += [f"{prime} is prime", f"{following} is next, {following - prime} above"]
    return lines


@pytest.mark.parametrize(
    ("name", "methods"),
    [("urql", "GET GET"), ("graphql-request", "POST POST"), ("codegen-typescript", "POST POST")],
)
def test_javascript_client_keeps_every_digit(name: str, methods: str, recorder: Recorder) -> None:
    lines = run_npm(name, recorder)
    assert [without_message(line) for line in lines] == [*next_primes(), MISTAKE]
    assert recorder.methods == methods
    assert recorder.accepted == {ACCEPT.get(name, ACCEPT["graphql-request"])}


def test_apollo_client_asks_by_hash(recorder: Recorder) -> None:
    *lines, batch, mistake = run_npm("apollo-client", recorder)
    assert lines == next_primes()
    primes = list(sympy.primerange(2**64, 2**64 + 1000))
    assert batch == f"{len(primes)} of 1000 are prime, the last is {primes[-1]}"
    assert without_message(mistake) == MISTAKE
    # Unknown, told, known; the batch; unknown, told.
    assert recorder.methods == "GET POST GET POST GET POST"
    assert recorder.accepted == {ACCEPT["Apollo Client"]}
    _, told, known, *_ = recorder.requests
    assert known.headers["Content-Type"] == "application/json"  # so browsers preflight it
    sha256 = hashlib.sha256(json.loads(told.body)["query"].encode()).hexdigest()
    sent = json.loads(known.parameters["extensions"])["persistedQuery"]
    assert ("query" in known.parameters, sent) == (False, {"version": 1, "sha256Hash": sha256})


def test_relay_goes_from_page_to_page(recorder: Recorder) -> None:
    pages = [[int(prime) for prime in line.split()] for line in run_npm("relay", recorder)]
    small = list(sympy.primerange(2**64 - 200, 2**64))
    large = list(sympy.primerange(10**99, 10**99 + 800))
    assert pages == [small[:3], small[3:], large[:2], large[2:]]
    assert recorder.methods == "POST POST POST POST"


def test_gql_keeps_every_digit(recorder: Recorder) -> None:
    lines = run([sys.executable, "-W", "error", "main.py"], EXAMPLES / "python-gql", recorder)
    assert [without_message(line) for line in lines] == [*next_primes(), MISTAKE]
    assert recorder.methods == "POST POST POST"  # the first asks for the schema
    assert recorder.accepted == {ACCEPT["gql, ariadne-codegen"]}


@pytest.fixture(scope="module")
def codegen_bin(request: pytest.FixtureRequest) -> Path:
    """The programs of an environment with ariadne-codegen, which needs an older graphql-core."""
    requirements = EXAMPLES / "codegen-python" / "requirements.txt"
    environment = request.config.cache.mkdir("codegen-python")
    stamp = environment / "installed.txt"
    if not stamp.exists() or stamp.read_bytes() != requirements.read_bytes():
        run([sys.executable, "-m", "venv", "--clear", environment], EXAMPLES)
        pip: list[str | Path] = [environment / "bin" / "pip", "install", "--quiet", "--quiet"]
        pip += ["--disable-pip-version-check"]
        run([*pip, "--no-deps", "--require-hashes", "--requirement", requirements], EXAMPLES)
        run([environment / "bin" / "pip", "check"], EXAMPLES)
        stamp.write_bytes(requirements.read_bytes())
    return environment / "bin"


def test_generated_python_client_keeps_every_digit(codegen_bin: Path, recorder: Recorder) -> None:
    folder = EXAMPLES / "codegen-python"
    run([codegen_bin / "ariadne-codegen"], folder)
    lines = run([codegen_bin / "python", "-W", "error", "main.py"], folder, recorder)
    assert [without_message(line) for line in lines] == [*next_primes(), MISTAKE]
    assert recorder.methods == "POST POST"
    assert recorder.accepted == {ACCEPT["gql, ariadne-codegen"]}
    mypy: list[str | Path] = [sys.executable, "-m", "mypy", "--strict", "--config-file="]
    mypy += ["--cache-dir", codegen_bin.parent / "mypy"]
    mypy += ["--python-executable", codegen_bin / "python"]
    (verdict,) = run([*mypy, "main.py", "prime_client"], folder)
    assert verdict.startswith("Success"), verdict


def test_shell_asks_by_hash(recorder: Recorder) -> None:
    answers = [json.loads(line) for line in run(["./ask.sh"], EXAMPLES / "shell", recorder)]
    below, hundred = (str(sympy.nextprime(prime)) for prime in (BELOW_2_64, HUNDRED_DIGITS))
    known = {"data": {"integer": {"nextPrime": hundred}}}
    assert answers[0] == {"data": {"integer": {"isPrime": True, "nextPrime": below}}}
    assert answers[1]["data"]["integers"] == [
        {"value": str(BELOW_2_64), "nextPrime": below},
        {"value": str(HUNDRED_DIGITS), "nextPrime": hundred},
    ]
    assert [error["extensions"]["code"] for error in answers[2]["errors"]] == [
        "PERSISTED_QUERY_NOT_FOUND"
    ]
    assert answers[3:5] == [known, known]
    assert [error["extensions"]["code"] for error in answers[5]["errors"]] == ["BAD_USER_INPUT"]
    assert recorder.methods == "GET POST GET POST GET POST"
