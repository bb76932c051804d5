"""Every test has a bound that works from outside, and a run with a test that hangs ends."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import PROCESS_SECONDS

ROOT = Path(__file__).parents[2]
HANGING = """
import asyncio
import pytest

async def test_never_yields():
    while True:
        try:
            raise OSError("the connection is reset")
        except OSError:
            pass

def test_without_end():
    import threading
    threading.Event().wait()
"""
PASSING = """
def test_passes():
    pass
"""


def run(folder: Path, name: str, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run a test that hangs, and others, with the project's options and a bound of a second."""
    (folder / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for file in "abcd":
        (folder / f"test_{file}.py").write_text(PASSING)
    (folder / "test_hanging.py").write_text(HANGING + PASSING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-o", "timeout=1"]
    return subprocess.run(
        [*command, *options, "-k", f"{name} or passes", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("name", ["never_yields", "without_end"])
def test_hanging_test_ends_the_run(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, name)
    assert done.returncode == 1
    assert "Timeout" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["never_yields", "without_end"])
def test_hanging_test_ends_a_run_of_several_processes(tmp_path: Path, name: str) -> None:
    done = run(tmp_path, name, "-n", "2", "--dist", "loadfile")
    assert done.returncode != 0
    assert f"crashed while running 'test_hanging.py::test_{name}'" in done.stdout, done.stdout
    assert "1 failed" in done.stdout


def test_every_test_has_a_bound(request: pytest.FixtureRequest) -> None:
    assert float(request.config.getini("timeout")) > 0
    assert request.config.getini("timeout_method") == "thread"
