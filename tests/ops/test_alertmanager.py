"""Who is told of which alert, by Alertmanager's own tool."""

from typing import Any

import pytest
import yaml

from tests.ops.stack import OPS, run_tool

CONFIG = OPS / "alertmanager" / "alertmanager.yml"


def test_amtool_accepts_both_configurations() -> None:
    run_tool("amtool", "check-config", CONFIG)
    run_tool("amtool", "check-config", CONFIG.with_name("local.yml"))


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        (["alertname=PrimeqlDown", "severity=page"], "paging,email,chat"),
        (["alertname=PrimeqlRestarts", "severity=ticket"], "chat"),
        (
            ["alertname=PrimeqlAuthFailures", "severity=ticket", "category=security"],
            "security,chat",
        ),
        (["alertname=PrimeqlWatchdog", "severity=none"], "deadman"),
        (["alertname=Another", "severity=info"], "email"),
        (["alertname=Another"], "email"),
    ],
)
def test_severity_decides_who_is_told(labels: list[str], receivers: str) -> None:
    run_tool(
        "amtool",
        "config",
        "routes",
        "test",
        f"--config.file={CONFIG}",
        f"--verify.receivers={receivers}",
        *labels,
    )


def test_a_wrong_route_is_found() -> None:
    command = ["amtool", "config", "routes", "test", f"--config.file={CONFIG}"]
    with pytest.raises(AssertionError, match="WARNING"):
        run_tool(*command, "--verify.receivers=email", "severity=page")


def test_secrets_are_in_files_alone() -> None:
    secrets = ("password", "api_url", "key", "token", "secret")

    def named(value: Any) -> list[str]:
        if isinstance(value, list):
            return [name for item in value for name in named(item)]
        if not isinstance(value, dict):
            return []
        own = [name for name in value if any(word in name for word in secrets)]
        return own + [name for item in value.values() for name in named(item)]

    found = named(yaml.safe_load(CONFIG.read_text()))
    assert len(found) == 3
    assert all(name.endswith("_file") for name in found)
