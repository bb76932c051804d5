"""A Docker engine of its own, with the stack of ops/compose.yaml in it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port
from tests.ship.containers import ROOT
from tests.waiting import wait_until

COMPOSE = ROOT / ".tools/debian/usr/libexec/docker/cli-plugins/docker-compose"


@dataclass(frozen=True)
class Stack:
    """A running stack."""

    host: str
    files: Path
    ports: dict[str, int]

    def _run(self, *command: "str | Path", check: bool) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, "DOCKER_HOST": self.host}
        environ |= {name: str(port) for name, port in self.ports.items()}
        return subprocess.run(
            command, env=environ, capture_output=True, text=True, timeout=300, check=check
        )

    def docker(self, *arguments: str, check: bool = True) -> str:
        """Return what docker prints."""
        # That of Debian's package: others need what the engine of Debian 12 does not speak.
        return self._run("/usr/bin/docker", *arguments, check=check).stdout

    def compose(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run compose over the stack's files."""
        return self._run(COMPOSE, "--file", self.files / "compose.yaml", *arguments, check=False)

    @property
    def url(self) -> str:
        """The edge."""
        return f"https://localhost:{self.ports['HTTPS_PORT']}"

    @property
    def certificate(self) -> Path:
        """What to trust."""
        return self.files / "nginx/tls/tls.crt"


@contextmanager
def running_engine(folder: Path) -> Iterator[str]:
    """Run a Docker engine that keeps everything in ``folder``; yield its address."""
    socket = f"unix://{folder}/docker.sock"
    program = shutil.which("dockerd") or "/usr/sbin/dockerd"
    places = {"data-root": "data", "exec-root": "exec", "pidfile": "docker.pid"}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    with (
        _firewall_as_it_was(),
        (folder / "dockerd.log").open("w") as log,
        subprocess.Popen(
            [program, f"--host={socket}", *options], stdout=log, stderr=log
        ) as process,
    ):
        try:
            _await_engine(socket, process, folder / "dockerd.log")
            yield socket
        finally:
            process.terminate()
            process.wait(timeout=240)


@contextmanager
def _firewall_as_it_was() -> Iterator[None]:
    """Put the machine's firewall back as it was: an engine leaves its rules and its bridge."""
    saved = subprocess.run(["/usr/sbin/iptables-save"], capture_output=True, check=True).stdout
    had_bridge = Path("/sys/class/net/docker0").exists()
    try:
        yield
    finally:
        subprocess.run(["/usr/sbin/iptables-restore"], input=saved, check=True)
        if not had_bridge:
            subprocess.run(["ip", "link", "delete", "docker0"], check=False, capture_output=True)


def _await_engine(socket: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return when the engine answers."""

    def answers() -> bool:
        assert process.poll() is None, log.read_text()[-3000:]
        asked = ["/usr/bin/docker", "--host", socket, "version"]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0

    wait_until(answers, lambda: "the engine:\n" + log.read_text()[-3000:])


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """Run what ops/compose.yaml describes, from a copy of ops/, until the end of the block."""
    files = folder / "ops"
    shutil.copytree(ROOT / "ops", files, ignore=shutil.ignore_patterns("secrets", "tls"))
    for script, target in (("make-secrets", "secrets"), ("make-certificate", "nginx/tls")):
        subprocess.run([ROOT / "scripts" / script, files / target], check=True)
    # Containers' users come through here; pytest makes folders that only their owner enters.
    for part in (folder, *folder.parents):
        if part.is_relative_to(folder.parents[1]):
            part.chmod(part.stat().st_mode | 0o011)
    archive = folder / "images.tar"
    subprocess.run([ROOT / "scripts/make-stack-images", archive], cwd=ROOT, check=True, timeout=600)
    names = ("HTTP_PORT", "HTTPS_PORT", "PROMETHEUS_PORT", "ALERTMANAGER_PORT")
    engine = folder / "engine"
    engine.mkdir()
    with running_engine(engine) as host:
        stack = Stack(host, files, {name: free_port() for name in names})
        stack.docker("load", "--quiet", "--input", str(archive))
        archive.unlink()
        try:
            up = stack.compose("up", "--detach", "--wait", "--wait-timeout", "180")
            assert up.returncode == 0, _troubles(stack, up.stderr)
            yield stack
        finally:
            stack.compose("down", "--volumes", "--timeout", "20")


def _troubles(stack: Stack, said: str) -> str:
    """Return what compose said, and what services that are not healthy have logged."""
    shown = stack.docker("ps", "--all", "--format", "{{.Names}}\t{{.Status}}")
    names = [line.split("\t")[0] for line in shown.splitlines() if "(healthy)" not in line]
    checks = "{{.Name}} {{json .State.Health}}"
    return (
        said[-500:]
        + shown
        + "".join(
            stack.docker("inspect", "--format", checks, name)
            + stack.compose(
                "logs", "--no-log-prefix", "--tail=10", name.split("-", 1)[1][:-2]
            ).stdout
            for name in names
        )
    )
