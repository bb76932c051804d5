"""``primeql health`` tells whether the server of the same settings takes requests."""

import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from primeql.__main__ import main
from tests.ports import free_port
from tests.server import RunningServer
from tests.waiting import PROCESS_SECONDS


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_running_server_is_healthy(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("PRIMEQL_HOST", host)
    monkeypatch.setenv("PRIMEQL_PORT", str(urlsplit(server.url).port))
    assert main(["health"]) == 0


def test_other_answer_than_200_is_not_healthy(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRIMEQL_PORT", str(urlsplit(server.url).port))
    assert main(["health", "--path", "/nowhere"]) == 1
    assert "/nowhere answers 404" in capsys.readouterr().err


@pytest.mark.parametrize("host", ["127.0.0.1", "::", "localhost"])
def test_no_server_is_not_healthy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    monkeypatch.setenv("PRIMEQL_HOST", host)
    monkeypatch.setenv("PRIMEQL_PORT", str(free_port()))
    assert main(["health"]) == 1
    assert "no answer" in capsys.readouterr().err


def test_commands_of_containers_import_no_heavy_library() -> None:
    """A check runs every few seconds on the cores that answer requests."""
    code = "import sys, primeql.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        timeout=PROCESS_SECONDS,
    )
    assert not {"numpy", "strawberry", "uvicorn", "graphql"} & set(done.stdout.split())
