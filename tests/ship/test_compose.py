"""The stack of ops/compose.yaml as it is written: valid, hardened, and agreeing with the rest."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from middleware.security_headers import HEADERS
from primeql import __version__
from primeql.__main__ import main
from primeql.commands.config_command import read_env_file
from primeql.commands.serve_command import KEEP_ALIVE_SECONDS, shutdown_seconds
from primeql.settings import Settings
from tests.ship.containers import ROOT
from tests.ship.engine import COMPOSE

pytestmark = pytest.mark.ship

OPS = ROOT / "ops"
FILE = OPS / "compose.yaml"
TOOLS = ROOT / ".tools/venv/bin"
Services = dict[str, dict[str, Any]]
RESERVE_SECONDS = 5


def run(*command: "str | Path") -> "subprocess.CompletedProcess[str]":
    """Run a tool."""
    return subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)


@pytest.fixture
def services() -> Services:
    """The services, their anchors resolved."""
    found: Services = yaml.safe_load(FILE.read_text())["services"]
    return found


def faults(services: Services) -> list[str]:
    """Return what a service lacks of what each must have."""
    wanted: dict[str, Callable[[dict[str, Any]], bool]] = {
        "a read-only root": lambda one: one["read_only"] is True,
        "no capability": lambda one: one["cap_drop"] == ["ALL"] and "cap_add" not in one,
        "no new privileges": lambda one: "no-new-privileges:true" in one["security_opt"],
        "a user who is not root": lambda one: re.fullmatch(r"[1-9]\d*:[1-9]\d*", one["user"])
        is not None,
        "a restart": lambda one: one["restart"] == "unless-stopped",
        "a health check": lambda one: one["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL"),
        "limits": lambda one: set(one["deploy"]["resources"]["limits"])
        == {"cpus", "memory", "pids"},
        "bounded logs": lambda one: "max-size" in one["logging"]["options"],
        "a version": lambda one: re.search(r":v?\d+\.\d+\.\d+\}?$", one["image"]) is not None,
        "its own network": lambda one: "network_mode" not in one and bool(one["networks"]),
    }
    return [
        f"{name} lacks {what}"
        for name, service in services.items()
        for what, holds in wanted.items()
        if not _holds(holds, service)
    ]


def _holds(claim: Callable[[dict[str, Any]], bool], service: dict[str, Any]) -> bool:
    """Return whether a claim holds; of what is not there it does not."""
    try:
        return claim(service)
    except (KeyError, TypeError):
        return False


def test_file_is_valid(tmp_path: Path) -> None:
    files = tmp_path / "ops"
    shutil.copytree(OPS, files, ignore=shutil.ignore_patterns("secrets", "tls"))
    assert run(ROOT / "scripts/make-secrets", files / "secrets").returncode == 0
    done = run(COMPOSE, "--file", files / "compose.yaml", "config", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    broken = files / "broken.yaml"
    broken.write_text(FILE.read_text().replace("cap_drop: [ALL]", "cap_dropp: [ALL]"))
    assert run(COMPOSE, "--file", broken, "config", "--quiet").returncode != 0


def test_file_passes_the_linter_and_a_careless_one_does_not(tmp_path: Path) -> None:
    assert run(TOOLS / "compose-lint", FILE).returncode == 0
    careless = tmp_path / "compose.yaml"
    careless.write_text(FILE.read_text().replace("  proxy:\n", "  proxy:\n    privileged: true\n"))
    assert run(TOOLS / "compose-lint", careless).returncode != 0


def test_every_service_is_hardened(services: Services) -> None:
    assert faults(services) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("read_only", False),
        ("cap_drop", []),
        ("cap_add", ["NET_ADMIN"]),
        ("security_opt", []),
        ("user", "0:0"),
        ("user", "root"),
        ("restart", "no"),
        ("healthcheck", {"disable": True}),
        ("deploy", {}),
        ("logging", {"driver": "json-file"}),
        ("image", "nginx:latest"),
        ("network_mode", "host"),
    ],
)
def test_service_that_is_not_hardened_is_found_out(
    services: Services, key: str, value: object
) -> None:
    services["proxy"][key] = value
    (fault,) = faults(services)
    assert fault.startswith("proxy lacks ")


def test_only_the_edge_is_reached_from_outside(services: Services) -> None:
    published = {
        name: [str(port) for port in service["ports"]]
        for name, service in services.items()
        if "ports" in service
    }
    assert set(published) == {"proxy", "prometheus", "alertmanager"}
    for name in ("prometheus", "alertmanager"):
        assert all(port.startswith("127.0.0.1:") for port in published[name])


def test_stores_reach_nothing_outside(services: Services) -> None:
    networks = yaml.safe_load(FILE.read_text())["networks"]
    for name in ("redis-answers", "redis-budgets"):
        assert all(networks[network]["internal"] for network in services[name]["networks"])


def test_proxy_leads_to_the_replicas_addresses(services: Services) -> None:
    upstream = (OPS / "nginx/upstream.conf").read_text()
    addresses = {
        service["networks"]["edge"]["ipv4_address"] + ":8000"
        for name, service in services.items()
        if name.startswith("api-")
    }
    assert len(addresses) == 2
    assert set(re.findall(r"server ([\d.:]+)", upstream)) == addresses


def test_replicas_believe_the_proxy_and_nobody_else(services: Services) -> None:
    proxies = Settings.from_environ(read_env_file(OPS / "compose.env")).trusted_proxies
    assert [str(one) for one in proxies] == [
        services["proxy"]["networks"]["edge"]["ipv4_address"] + "/32"
    ]


@pytest.mark.parametrize("name", ["api-1", "api-2"])
def test_settings_of_replicas_pass_the_check(
    services: Services, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ROOT / "scripts/make-secrets", tmp_path / "secrets").returncode == 0
    file = tmp_path / "replica.env"
    lines = (OPS / services[name]["env_file"]).read_text().splitlines()
    for variable, path in services[name]["environment"].items():
        lines.append(f"{variable}={path.replace('/run/secrets', str(tmp_path / 'secrets'))}")
    file.write_text("\n".join(lines))
    assert main(["config", "check", "--env-file", str(file)]) == 0
    assert capsys.readouterr().out.startswith("ok: ")


def test_secrets_are_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    run(ROOT / "scripts/make-secrets", folder)
    first = {file.name: file.read_text() for file in folder.iterdir() if file.is_file()}
    run(ROOT / "scripts/make-secrets", folder)
    assert {file.name: file.read_text() for file in folder.iterdir() if file.is_file()} == first
    # And one for people.
    assert set(first) - {"redis-operator"} == set(yaml.safe_load(FILE.read_text())["secrets"])
    assert folder.stat().st_mode & 0o777 == 0o700
    password = re.search(r"redis://answers:([0-9a-f]{48})@", first["redis-url"])
    assert password is not None
    assert password[1] in first["users.acl"]


def test_key_of_the_certificate_is_for_the_proxy_alone(tmp_path: Path, services: Services) -> None:
    assert run(ROOT / "scripts/make-certificate", tmp_path).returncode == 0
    status = (tmp_path / "tls.key").stat()
    assert status.st_mode & 0o777 == 0o640
    if os.geteuid() == 0:
        assert str(status.st_gid) == services["proxy"]["user"].partition(":")[2]


def test_replicas_are_given_the_time_they_take_to_end(services: Services) -> None:
    settings = Settings.from_environ(read_env_file(OPS / "compose.env"))
    for name in ("api-1", "api-2"):
        seconds = int(services[name]["stop_grace_period"].removesuffix("s"))
        assert seconds >= shutdown_seconds(settings) + RESERVE_SECONDS


def test_proxy_closes_idle_connections_before_the_service_does() -> None:
    kept = re.findall(r"keepalive_timeout (\d+)s", (OPS / "nginx/upstream.conf").read_text())
    assert [int(seconds) < KEEP_ALIVE_SECONDS for seconds in kept] == [True]


def test_edge_sets_the_headers_of_the_service() -> None:
    text = (OPS / "nginx/headers.conf").read_text()
    edge = dict(re.findall(r'^add_header (\S+) "(.*)" always;$', text, re.MULTILINE))
    seconds = Settings().hsts_seconds
    hsts = {"Strict-Transport-Security": f"max-age={seconds}"}
    assert edge == {**HEADERS, **hsts}


@pytest.mark.parametrize("role", ["answers", "budgets"])
def test_stores_are_set_up_as_in_kubernetes(role: str) -> None:
    here = (OPS / f"valkey/{role}.conf").read_text()
    there = (ROOT / f"kustomize/components/redis/{role}.conf").read_text()
    assert here.replace("/run/secrets/", "") == there.replace("/etc/valkey/secrets/", "")


def test_stores_have_the_image_of_kubernetes(services: Services) -> None:
    images = yaml.safe_load((ROOT / "kustomize/overlays/staging/kustomization.yaml").read_text())
    (image,) = (one for one in images["images"] if one["name"] == "valkey")
    assert services["redis-answers"]["image"] == f"{image['newName']}:{image['newTag']}"


def test_prometheus_scrapes_what_there_is(services: Services, tmp_path: Path) -> None:
    for name in ("compose-prometheus.yml", "prometheus/rules.yml"):
        shutil.copy(OPS / name, tmp_path)
    file = tmp_path / "compose-prometheus.yml"
    done = run("promtool", "check", "config", file)
    assert done.returncode == 0, done.stderr
    jobs = {job["job_name"]: job for job in yaml.safe_load(file.read_text())["scrape_configs"]}
    replicas = [f"{name}:9464" for name in services if name.startswith("api-")]
    assert jobs["primeql"]["static_configs"] == [{"targets": replicas}]


def test_prometheus_keeps_what_the_budgets_need(services: Services) -> None:
    windows = re.findall(r"(\d+)d\]", (OPS / "prometheus/rules.yml").read_text())
    options = " ".join(services["prometheus"]["command"])
    kept = re.search(r"retention\.time=(\d+)d", options)
    assert kept is not None
    assert int(kept[1]) > max(map(int, windows)) == 30


def test_version_of_the_image_is_the_project_s(services: Services) -> None:
    assert services["api-1"]["image"].endswith(f":{__version__}}}")
