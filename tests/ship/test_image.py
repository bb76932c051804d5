"""The image, built from the Dockerfile, and run without any right."""

import json
import re
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest

from primeql import __version__
from tests.oracles import prime_count_by_primecount
from tests.ship.containers import ROOT, Container, inspected, running_container

pytestmark = pytest.mark.ship

MAX_BYTES = 300_000_000
# 2^128 + 1 (Morrison & Brillhart, 1970); it takes a worker process.
HARD = "{ integer(value: 340282366920938463463374607431768211457) { factorization { primes } } }"
HARD_ANSWER = {
    "data": {
        "integer": {"factorization": {"primes": ["59649589127497217", "5704689200685129054721"]}}
    }
}
SLOW = '{ primeRange(low: "1000000000000", high: "1000060000000") { count } }'
# Run in the container: what its environment holds, and what the service needs, by their metadata.
CLOSURE = """
import importlib.metadata as metadata, re
name = lambda text: re.sub("[-_.]+", "-", re.match("[A-Za-z0-9._-]+", text)[0]).lower()
def needed(distribution):
    for text in metadata.requires(distribution) or []:
        requirement, _, marker = text.partition(";")
        if "extra" not in marker or "tracing" in marker:
            yield name(requirement)
present = {name(d.metadata["Name"]) for d in metadata.distributions()}
found, wanted = set(), ["primeql"]
while wanted:
    one = wanted.pop()
    if one in present and one not in found:
        found.add(one)
        wanted.extend(needed(one))
print(*sorted(present - found))
"""


def test_image_is_small(image: str) -> None:
    assert inspected(image)["Size"] < MAX_BYTES


def test_image_says_how_it_is_run(image: str) -> None:
    found = inspected(image)
    config = found["Config"]
    assert config["User"] == "10001:10001"
    assert (config["Entrypoint"], config["Cmd"]) == (["primeql"], ["serve"])
    assert config["StopSignal"] == "SIGTERM"
    assert set(config["ExposedPorts"]) == {"8000/tcp", "9464/tcp"}
    assert found["Healthcheck"]["Test"] == ["CMD", "primeql", "health"]


def test_image_says_what_it_is(image: str) -> None:
    prefix = "org.opencontainers.image."
    labels = inspected(image)["Config"]["Labels"]
    assert image == f"localhost/prime-math-api:{__version__}"
    assert labels[prefix + "version"] == __version__
    assert labels[prefix + "licenses"] == "MIT"
    assert labels[prefix + "source"].startswith("https://")
    assert re.fullmatch("[0-9a-f]{40}", labels[prefix + "revision"])
    assert re.match(r"\d{4}-\d\d-\d\dT", labels[prefix + "created"])


def test_environment_of_the_image_names_no_secret(image: str) -> None:
    names = {variable.partition("=")[0] for variable in inspected(image)["Config"]["Env"]}
    assert {name for name in names if name.startswith("PRIMEQL_")} == {
        "PRIMEQL_HOST",
        "PRIMEQL_PORT",
        "PRIMEQL_METRICS_HOST",
        "PRIMEQL_METRICS_PORT",
        "PRIMEQL_MAX_HANG_SECONDS",
    }


def test_container_has_no_right(container: Container) -> None:
    assert container.run("id", "-u").stdout == "10001\n"
    status = container.run("cat", "/proc/1/status").stdout
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert f"{kind}:\t0000000000000000\n" in status
    assert "NoNewPrivs:\t1\n" in status


@pytest.mark.parametrize("path", ["/x", "/opt/primeql/x", "/var/tmp/x", "/root/x"])
def test_container_can_write_nothing(container: Container, path: str) -> None:
    assert container.run("touch", path).returncode != 0


def test_root_file_system_is_read_only_even_where_permissions_would_allow(
    container: Container,
) -> None:
    assert "Read-only file system" in container.run("touch", "/var/tmp/x").stderr


@pytest.mark.parametrize(
    "tool", ["gcc", "cc", "ld", "strip", "make", "git", "curl", "node", "npm", "hatchling"]
)
def test_image_holds_nothing_that_builds(container: Container, tool: str) -> None:
    assert container.run("sh", "-c", f"command -v {tool}").returncode != 0


def test_environment_holds_only_what_the_service_needs(container: Container) -> None:
    listed = container.run("/opt/primeql/bin/python", "-c", CLOSURE)
    assert (listed.returncode, listed.stdout.split()) == (0, [])


def test_first_process_is_the_server(container: Container) -> None:
    command = container.run("cat", "/proc/1/cmdline").stdout.split("\0")
    assert command[1:3] == ["/opt/primeql/bin/primeql", "serve"]


def test_questions_are_answered(container: Container) -> None:
    assert container.ask("{ integer(value: 97) { isPrime } service { version } }") == {
        "data": {"integer": {"isPrime": True}, "service": {"version": __version__}}
    }


def test_hard_question_is_answered_by_a_worker_process(container: Container) -> None:
    assert container.ask(HARD) == HARD_ANSWER


def test_page_in_the_browser_is_built_in(container: Container) -> None:
    page = httpx.get(container.url)
    script = re.search(r'src="(/explorer/assets/[^"]+\.js)"', page.text)
    assert script is not None
    packed = httpx.get(container.url + script[1], headers={"Accept-Encoding": "br"})
    assert (packed.status_code, packed.headers["content-encoding"]) == (200, "br")


def test_health_check_of_the_image_tells_the_truth(image: str, container: Container) -> None:
    command = inspected(image)["Healthcheck"]["Test"][1:]
    assert container.run(*command).returncode == 0
    assert container.run("env", "PRIMEQL_PORT=1", *command).returncode == 1


def test_request_under_way_is_answered_when_told_to_stop(image: str) -> None:
    answers = []
    # Its grace period is longer than what podman waits before it kills, which would show.
    with running_container(image, {"PRIMEQL_DEADLINE_MILLISECONDS": "60000"}) as container:
        asking = threading.Thread(target=lambda: answers.append(container.ask(SLOW)))
        asking.start()
        time.sleep(0.3)
        status = container.stop()
        asking.join()
    count = prime_count_by_primecount(10**12 + 6 * 10**7) - prime_count_by_primecount(10**12)
    assert answers == [{"data": {"primeRange": {"count": str(count)}}}]
    assert status == 0


def test_unreadable_setting_stops_the_container_and_is_named(image: str) -> None:
    container = running_container(image, {"PRIMEQL_MAX_DIGITS": "7"})
    with pytest.raises(AssertionError, match="PRIMEQL_MAX_DIGITS is '7'"), container:
        pass


def test_image_is_pushed_by_its_digest(image: str, tmp_path: Path) -> None:
    assert image
    done = subprocess.run(
        ["scripts/push-image", f"oci:{tmp_path / 'registry'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    (pushed,) = json.loads((tmp_path / "registry/index.json").read_text())["manifests"]
    assert done.stdout == pushed["digest"] + "\n"
    assert pushed["annotations"]["org.opencontainers.image.ref.name"] == __version__


def test_bill_of_materials_lists_what_is_installed(image: str) -> None:
    assert image
    done = subprocess.run(
        ["scripts/make-sbom"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    components = json.loads(done.stdout)["components"]
    found = {(part["name"], part["version"]) for part in components if "version" in part}
    locked = re.findall(
        r"^(graphql-core|starlette|python-flint|uvicorn)==([\d.]+)",
        (ROOT / "requirements.lock").read_text(),
        re.MULTILINE,
    )
    assert len(locked) == 4
    assert set(locked) <= found
    assert ("primeql", __version__) in found
    assert {"libc6", "openssl"} & {name for name, _ in found}


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("", None),
        ("FROM python", "DL3006"),
        ("RUN pip install numpy", "DL3013"),
        ("USER root", "DL3002"),
        ("RUN sudo true", "DL3004"),
    ],
)
def test_dockerfile_passes_the_linter_and_bad_lines_do_not(
    tmp_path: Path, line: str, rule: str | None
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text((ROOT / "Dockerfile").read_text() + line + "\n")
    done = subprocess.run(
        [ROOT / ".tools/venv/bin/hadolint", "--no-color", dockerfile],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode == 0) == (rule is None), done.stdout
    assert (rule or "") in done.stdout
