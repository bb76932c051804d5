"""A disk that takes nothing more: where the log goes, and where the API keys are."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.faults.test_stopping import is_ready
from tests.ports import free_port
from tests.waiting import WAIT_SECONDS, wait_until

pytestmark = pytest.mark.faults


def allow_no_larger_files() -> None:
    """Let no file grow above 64 bytes, in the process that calls this; a full disk says as much."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_log_that_cannot_be_written_costs_no_answer(ample: dict[str, str], unbuffered: str) -> None:
    port = free_port()
    environ = {**os.environ, **ample, "PRIMEQL_METRICS_PORT": "0", "PYTHONUNBUFFERED": unbuffered}
    command = [sys.executable, "-m", "primeql", "serve", "--port", str(port)]
    with Path("/dev/full").open("w") as full:
        process = subprocess.Popen(command, env=environ, stderr=full, stdout=full)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ready(f"{url}/readyz"), "a server that is ready")
        for _ in range(20):
            right = httpx.post(f"{url}/graphql", json={"query": "{ nthPrime(n: 1000) }"})
            assert right.json() == {"data": {"nthPrime": "7919"}}
            wrong = httpx.post(f"{url}/graphql", json={"query": "{ nthPrime(n: 0) }"})
            assert wrong.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        process.terminate()
        assert process.wait(timeout=WAIT_SECONDS) == 0
    finally:
        process.kill()
        process.wait()


def test_key_that_cannot_be_written_leaves_the_others_as_they_were(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    environ = {**os.environ, "PRIMEQL_API_KEYS_FILE": str(keys)}
    command = [sys.executable, "-m", "primeql", "keys", "create", "--tier", "anonymous", "--name"]
    subprocess.run([*command, "first"], env=environ, check=True, capture_output=True)
    before = keys.read_bytes()
    failed = subprocess.run(
        [*command, "second"],
        env=environ,
        capture_output=True,
        text=True,
        preexec_fn=allow_no_larger_files,
    )
    assert failed.returncode != 0
    assert "Traceback" not in failed.stderr
    assert keys.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if "tmp" in path.name] == []
