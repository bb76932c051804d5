"""What a test starts ends with the run, even if that is killed, and however it was started."""

import ast
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.reaper import MARK, belonging
from tests.waiting import wait_until

TESTS = Path(__file__).parents[1]
MODULES = sorted(path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts)
CONFTEST = """
from tests.conftest import _nothing_outlives_the_run
"""
STARTING = """
import shutil
import subprocess
import time
from pathlib import Path

from tests.ports import free_port
from tests.server import running_server
from tests.valkey import new_server

PROXY = '''
daemon on; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{ access_log off; server {{ listen 127.0.0.1:{port}; }} }}
'''


def test_that_is_killed(tmp_path):
    configuration = tmp_path / "nginx.conf"
    configuration.write_text(PROXY.format(folder=tmp_path, port=free_port()))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    subprocess.run([nginx, "-c", configuration, "-p", tmp_path], check=True)
    shell = "sleep 1000 & sleep 1000"
    with (
        subprocess.Popen(["sh", "-c", shell], start_new_session=True),
        new_server(free_port()),
        running_server() as server,
    ):
        server.post("{ nthPrime(n: 1000) }")
        Path("READY").touch()
        time.sleep(1000)
"""
EXPECTED = ("nginx", "valkey-server", "primeql", "sleep")


def command_lines(pids: set[int]) -> list[str]:
    """Return the commands of processes, of those that are still there."""
    found = []
    for pid in pids:
        try:
            text = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        found.append(text.replace(b"\0", b" ").decode())
    return found


@pytest.mark.parametrize("options", [[], ["-n", "1"]], ids=["alone", "several processes"])
def test_killed_run_leaves_no_process(tmp_path: Path, options: list[str]) -> None:
    ready, base = tmp_path / "ready", tmp_path / "base"
    mark = uuid.uuid4().hex
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_starting.py").write_text(STARTING.replace("READY", str(ready)))
    settings = ["-c", os.devnull, "--rootdir", str(tmp_path), "--basetemp", str(base)]
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", *settings, *options, tmp_path],
        env={**os.environ, "PYTHONPATH": str(TESTS.parent), MARK: f"{os.environ[MARK]}/{mark}"},
        start_new_session=True,
    )
    try:
        wait_until(ready.exists, "the run to start its processes")
        lines = command_lines(belonging(mark, f"{base}/"))
        assert [name for name in EXPECTED if not any(name in line for line in lines)] == []
    finally:
        run.send_signal(signal.SIGKILL)
        run.wait()
    wait_until(
        lambda: not command_lines(belonging(mark, f"{base}/")),
        lambda: f"an end of {command_lines(belonging(mark, f'{base}/'))}",
    )


def environments(source: str) -> list[str]:
    """Return the environments that a module gives to processes without what is in its own."""
    tree = ast.parse(source)
    inherited = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "os.environ" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    } | {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and "os.environ" in ast.unparse(node)
    }
    given = [
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "env"
    ]
    return [
        ast.unparse(value)
        for value in given
        if "os.environ" not in ast.unparse(value)
        and not any(isinstance(part, ast.Name) and part.id in inherited for part in ast.walk(value))
    ]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(TESTS)))
def test_processes_inherit_the_mark_of_the_run(path: Path) -> None:
    source = path.read_text()
    assert environments(source) == []
    if path != TESTS / "valkey.py":
        calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
        assert "ValkeyServer" not in {ast.unparse(call.func) for call in calls}


def test_environment_without_the_mark_is_found() -> None:
    assert environments('run(x, env={"A": "b"})') == ["{'A': 'b'}"]
    assert environments("mine = {}\nrun(x, env=mine)") == ["mine"]
    assert environments("mine = {**os.environ}\nrun(x, env=mine)") == []
