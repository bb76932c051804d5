"""From a running server to a notification: real Prometheus, real Alertmanager, all on loopback."""

import math
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from scripts.make_dashboard import expressions
from tests.ops.sinks import Received, mail_sink, web_sink
from tests.ops.stack import OPS, Prometheus, alertmanager, prometheus
from tests.ports import free_port
from tests.primeql.asked_of_all import ask_everything
from tests.server import RunningServer, running_server
from tests.valkey import new_server
from tests.waiting import wait_until

RULES = yaml.safe_load((OPS / "prometheus" / "rules.yml").read_text())["groups"]
RECORDS = [rule["record"] for group in RULES for rule in group["rules"] if "record" in rule]
# Those of the surroundings have series of exporters that do not run here.
ALERTS = {
    rule["alert"]: rule["expr"]
    for group in RULES
    for rule in group["rules"]
    if "alert" in rule and group["name"] != "primeql-surroundings"
}
SELECTOR = re.compile(r"\b((?:primeql|process|python|job:|up\b)[\w:]*)(\{[^}]*\})?")
RUNBOOKS = sorted((OPS.parent / "docs" / "runbooks").glob("*.md"))


@dataclass(frozen=True)
class Stack:
    """Everything that runs."""

    server: RunningServer
    prometheus: Prometheus
    alertmanager: str
    received: Received


def hurried_config(folder: Path, web: str, mail: str) -> dict[str, Any]:
    """Return the committed configuration with loopback ends, secrets of ours, and no patience."""
    text = (OPS / "alertmanager" / "alertmanager.yml").read_text()
    text = text.replace("/etc/alertmanager/secrets", str(folder))
    config: dict[str, Any] = yaml.safe_load(text)
    config["global"].update(
        smtp_smarthost=mail, smtp_require_tls=False, pagerduty_url=f"{web}/pagerduty"
    )
    config["route"].update(group_wait="1s", group_interval="2s")
    (deadman,) = (one for one in config["receivers"] if one["name"] == "deadman")
    deadman["webhook_configs"][0]["url"] = f"{web}/deadman"
    (folder / "slack_api_url").write_text(f"{web}/slack")
    (folder / "smtp_password").write_text("mail-password")
    (folder / "pagerduty_routing_key").write_text("routing-key")
    return config


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server with Redis, scraped every second while everything is asked of it."""
    folder = tmp_path_factory.mktemp("chain")
    received = Received()
    with ExitStack() as context:
        port = free_port()
        context.enter_context(new_server(port))
        settings = {"PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
        server = context.enter_context(running_server(settings))
        web = context.enter_context(web_sink(received))
        mail = context.enter_context(mail_sink(received))
        config = hurried_config(folder, web, mail)
        manager = context.enter_context(alertmanager(folder, config))
        target = server.metrics_url.removeprefix("http://").removesuffix("/metrics")
        watched = context.enter_context(prometheus(folder, {"primeql": target}, manager))
        stack = Stack(server, watched, manager, received)
        wait_until(lambda: watched.query("up"), "a scrape")
        for _ in range(3):
            # Counters grow between scrapes, so that their rates are above zero.
            ask_everything(server)
            time.sleep(1.5)
        yield stack


def test_every_recording_rule_yields_a_sample(stack: Stack) -> None:
    def missing() -> list[str]:
        return [name for name in RECORDS if not stack.prometheus.query(name)]

    wait_until(lambda: not missing(), missing)


def without_series(stack: Stack, expression: str) -> list[str]:
    """Return the selectors of an expression that select nothing."""
    selectors = {name + labels for name, labels in SELECTOR.findall(expression)}
    assert selectors
    return [selector for selector in selectors if not stack.prometheus.query(selector)]


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_names_series_that_exist(stack: Stack, alert: str) -> None:
    assert without_series(stack, ALERTS[alert]) == []


@pytest.mark.parametrize("page", RUNBOOKS, ids=lambda page: str(page.stem))
def test_every_query_of_a_runbook_can_be_asked(stack: Stack, page: Path) -> None:
    for block in re.findall(r"```promql\n(.*?)```", page.read_text(), re.DOTALL):
        for line in block.splitlines():
            stack.prometheus.query(line)
            assert without_series(stack, line) == []


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_every_panel_of_the_dashboard_has_data(stack: Stack, expression: str) -> None:
    series = stack.prometheus.query(expression)
    assert [one for one in series if not math.isnan(float(one["value"][1]))]


def test_recorded_ratios_are_those_of_what_was_asked(stack: Stack) -> None:
    (errors,) = stack.prometheus.query("job:primeql_errors:ratio_rate5m")
    assert float(errors["value"][1]) == 0
    (slow,) = stack.prometheus.query("job:primeql_slow_requests:ratio_rate5m")
    assert 0 <= float(slow["value"][1]) < 1


def test_nothing_fires_while_all_is_well(stack: Stack) -> None:
    firing = stack.prometheus.query('ALERTS{alertname=~"Primeql.*(Down|Die|Errors.*|Memory.*)"}')
    assert firing == []


def test_the_watchdog_is_heard(stack: Stack) -> None:
    wait_until(lambda: stack.received.posted("/deadman"), "a sign of life")
    message = stack.received.posted("/deadman")[0]
    assert message["commonLabels"]["alertname"] == "PrimeqlWatchdog"


def test_a_killed_server_is_told_of(stack: Stack) -> None:
    """The last test of this file: there is no server after it."""
    stack.server.process.kill()
    received = stack.received

    # On a busy machine other alerts may have been told of before.
    def pages() -> list[dict[str, Any]]:
        told = received.posted("/pagerduty")
        return [page for page in told if "PrimeqlDown" in page["payload"]["summary"]]

    def messages() -> list[dict[str, Any]]:
        told = [message["attachments"][0] for message in received.posted("/slack")]
        return [attachment for attachment in told if "PrimeqlDown" in attachment["title"]]

    def mails() -> list[Message]:
        subject = "[firing] PrimeqlDown (page)"
        return [mail for mail in received.mails if _subject(mail) == subject]

    wait_until(lambda: pages() and messages() and mails(), "a notification")
    page = pages()[0]
    assert (page["event_action"], page["routing_key"]) == ("trigger", "routing-key")
    assert page["payload"]["severity"] == "critical"
    assert page["links"][0]["href"] == "docs/runbooks/down.md"
    assert "docs/runbooks/down.md" in messages()[0]["text"]
    assert mails()[0]["To"] == "primeql-oncall@example.com"
    assert received.logins[0] == (b"primeql-alerts@example.com", b"mail-password")
    # What follows from it is known, and nobody is told.
    wait_until(lambda: _inhibited(stack.alertmanager), "an inhibited alert")
    told = [str(body) for _, body in received.posts] + [str(mail) for mail in received.mails]
    assert not [text for text in told if "PrimeqlInstanceDown" in text]


def _subject(mail: Message) -> str:
    """Return what a message is about."""
    return str(make_header(decode_header(mail["Subject"])))


def _inhibited(address: str) -> bool:
    """Return whether the alert on the instance has arrived, and is inhibited."""
    alerts = httpx.get(f"http://{address}/api/v2/alerts").json()
    return any(
        alert["labels"]["alertname"] == "PrimeqlInstanceDown" and alert["status"]["inhibitedBy"]
        for alert in alerts
    )
