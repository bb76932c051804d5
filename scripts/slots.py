"""Two slots of server processes behind one nginx, one of them live; a folder keeps the state."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import httpx

ROOT: Final = Path(__file__).parents[1]
SLOTS: Final = ("blue", "green")
LIVE_FILE: Final = "green-is-live"
READY_SECONDS: Final = 30
STOP_SECONDS: Final = 30
# A refused connection costs nothing, and the other server is asked at once: none is left alone.
UPSTREAM: Final = """upstream {slot} {{
    zone {slot} 64k;
{servers}
    keepalive 64;
    keepalive_timeout 60s;
}}
"""
# nginx looks for the file at every request: a switch is no reload, which would close the idle
# connections of clients that are about to use them.
LIVE: Final = """set $slot blue;
if (-f {file}) {{
    set $slot green;
}}
"""
LIMITS: Final = """limit_req_zone $binary_remote_addr zone=requests:10m rate={rate}r/s;
limit_conn_zone $binary_remote_addr zone=connections:10m;
"""


class SlotError(Exception):
    """A step that did not succeed; what was live still is."""


@dataclass
class Server:
    """One server process."""

    pid: int
    port: int

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def is_running(self) -> bool:
        """Whether the process lives; one that waits for its parent to look does not."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"


@dataclass
class Plan:
    """What is deployed: where it listens, and what each slot runs."""

    http_port: int
    https_port: int
    slot_ports: dict[str, list[int]]
    env_file: str
    requests_per_second: int
    live: str = ""
    servers: dict[str, list[Server]] | None = None


class Slots:
    """The slots whose state is in ``folder``."""

    def __init__(self, folder: Path) -> None:
        """Read the state.

        Raises:
            SlotError: There is none.
        """
        self.folder = folder.resolve()
        self._file = self.folder / "slots.json"
        try:
            values = json.loads(self._file.read_text())
        except (OSError, ValueError) as error:
            raise SlotError(f"{folder} holds no slots: {error}") from None
        servers = values.pop("servers") or {slot: [] for slot in SLOTS}
        self.plan = Plan(
            **values, servers={slot: [Server(**one) for one in servers[slot]] for slot in SLOTS}
        )

    @classmethod
    def create(cls, folder: Path, plan: Plan) -> "Slots":
        """Lay out a folder for a plan: nginx's files, and the state."""
        proxy = folder / "nginx"
        shutil.copytree(ROOT / "ops/nginx", proxy, dirs_exist_ok=True)
        (proxy / "listen-http.conf").write_text(f"listen 127.0.0.1:{plan.http_port};\n")
        # As nginx before 1.25 wants it; later ones understand it, too.
        listen = f"listen 127.0.0.1:{plan.https_port} ssl http2;\n"
        (proxy / "listen-https.conf").write_text(listen)
        subprocess.run([ROOT / "scripts/make-certificate", proxy / "tls"], check=True)
        (proxy / "limits.conf").write_text(LIMITS.format(rate=plan.requests_per_second))
        (proxy / "upstream.conf").write_text("".join(_upstreams(plan)))
        file = (proxy / LIVE_FILE).resolve()
        (proxy / "slot.conf").write_text(LIVE.format(file=file))
        (folder / "slots.json").write_text(json.dumps(asdict(plan)))
        return cls(folder)

    def save(self) -> None:
        """Write the state."""
        new = self._file.with_suffix(".new")
        new.write_text(json.dumps(asdict(self.plan), indent=2))
        new.replace(self._file)

    @property
    def idle(self) -> str:
        """The slot that is not live."""
        return SLOTS[1] if self.plan.live == SLOTS[0] else SLOTS[0]

    def servers(self, slot: str) -> list[Server]:
        """Return the processes of a slot."""
        assert self.plan.servers is not None
        return self.plan.servers[slot]

    def fill(self, slot: str, python: str) -> None:
        """Start a slot's servers, and wait until they are ready; on failure they are gone again.

        Raises:
            SlotError: One did not become ready.
        """
        self.empty(slot)
        servers = self.servers(slot)
        for port in self.plan.slot_ports[slot]:
            servers.append(self._start(python, port))
        self.save()
        try:
            for server in servers:
                await_ready(server)
        except SlotError:
            self.empty(slot)
            raise

    def replace(self, slot: str, index: int, python: str) -> None:
        """Start one server of a slot anew, on its port, and wait until it is ready."""
        server = self._start(python, self.servers(slot)[index].port)
        self.servers(slot)[index] = server
        self.save()
        await_ready(server)

    def _start(self, python: str, port: int) -> Server:
        """Start one server process."""
        environ = {
            name: text for name, text in os.environ.items() if not name.startswith("PRIMEQL_")
        }
        for line in Path(self.plan.env_file).read_text().splitlines():
            name, equals, text = line.partition("=")
            if equals and not line.startswith("#"):
                environ[name] = text
        command = (python, "-m", "primeql", "serve", "--host", "127.0.0.1", "--port", str(port))
        with (self.folder / f"server-{port}.log").open("ab") as log:
            process = subprocess.Popen(
                command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return Server(process.pid, port)

    def empty(self, slot: str) -> None:
        """Stop a slot's servers, each once it has answered what it has accepted."""
        for server in self.servers(slot):
            stop(server)
        self.servers(slot).clear()
        self.save()

    def lead_to(self, slot: str) -> None:
        """Let nginx lead requests to a slot, from the next one on.

        Raises:
            SlotError: nginx does not start.
        """
        file = self.folder / "nginx" / LIVE_FILE
        if slot == SLOTS[1]:
            file.touch()
        else:
            file.unlink(missing_ok=True)
        if self._nginx_pid() is None:
            self._start_nginx()
        self.plan.live = slot
        self.save()

    def _start_nginx(self) -> None:
        """Start nginx over the folder's files; it goes on in the background."""
        program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if program is None:
            raise SlotError("nginx is missing")
        proxy = self.folder / "nginx"
        # As root, nginx would give its work to a user who may not enter the folder.
        user = "user root;" if os.geteuid() == 0 else ""
        log = self.folder / "nginx.log"
        with log.open("a") as out:
            done = subprocess.run(
                [program, "-p", f"{proxy}/", "-c", proxy / "nginx.conf", "-g", user],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                check=False,
            )
        if done.returncode:
            raise SlotError(f"nginx does not start; see {log}")

    def _nginx_pid(self) -> int | None:
        """Return the process of nginx, if it runs."""
        try:
            pid = int((self.folder / "nginx/nginx.pid").read_text())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def shut_down(self) -> None:
        """Stop nginx and both slots."""
        if (pid := self._nginx_pid()) is not None:
            os.kill(pid, signal.SIGQUIT)
        for slot in SLOTS:
            self.empty(slot)


def _upstreams(plan: Plan) -> Iterator[str]:
    """Yield the groups of servers for nginx, one for each slot."""
    for slot, ports in plan.slot_ports.items():
        servers = "\n".join(f"    server 127.0.0.1:{port} max_fails=0;" for port in ports)
        yield UPSTREAM.format(slot=slot, servers=servers)


def await_ready(server: Server) -> None:
    """Return once a server is ready.

    Raises:
        SlotError: It has ended, or takes too long.
    """
    for _ in range(READY_SECONDS * 10):
        if not server.is_running():
            break
        try:
            if httpx.get(f"{server.url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise SlotError(f"the server on port {server.port} did not become ready; see its log")


def stop(server: Server) -> None:
    """Ask a server to stop, and wait until it has; one that does not is killed."""
    if not server.is_running():
        return
    os.kill(server.pid, signal.SIGTERM)
    for _ in range(STOP_SECONDS * 20):
        if not server.is_running():
            return
        time.sleep(0.05)
    print(f"the server on port {server.port} does not stop: killing it", file=sys.stderr)
    os.kill(server.pid, signal.SIGKILL)
