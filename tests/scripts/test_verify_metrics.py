"""What Prometheus says is held to ranges; expressions are checked by Prometheus's own tool."""

import re
import subprocess
from pathlib import Path

import httpx
import pytest
import yaml

from scripts.verify_metrics import RANGES, examine, main
from tests.waiting import PROCESS_SECONDS

ROOT = Path(__file__).parents[2]
GOOD = {"up{": 2.0, "errors": 0.0005, "p95": 0.02, "ALERTS": 0.0, "redis_up": 0.0}


def faults(values: dict[str, float | None], instances: int = 2, is_idle: bool = False) -> list[str]:
    """Return what is found where Prometheus gives these values, by a part of the expression."""

    def answer(request: httpx.Request) -> httpx.Response:
        (value,) = [value for part, value in values.items() if part in request.url.params["query"]]
        result = [] if value is None else [{"metric": {}, "value": [0, str(value)]}]
        return httpx.Response(200, json={"status": "success", "data": {"result": result}})

    transport = httpx.MockTransport(answer)
    with httpx.Client(transport=transport, base_url="http://prometheus") as client:
        return [name for name, fault in examine(client, instances, is_idle) if fault]


def test_values_in_range_are_right() -> None:
    assert faults(dict(GOOD)) == []


@pytest.mark.parametrize(
    ("part", "value", "name"),
    [
        ("up{", 1.0, "instances"),
        ("errors", 0.002, "ratio of errors"),
        ("p95", 0.11, "p95"),
        ("p95", float("nan"), "p95"),
        ("errors", None, "ratio of errors"),
        ("ALERTS", 1.0, "alerts"),
        ("redis_up", 1.0, "Redis"),
    ],
)
def test_value_out_of_range_is_named(part: str, value: float | None, name: str) -> None:
    (found,) = faults({**GOOD, part: value})
    assert found.startswith(name)


def test_nothing_is_known_of_requests_before_the_first() -> None:
    assert faults({**GOOD, "errors": None, "p95": float("nan")}, is_idle=True) == []


def test_prometheus_that_is_not_there_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().out.startswith("FAIL")


def test_expressions_are_of_records_that_there_are(tmp_path: Path) -> None:
    groups = yaml.safe_load((ROOT / "ops/prometheus/rules.yml").read_text())["groups"]
    records = {rule["record"] for group in groups for rule in group["rules"] if "record" in rule}
    expressions = [wanted.expression for wanted in RANGES.values()]
    named = {name for text in expressions for name in re.findall(r"job:[\w:]+", text)}
    assert len(named) == 2
    assert named <= records
    file = tmp_path / "rules.yml"
    rules = [{"record": f"verify:{k}", "expr": text} for k, text in enumerate(expressions)]
    file.write_text(yaml.safe_dump({"groups": [{"name": "verify", "rules": rules}]}))
    checked = subprocess.run(
        ["promtool", "check", "rules", file], check=False, timeout=PROCESS_SECONDS
    )
    assert checked.returncode == 0
