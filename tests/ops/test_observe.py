"""``make observe``: both servers start with the committed configurations, and end together."""

import os
import re
import signal
import subprocess
from functools import partial
from pathlib import Path

import httpx

from tests.ops.stack import OPS
from tests.ports import free_port
from tests.waiting import WAIT_SECONDS, wait_until


def on_free_ports(text: str, ports: dict[str, str]) -> str:
    """Return a text with other ports."""
    for port, free in ports.items():
        text = re.sub(rf"127\.0\.0\.1:{port}\b", f"127.0.0.1:{free}", text)
    return text


def answers(url: str) -> bool:
    """Return whether a server answers well."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_observe_starts_both_and_ends_both(tmp_path: Path) -> None:
    ports = {port: str(free_port()) for port in ("9090", "9093")}
    (tmp_path / "scripts").mkdir()
    script = tmp_path / "scripts" / "observe"
    script.write_text(on_free_ports((OPS.parent / "scripts" / "observe").read_text(), ports))
    for name in ("prometheus/prometheus.yml", "prometheus/rules.yml", "alertmanager/local.yml"):
        copy = tmp_path / "ops" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(on_free_ports((OPS / name).read_text(), ports))
    with subprocess.Popen(
        ["sh", str(script)],
        env={**os.environ, "OBSERVE_DATA": str(tmp_path / "data")},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            urls = [f"http://127.0.0.1:{port}" for port in ports.values()]
            for url in urls:
                wait_until(partial(answers, f"{url}/-/ready"), url)
            rules = httpx.get(f"{urls[0]}/api/v1/rules").json()
            assert "PrimeqlDown" in str(rules)
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=WAIT_SECONDS) == 0
        output = process.stdout.read() if process.stdout else ""
    assert all(url in output for url in urls)
    assert not any(answers(f"{url}/-/ready") for url in urls)
