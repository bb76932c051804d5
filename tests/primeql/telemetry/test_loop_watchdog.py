"""A process whose event loop hangs is ended, and one that is only slow or stopped is not."""

import subprocess
import sys

import httpx
import pytest

from primeql.telemetry.loop_watchdog import EXIT_STATUS, LoopWatchdog
from tests.ports import free_port
from tests.waiting import WAIT_SECONDS, wait_until

# /livez blocks the event loop without end.
HANGING_SERVER = """
import sys, time
import primeql.health
from primeql.__main__ import main
primeql.health.PlainTextResponse = lambda *_, **__: time.sleep(3600)
sys.exit(main(["serve", "--port", sys.argv[1]]))
"""


@pytest.mark.parametrize(
    ("turns", "ended_at"),
    [
        ([0, 0, 0, 0], [3]),
        ([0, 1, 2, 3, 4, 5], []),
        ([0, 0, 0, 1, 1, 1], []),
        ([5, 5, 6, 6, 6, 6], [3]),
        # Before the first turn.
        ([0, 0, 0], []),
    ],
)
def test_process_is_ended_after_so_many_looks_without_a_turn(
    turns: list[int], ended_at: list[int]
) -> None:
    ended: list[int] = []
    seen = iter(turns)
    watchdog = LoopWatchdog(lambda: next(seen), 3, ended.append)
    for _ in turns:
        watchdog.look()
    assert ended == ended_at


def test_server_that_hangs_ends_and_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMEQL_MAX_HANG_SECONDS", "3")
    monkeypatch.setenv("PRIMEQL_METRICS_PORT", "0")
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-c", HANGING_SERVER, str(port)], stderr=subprocess.PIPE, text=True
    ) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(f"{url}/schema.graphql"), "the server")
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{url}/livez", timeout=WAIT_SECONDS)
        assert process.wait(timeout=WAIT_SECONDS) == EXIT_STATUS
        assert process.stderr is not None
        said = process.stderr.read()
    assert "the event loop has not turned for 3 s" in said
    assert "in <lambda>" in said, "where it hangs"


def _answers(url: str) -> bool:
    """Return whether a server answers."""
    try:
        return httpx.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False
