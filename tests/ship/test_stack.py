"""The whole stack of ops/compose.yaml, run by a real engine."""

import json
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.ship.containers import ROOT
from tests.ship.engine import Stack, running_stack
from tests.waiting import WAIT_SECONDS, wait_until

pytestmark = pytest.mark.stack

REPLICAS = {"api-1:9464", "api-2:9464"}
SERVICES = {
    "proxy",
    "api-1",
    "api-2",
    "redis-answers",
    "redis-budgets",
    "prometheus",
    "alertmanager",
}


@pytest.fixture(scope="module")
def stack(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running stack of the image that was just built."""
    assert image
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """A client of the edge."""
    trusted = ssl.create_default_context(cafile=stack.certificate)
    with httpx.Client(base_url=stack.url, verify=trusted) as client:
        yield client


def _containers(stack: Stack) -> dict[str, dict[str, object]]:
    """Return what the engine says of each service's container."""
    names = stack.docker("ps", "--format", "{{.Names}}").split()
    described = json.loads(stack.docker("inspect", *names))
    return {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in described}


def test_every_service_is_healthy(stack: Stack) -> None:
    states = {
        name: one["State"]["Health"]["Status"]  # type: ignore[index]  # JSON of the engine
        for name, one in _containers(stack).items()
    }
    assert states == dict.fromkeys(SERVICES, "healthy")


def test_nothing_can_be_written_and_nothing_has_a_capability(stack: Stack) -> None:
    for name in SERVICES:
        container = _containers(stack)[name]["Id"]
        run = ("exec", str(container), "sh", "-c")
        assert "Read-only" in stack.docker(*run, "touch /usr/x 2>&1 || true"), name
        assert "CapEff:\t0000000000000000" in stack.docker(*run, "cat /proc/1/status"), name
        assert stack.docker("exec", str(container), "id", "-u").strip() != "0"


def test_question_is_answered_through_tls_and_http_is_led_there(
    stack: Stack, client: httpx.Client
) -> None:
    answer = client.post("/graphql", json={"query": "{ integer(value: 97) { isPrime } }"})
    assert answer.json() == {"data": {"integer": {"isPrime": True}}}
    assert answer.headers["strict-transport-security"].startswith("max-age=31536000")
    plain = httpx.get(f"http://localhost:{stack.ports['HTTP_PORT']}/graphql")
    assert (plain.status_code, plain.headers["location"]) == (308, "https://localhost/graphql")
    assert client.get("/metrics").status_code == httpx.codes.NOT_FOUND


def test_smoke_test_passes(stack: Stack) -> None:
    command = (sys.executable, "-m", "scripts.smoke", stack.url, "--ca")
    done = subprocess.run(
        [*command, stack.certificate], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_budget_is_one_for_both_replicas(client: httpx.Client) -> None:
    """Requests without keeping connections reach both; a budget of each would stay higher."""
    query = {"query": '{ primeRange(low: "1000000000000000", high: "1000000020000000") { count } }'}
    answers = [client.post("/graphql", json=query) for _ in range(6)]
    left = [int(answer.headers["x-ratelimit-remaining"]) for answer in answers]
    assert left == sorted(left, reverse=True)
    assert left[-1] < left[0]


def test_prometheus_scrapes_both_replicas_and_knows_the_alerts(stack: Stack) -> None:
    url = f"http://127.0.0.1:{stack.ports['PROMETHEUS_PORT']}/api/v1"

    def up() -> set[str]:
        found = httpx.get(f"{url}/query", params={"query": 'up{job="primeql"} == 1'}).json()
        return {one["metric"]["instance"] for one in found["data"]["result"]}

    wait_until(lambda: len(up()) == len(REPLICAS), "scrapes of all replicas")
    assert up() == REPLICAS
    rules = httpx.get(f"{url}/rules").json()["data"]["groups"]
    assert any(rule["type"] == "alerting" for group in rules for rule in group["rules"])
    checked = subprocess.run(
        [sys.executable, "-m", "scripts.verify_metrics", url.removesuffix("/api/v1"), "--idle"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    managers = httpx.get(f"{url}/alertmanagers").json()["data"]["activeAlertmanagers"]
    assert len(managers) == 1


@pytest.mark.parametrize("way", ["kill", "restart"])
def test_replica_that_goes_under_load_fails_no_request(stack: Stack, way: str) -> None:
    command = [sys.executable, "-m", "scripts.load", stack.url, "--seconds", "60", "--clients", "2"]
    # The edge takes 100 requests a second from one address, and the service charges for them:
    # being told so is no failure of the service.
    with subprocess.Popen(
        [*command, "--ca", stack.certificate], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as load:
        time.sleep(3)
        container = str(_containers(stack)["api-1"]["Id"])
        stack.docker(way, container)
        if way == "kill":
            time.sleep(3)
            stack.docker("start", container)
        time.sleep(5)
        load.send_signal(signal.SIGTERM)
        output, _ = load.communicate(timeout=WAIT_SECONDS)
    seen = json.loads(output)
    limited = seen["failures"].pop("status 429", 0)
    assert seen["failures"] == {}
    assert seen["requests"] > limited
