"""The audits of GraphQL over HTTP that graphql-http brings, against a real server."""

import json
import subprocess
from pathlib import Path

from tests.clients.npm import installed
from tests.server import RunningServer
from tests.waiting import PROCESS_SECONDS

HERE = Path(__file__).parent
AUDITS = 61


def test_every_audit_is_ok(server: RunningServer) -> None:
    with installed(HERE):
        audited = subprocess.run(
            ["node", "audits.mjs", f"{server.url}/graphql"],
            cwd=HERE,
            capture_output=True,
            check=False,
            text=True,
            timeout=PROCESS_SECONDS,
        )
    assert audited.returncode == 0, audited.stderr
    outcomes = [json.loads(line) for line in audited.stdout.splitlines()]
    assert [outcome for outcome in outcomes if outcome["status"] != "ok"] == []
    assert len({outcome["id"] for outcome in outcomes}) == AUDITS
