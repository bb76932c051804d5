"""What clients notice of deployments and failures, on loopback with nginx: nothing."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from middleware.security_headers import HEADERS
from primeql import __version__
from scripts.alert import send
from scripts.slots import Slots
from tests.ports import free_port
from tests.ship.containers import ROOT
from tests.waiting import WAIT_SECONDS, wait_until

pytestmark = pytest.mark.ship

TIER = {
    "points": 100_000_000,
    "restore_rate": 1_000_000,
    "requests_per_minute": 10_000_000,
    "concurrent_requests": 1_000,
    "max_request_cost": 20_000,
}
HSTS = "max-age=31536000"
FEW = 20


def run(module: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a script as people do."""
    return subprocess.run(
        [sys.executable, "-m", f"scripts.{module}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def free_ports(count: int) -> int:
    """Return the first of ``count`` ports in a row that nobody listens on."""
    for first in range(20_000, 30_000, count):
        with socket.socket() as probe:
            if all(probe.connect_ex(("127.0.0.1", first + k)) for k in range(count)):
                return first
    raise AssertionError("no free ports")


@contextmanager
def running_slots(folder: Path, rate: int = 1_000_000) -> Iterator[Slots]:
    """Lay out a folder and make its first slot live; stop all at the end."""
    folder.mkdir()
    (folder / "tiers.json").write_text(json.dumps({"anonymous": TIER}))
    settings = folder / "primeql.env"
    settings.write_text(
        f"PRIMEQL_METRICS_PORT=0\nPRIMEQL_WORKERS=1\nPRIMEQL_TRUSTED_PROXIES=127.0.0.1\n"
        f"PRIMEQL_TIERS_FILE={folder / 'tiers.json'}\n"
    )
    ports = ("--http-port", free_port(), "--https-port", free_port(), "--first-port", free_ports(4))
    made = run("deploy", "init", folder, "--env-file", settings, *ports, "--rate", rate)
    assert made.returncode == 0, made.stderr
    try:
        up = run("deploy", "up", folder)
        assert up.returncode == 0, up.stderr
        yield Slots(folder)
    finally:
        run("deploy", "down", folder)


@pytest.fixture(scope="module")
def slots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slots]:
    """Slots of which one is live, for all tests here."""
    with running_slots(tmp_path_factory.mktemp("drills") / "slots") as slots:
        yield slots


@pytest.fixture
def client(slots: Slots) -> Iterator[httpx.Client]:
    """A client of the edge."""
    with client_of(slots) as client:
        yield client


def client_of(slots: Slots) -> httpx.Client:
    """Return a client that trusts the edge's certificate."""
    url = f"https://localhost:{slots.plan.https_port}"
    trusted = ssl.create_default_context(cafile=slots.folder / "nginx/tls/tls.crt")
    return httpx.Client(base_url=url, verify=trusted)


@contextmanager
def load(slots: Slots) -> Iterator[dict[str, object]]:
    """Put the edge under load; what clients have seen is in the yielded dict after the block."""
    url = f"https://localhost:{slots.plan.https_port}"
    command = [sys.executable, "-m", "scripts.load", url, "--seconds", "120", "--clients", "4"]
    seen: dict[str, object] = {}
    with subprocess.Popen(
        [*command, "--ca", slots.folder / "nginx/tls/tls.crt"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        time.sleep(2)
        try:
            yield seen
        finally:
            process.send_signal(signal.SIGTERM)
            output, _ = process.communicate(timeout=WAIT_SECONDS)
        seen |= json.loads(output)


def test_deployment_rollback_and_restart_fail_no_request(slots: Slots) -> None:
    before = Slots(slots.folder).plan.live
    with load(slots) as seen:
        assert run("deploy", "up", slots.folder, "--version", __version__).returncode == 0
        assert Slots(slots.folder).plan.live != before
        assert run("deploy", "rollback", slots.folder).returncode == 0
        now = Slots(slots.folder)
        assert now.plan.live == before
        restarted = [server.pid for server in now.servers(before)]
        assert run("deploy", "restart", slots.folder).returncode == 0
        assert not {server.pid for server in Slots(slots.folder).servers(before)} & set(restarted)
    assert seen["failures"] == {}
    assert isinstance(seen["requests"], int)
    assert seen["requests"] > 0


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--python", "/bin/false"), "not become ready"),
        (("--version", "9.9.9"), "instead of 9.9.9"),
    ],
)
def test_release_that_is_no_good_changes_nothing(
    slots: Slots, client: httpx.Client, arguments: tuple[str, ...], reason: str
) -> None:
    before = Slots(slots.folder).plan.live
    refused = run("deploy", "up", slots.folder, *arguments)
    assert (refused.returncode, reason in refused.stderr) == (1, True), refused.stderr
    now = Slots(slots.folder)
    assert (now.plan.live, now.servers(now.idle)) == (before, [])
    assert client.get("/schema.graphql").status_code == httpx.codes.OK
    assert run("deploy", "rollback", slots.folder).returncode == 1, "there is nothing to go back to"


def test_server_that_is_killed_fails_no_request(slots: Slots) -> None:
    done = run("failover", slots.folder, "--seconds", 8)
    summary = json.loads(done.stdout)
    assert (summary["failures"], done.returncode) == ({}, 0)
    assert summary["requests"] > FEW


def test_smoke_test_passes_through_the_edge(slots: Slots) -> None:
    ca = slots.folder / "nginx/tls/tls.crt"
    done = run("smoke", f"https://localhost:{slots.plan.https_port}", "--ca", ca)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_http_is_led_to_https(slots: Slots, method: str) -> None:
    url = f"http://localhost:{slots.plan.http_port}/graphql?query=x"
    answer = httpx.request(method, url)
    assert answer.status_code == httpx.codes.PERMANENT_REDIRECT
    assert answer.headers["location"] == "https://localhost/graphql?query=x"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", ""])
def test_host_that_is_not_ours_is_led_nowhere(
    slots: Slots, client: httpx.Client, host: str
) -> None:
    plain = f"http://localhost:{slots.plan.http_port}/graphql"
    for answer in (
        httpx.get(plain, headers={"Host": host}),
        client.get("/schema.graphql", headers={"Host": host}),
    ):
        assert answer.status_code in (httpx.codes.MISDIRECTED_REQUEST, httpx.codes.BAD_REQUEST)
        assert "location" not in answer.headers


def test_address_that_is_refused_is_in_the_log_and_can_be_denied(tmp_path: Path) -> None:
    with running_slots(tmp_path / "slots") as slots, client_of(slots) as client:
        wrong = client.post("/graphql", json={"query": "{ x }"}, headers={"X-API-Key": "pql_x"})
        assert wrong.status_code == httpx.codes.UNAUTHORIZED
        assert client.get("/schema.graphql").status_code == httpx.codes.OK
        wait_until(lambda: len(_refused_addresses(slots)) == 2, "the lines of the log")
        assert _refused_addresses(slots) == {200: {""}, 401: {"127.0.0.1"}}
        file = slots.folder / "nginx/denied.conf"
        file.write_text(file.read_text() + "deny 127.0.0.1;\n")
        pid = int((slots.folder / "nginx/nginx.pid").read_text())
        os.kill(pid, signal.SIGHUP)
        denied = wait_until(lambda: _refused(client), "nginx reads its files again")
        assert denied is not None
        assert denied.json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
        assert_headers(denied)


def _refused(client: httpx.Client) -> httpx.Response | None:
    """Return an answer to one who is denied, if it is that."""
    with httpx.Client(base_url=client.base_url, verify=False) as anew:
        answer = anew.get("/schema.graphql")
    return answer if answer.status_code == httpx.codes.FORBIDDEN else None


def _refused_addresses(slots: Slots) -> dict[int, set[str]]:
    """Return the addresses in the edge's log, by the status of their requests."""
    found: dict[int, set[str]] = {}
    for line in (slots.folder / "nginx.log").read_text().splitlines():
        if line.startswith("{"):
            entry = json.loads(line)
            found.setdefault(entry["status"], set()).add(entry["refused_address"])
    return found


def test_edge_speaks_http_2_and_no_old_tls(slots: Slots) -> None:
    ca = slots.folder / "nginx/tls/tls.crt"
    url = f"https://localhost:{slots.plan.https_port}/schema.graphql"
    asked = ("curl", "--silent", "--cacert", ca, "--output", "/dev/null", "--write-out")
    form = "%{http_version} %{response_code}"
    now = subprocess.run([*asked, form, "--http2", url], capture_output=True, text=True, check=True)
    assert now.stdout == "2 200"
    old = subprocess.run([*asked, form, "--tls-max", "1.1", url], check=False, capture_output=True)
    assert old.returncode == 35, "the handshake must fail"


@pytest.mark.parametrize(
    "path", ["/metrics", "/livez", "/readyz", "/healthz", "/nowhere", "/explorer"]
)
def test_what_is_not_for_clients_is_unknown_at_the_edge(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def assert_headers(answer: httpx.Response) -> None:
    """Check that an answer has the service's headers, each once."""
    expected = {**HEADERS, "Strict-Transport-Security": HSTS}
    assert {name: answer.headers.get_list(name) for name in expected} == {
        name: [value] for name, value in expected.items()
    }
    assert "server" not in answer.headers or answer.headers["server"] == "nginx"


def test_answers_of_service_and_edge_have_the_same_headers(client: httpx.Client) -> None:
    service = client.post("/graphql", json={"query": "{ nthPrime(n: 1) }"})
    large = client.post("/graphql", content=b" " * 3_000_000)
    unknown = client.get("/nowhere")
    assert [one.status_code for one in (service, large, unknown)] == [200, 413, 404]
    for answer in (service, large, unknown):
        assert_headers(answer)


def test_answers_that_never_change_are_kept_at_the_edge(client: httpx.Client) -> None:
    def ask() -> httpx.Response:
        return client.get("/graphql", params={"query": "{ nthPrime(n: 20262026) }"})

    first, second = ask(), ask()
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
    assert first.json() == second.json()


def test_flood_is_refused_in_the_shape_of_graphql(tmp_path: Path) -> None:
    with running_slots(tmp_path / "slots", rate=1) as slots, client_of(slots) as client:
        answers = [client.get("/schema.graphql") for _ in range(250)]
        refused = [one for one in answers if one.status_code == httpx.codes.TOO_MANY_REQUESTS]
        assert FEW < len(refused) < len(answers)
        assert refused[0].json()["errors"][0]["extensions"] == {"code": "RATE_LIMITED"}
        assert refused[0].headers["retry-after"] == "1"
        assert_headers(refused[0])


def test_edge_without_servers_says_so_and_gives_what_it_keeps(tmp_path: Path) -> None:
    with running_slots(tmp_path / "slots") as slots, client_of(slots) as client:
        kept = {"query": "{ nthPrime(n: 1000) }"}
        client.get("/graphql", params=kept)
        for server in slots.servers(slots.plan.live):
            subprocess.run(["kill", "-9", str(server.pid)], check=True)
        down = client.post("/graphql", json={"query": "{ nthPrime(n: 2) }"})
        assert down.status_code == httpx.codes.SERVICE_UNAVAILABLE
        assert down.json()["errors"][0]["extensions"] == {"code": "OVERLOADED"}
        assert_headers(down)
        assert client.get("/graphql", params=kept).json() == {"data": {"nthPrime": "7919"}}


def test_status_says_what_is_live(slots: Slots) -> None:
    shown = run("deploy", "status", slots.folder).stdout
    assert re.search(r"^(blue|green) \(live\): \d+:up \d+:up$", shown, re.MULTILINE)


def test_certificate_is_kept_while_it_is_valid(slots: Slots) -> None:
    certificate = slots.folder / "nginx/tls/tls.crt"
    before = certificate.read_bytes()
    subprocess.run([ROOT / "scripts/make-certificate", certificate.parent], check=True)
    assert certificate.read_bytes() == before


ALERTMANAGER = """
route:
  receiver: nobody
  group_wait: 0s
  routes: [{{ matchers: [severity="page"], receiver: people }}]
receivers:
  - name: nobody
  - name: people
    webhook_configs: [{{ url: "{url}" }}]
"""


def test_alert_reaches_its_receiver(tmp_path: Path) -> None:
    received: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    sink = HTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=sink.serve_forever, daemon=True).start()
    port, configuration = free_port(), tmp_path / "alertmanager.yml"
    configuration.write_text(ALERTMANAGER.format(url=f"http://127.0.0.1:{sink.server_port}"))
    process = subprocess.Popen(
        [
            "prometheus-alertmanager",
            f"--config.file={configuration}",
            f"--storage.path={tmp_path / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            "--cluster.listen-address=",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        assert _sent(f"http://127.0.0.1:{port}") == ["people"]
        wait_until(lambda: received, "an alert")
        alert = json.loads(received[0])["alerts"][0]
        assert alert["labels"]["alertname"] == "PrimeqlTest"
    finally:
        process.terminate()
        process.wait(timeout=WAIT_SECONDS)
        sink.shutdown()
        sink.server_close()


def _sent(url: str) -> list[str]:
    """Send a test alert as soon as Alertmanager listens."""

    def sent() -> list[str]:
        try:
            return send(url, "page", 60)
        except httpx.ConnectError:
            return []

    return wait_until(sent, "Alertmanager")
