"""A server for each fault, with a budget and a deadline that no test reaches."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server import RunningServer, running_server

TIER = {
    "points": 100_000_000,
    "restore_rate": 1_000_000,
    "requests_per_minute": 1_000_000,
    "concurrent_requests": 1_000,
    "max_request_cost": 20_000,
}


@pytest.fixture
def ample(tmp_path: Path) -> dict[str, str]:
    """Settings of a server that refuses nobody; two workers a lane, whatever the machine."""
    tiers = tmp_path / "tiers.json"
    tiers.write_text(json.dumps({"anonymous": TIER}))
    return {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_WORKERS": "2",
        "PRIMEQL_DEADLINE_MILLISECONDS": "120000",
    }


@pytest.fixture
def own_server(ample: dict[str, str]) -> Iterator[RunningServer]:
    """A server for one test alone."""
    with running_server(ample) as server:
        yield server
