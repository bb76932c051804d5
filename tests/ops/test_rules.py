"""The rules: as the script writes them, right by promtool, and each alert fires and is quiet."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.make_rules import HEADER, as_yaml, groups, prometheus_rule
from tests.ops.stack import OPS, run_tool

ROOT = OPS.parent
RULES = OPS / "prometheus" / "rules.yml"
SCENARIOS = OPS / "prometheus" / "tests" / "rules_test.yml"
PROMETHEUS_RULE = ROOT / "kustomize" / "components" / "monitoring" / "prometheusrule.yaml"
RUNBOOKS = ROOT / "docs" / "runbooks"
SECTIONS = ["Look", "Do", "Over when"]


def alerts() -> list[dict[str, Any]]:
    """Return every alert of the committed rules."""
    content = yaml.safe_load(RULES.read_text())
    return [rule for group in content["groups"] for rule in group["rules"] if "alert" in rule]


def scenarios() -> Iterator[tuple[str, int]]:
    """Yield what each scenario expects: an alert's name, and how often it fires."""
    for test in yaml.safe_load(SCENARIOS.read_text())["tests"]:
        for expectation in test["alert_rule_test"]:
            yield expectation["alertname"], len(expectation["exp_alerts"])


def test_both_files_are_what_the_script_writes() -> None:
    spec = {"groups": groups("docs/runbooks")}
    assert RULES.read_text() == as_yaml(spec)
    assert PROMETHEUS_RULE.read_text() == as_yaml(prometheus_rule(spec))
    assert RULES.read_text().startswith(HEADER)


def test_promtool_accepts_rules_and_configuration() -> None:
    run_tool("promtool", "check", "rules", "--lint=all", "--lint-fatal", RULES)
    run_tool("promtool", "check", "config", OPS / "prometheus" / "prometheus.yml")


def test_alerts_fire_and_are_quiet_as_they_should() -> None:
    assert "SUCCESS" in run_tool("promtool", "test", "rules", SCENARIOS)


def test_every_alert_has_a_scenario_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    names = {alert["alert"] for alert in alerts()}
    assert {name for name, count in scenarios() if count} == names
    # The watchdog must never be quiet.
    assert {name for name, count in scenarios() if not count} == names - {"PrimeqlWatchdog"}


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_alert_has_a_severity_and_a_runbook_that_says_what_to_do(alert: dict[str, Any]) -> None:
    watchdog = alert["alert"] == "PrimeqlWatchdog"
    assert alert["labels"]["severity"] in (("none",) if watchdog else ("page", "ticket"))
    page = ROOT / alert["annotations"]["runbook_url"]
    assert page.parent == RUNBOOKS
    text = page.read_text()
    assert f"`{alert['alert']}`" in text
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == SECTIONS
    assert f"]({page.name})" in (RUNBOOKS / "README.md").read_text()


def test_every_runbook_belongs_to_an_alert() -> None:
    linked = {Path(alert["annotations"]["runbook_url"]).name for alert in alerts()}
    assert {page.name for page in RUNBOOKS.glob("*.md")} == linked | {"README.md"}


def test_a_wrong_scenario_is_found(tmp_path: Path) -> None:
    content = yaml.safe_load(SCENARIOS.read_text())
    content["rule_files"] = [str(RULES)]
    quiet = next(test for test in content["tests"] if test["name"] == "PrimeqlDown is quiet")
    quiet["input_series"] = [{"series": 'up{job="primeql",instance="a:9464"}', "values": "0x13"}]
    content["tests"] = [quiet]
    (tmp_path / "wrong.yml").write_text(yaml.safe_dump(content))
    with pytest.raises(AssertionError, match="FAILED"):
        run_tool("promtool", "test", "rules", tmp_path / "wrong.yml")
