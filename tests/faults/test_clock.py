"""A clock that is stepped under a running server, by libfaketime."""

import json
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import httpx
import pytest

from tests.faults.questions import mixed
from tests.server import RunningServer, running_server

pytestmark = pytest.mark.faults

HOUR = 3_600
STEPS = {"an hour ahead": HOUR, "an hour back": -HOUR, "years ahead": 20 * 365 * 24 * HOUR}


def library() -> str:
    """Return where Debian keeps the library for programs with threads."""
    (path,) = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return str(path)


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[tuple[RunningServer, Path]]:
    """A server whose wall clock is shifted by what a file says; deadlines go by another clock."""
    shift = tmp_path / "shift"
    shift.write_text("+0\n")
    tier = {
        "points": 100_000,
        "restore_rate": 1_000,
        "requests_per_minute": 200,
        "concurrent_requests": 100,
        "max_request_cost": 20_000,
    }
    tiers = tmp_path / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": tier}))
    settings = {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(shift),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    with running_server(settings) as server:
        yield server, shift


def date_of(server: RunningServer) -> float:
    """Return the time that the server has, in seconds since 1970."""
    query = "{ rateLimit { resetAt } }"
    text = server.post(query).json()["data"]["rateLimit"]["resetAt"]
    return time.mktime(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


@pytest.mark.parametrize("seconds", STEPS.values(), ids=STEPS.keys())
def test_step_of_the_clock_changes_no_answer_and_locks_nobody_out(
    stepped: tuple[RunningServer, Path], seconds: int
) -> None:
    server, shift = stepped
    before = date_of(server)
    for shifted in (seconds, 0, seconds):
        shift.write_text(f"{shifted:+d}\n")
        # The step has arrived, or this test shows nothing.
        assert abs(date_of(server) - before - shifted) < 120
        for question in islice(mixed(11), 12):
            response = server.post(question.query)
            assert response.json() == {"data": question.data}
            assert int(response.headers["x-ratelimit-remaining"]) > 0
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    assert server.terminate() == 0
