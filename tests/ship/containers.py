"""Containers of the built image, run as Kubernetes would: nothing to write, no capability."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port
from tests.reaper import MARK
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
# podman remembers where its store is, and refuses to find it elsewhere.
STORE = (ROOT / ".tools/images").resolve()
HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--tmpfs=/tmp:size=16m,noexec",
    "--memory=512m",
    "--pids-limit=128",
)
# What podman needs where there is no systemd; the health check is asked by hand.
ENGINE = ("--runtime=/usr/sbin/runc", "--cgroup-manager=cgroupfs")
WITHOUT_SYSTEMD = ("--no-healthcheck", "--ulimit=nofile=1024:1024", "--ulimit=nproc=1024:1024")


def podman(*arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run podman over the images that ``scripts/build-image`` stores."""
    stores = (f"--root={STORE / 'root'}", f"--runroot={STORE / 'run'}")
    return subprocess.run(
        ["podman", *stores, *ENGINE, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=check,
    )


def inspected(image: str) -> dict[str, Any]:
    """Return what podman tells of an image."""
    (found,) = json.loads(podman("image", "inspect", image).stdout)
    assert isinstance(found, dict)
    return found


@dataclass
class Container:
    """A running container, and how long it took from its start to its first good answer."""

    name: str
    url: str

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in the container."""
        return podman("exec", self.name, *command, check=False)

    def ask(self, query: str) -> Any:
        """Return the answer to a query."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": query})
        answer.raise_for_status()
        return answer.json()

    def stop(self) -> int:
        """Ask the container to stop as an orchestrator does; return its exit status."""
        podman("stop", "--time=30", self.name)
        status = podman("inspect", "--format={{.State.ExitCode}}", self.name).stdout
        return int(status)


@contextmanager
def running_container(image: str, settings: Mapping[str, str] | None = None) -> Iterator[Container]:
    """Start a container that can do nothing but serve; remove it at the end."""
    port = free_port()
    environment = {
        "PRIMEQL_PORT": str(port),
        "PRIMEQL_METRICS_PORT": "0",
        MARK: os.environ[MARK],
        **(settings or {}),
    }
    variables = [f"--env={name}={value}" for name, value in environment.items()]
    name = podman(
        "run", "--detach", "--network=host", *HARDENED, *WITHOUT_SYSTEMD, *variables, image
    ).stdout.strip()
    try:
        url = f"http://127.0.0.1:{port}"
        _await_ready(url, name)
        yield Container(name, url)
    finally:
        podman("rm", "--force", "--time=0", name)


def _await_ready(url: str, name: str) -> None:
    """Return when the server is ready."""

    def is_ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz").status_code == httpx.codes.OK
        except httpx.TransportError:
            running = podman("inspect", "--format={{.State.Running}}", name).stdout.strip()
            assert running == "true", "not ready:\n" + podman("logs", name).stderr
            return False

    wait_until(is_ready, lambda: "not ready:\n" + podman("logs", name).stderr)
