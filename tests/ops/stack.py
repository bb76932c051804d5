"""Debian's Prometheus and Alertmanager as processes of a test, with intervals of a second."""

import json
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.ports import free_port
from tests.waiting import PROCESS_SECONDS, wait_until

OPS = Path(__file__).parents[2] / "ops"


def run_tool(*command: str | Path) -> str:
    """Return what a tool prints; its whole output is the message if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus."""

    url: str

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Return the series that an expression yields now."""
        answer = httpx.post(f"{self.url}/api/v1/query", data={"query": expression})
        assert answer.status_code == 200, (expression, answer.text)
        result: list[dict[str, Any]] = answer.json()["data"]["result"]
        return result


def rules_in_a_hurry(folder: Path) -> Path:
    """Write the rules with the expressions they have, evaluated every second and firing at once."""
    content = yaml.safe_load((OPS / "prometheus" / "rules.yml").read_text())
    for group in content["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            if "for" in rule:
                rule["for"] = "2s"
    path = folder / "rules.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@contextmanager
def prometheus(
    folder: Path, targets: Mapping[str, str], alertmanager: str, more_rules: Sequence[Path] = ()
) -> Iterator[Prometheus]:
    """Run Prometheus on targets, ``host:port`` by their job's name."""
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(rules_in_a_hurry(folder)), *map(str, more_rules)],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [
            {"job_name": job, "static_configs": [{"targets": [target]}]}
            for job, target in targets.items()
        ],
    }
    path = folder / "prometheus.yml"
    path.write_text(json.dumps(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus",
        f"--config.file={path}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address={address}",
    ]
    with _running(command, f"http://{address}/-/ready", folder / "prometheus.log"):
        yield Prometheus(f"http://{address}")


@contextmanager
def alertmanager(folder: Path, config: dict[str, Any]) -> Iterator[str]:
    """Run Alertmanager; yield its address."""
    path = folder / "alertmanager.yml"
    path.write_text(json.dumps(config))
    address = f"127.0.0.1:{free_port()}"
    command = [
        "prometheus-alertmanager",
        f"--config.file={path}",
        f"--storage.path={folder / 'alertmanager'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
    ]
    with _running(command, f"http://{address}/-/ready", folder / "alertmanager.log"):
        yield address


@contextmanager
def _running(command: Sequence[str], ready_url: str, log: Path) -> Iterator[None]:
    """Run a server from when it is ready; end it afterwards."""
    with (
        log.open("w") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            wait_until(lambda: _is_ready(process, ready_url, log), f"{command[0]}: {log}")
            yield
        finally:
            process.send_signal(signal.SIGKILL)


def _is_ready(process: "subprocess.Popen[bytes]", url: str, log: Path) -> bool:
    """Return whether a server answers; fail if it has ended."""
    assert process.poll() is None, log.read_text()
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False
