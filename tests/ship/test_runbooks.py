"""Every command of the runbooks names what there is: services, resources, options, and keys."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from primeql.__main__ import main
from tests.ship.containers import ROOT
from tests.ship.engine import COMPOSE
from tests.ship.manifests import deployed, is_selected, of_kind, pod_labels

pytestmark = pytest.mark.ship

RUNBOOKS = sorted((ROOT / "docs/runbooks").glob("*.md"))
COMPOSE_PREFIX = "docker compose -f ops/compose.yaml "
OTHERS = {"curl", "grep"}
SERVICES = yaml.safe_load((ROOT / "ops/compose.yaml").read_text())["services"]
# Kinds as kubectl takes them, and verbs that need no name.
KINDS = {
    "deployment": "Deployment",
    "externalsecret": "ExternalSecret",
    "horizontalpodautoscaler": "HorizontalPodAutoscaler",
    "service": "Service",
}


def commands() -> Iterator[tuple[str, str]]:
    """Yield each command of a block for a shell, with its page."""
    for page in RUNBOOKS:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL):
            for line in filter(None, block.splitlines()):
                yield page.stem, line


ALL = [pytest.param(line, id=f"{page}: {line[:60]}") for page, line in commands()]


def words_of(line: str) -> list[str]:
    """Return the words of a command, without what it is piped into."""
    return shlex.split(line.partition(" | ")[0], comments=True)


@cache
def compose_options(command: str) -> str:
    """Return what the real tool says of one of its commands."""
    done = subprocess.run(
        [COMPOSE, command, "--help"], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def faults(line: str) -> Iterator[str]:
    """Yield what is wrong with a command."""
    if line.startswith(COMPOSE_PREFIX):
        yield from compose_faults(words_of(line.removeprefix(COMPOSE_PREFIX)))
    elif line.startswith("kubectl "):
        yield from kubectl_faults(words_of(line)[1:])
    elif line.startswith("primeql "):
        with pytest.raises(SystemExit) as ended:
            main([*words_of(line)[1:], "--help"])
        if ended.value.code != 0:
            yield "no such command of primeql"
    elif line.split()[0] not in OTHERS:
        yield f"{line.split()[0]} is not a tool that is at hand"


def compose_faults(words: list[str]) -> Iterator[str]:
    """Yield what is wrong with the words after ``docker compose -f``."""
    command, *rest = words
    known = compose_options(command)
    names = [word for word in rest if word in SERVICES]
    if command == "exec":
        # What follows the service is a command inside.
        rest = rest[: rest.index(names[0]) + 1] if names else rest
    if command not in ("ps", "up") and not names:
        yield f"{' '.join(rest)} names no service of ops/compose.yaml"
    for word in rest:
        if word.startswith("-") and not re.search(rf"(^|\s){re.escape(word)}\b", known):
            yield f"{command} has no option {word}"


def kubectl_faults(words: list[str]) -> Iterator[str]:
    """Yield what is wrong with the words after ``kubectl``."""
    manifests = deployed("production")
    there = {(one["kind"], one["metadata"]["name"]) for one in manifests}
    namespace = words[words.index("--namespace") + 1] if "--namespace" in words else ""
    if ("Namespace", namespace) not in there:
        yield "there is no such namespace"
    if "--selector" in words:
        pairs = dict(pair.split("=") for pair in words[words.index("--selector") + 1].split(","))
        if not any(is_selected(pairs, pod_labels(one)) for one in of_kind(manifests, "Deployment")):
            yield "the selector selects no pod"
        return
    named = re.search(rf"\b({'|'.join(KINDS)})[ /]([\w-]+)", " ".join(words))
    if named is None or (KINDS[named[1]], named[2]) not in there:
        yield "it names nothing that is in production"


@pytest.mark.parametrize("line", ALL)
def test_command_names_what_there_is(line: str) -> None:
    assert list(faults(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "docker compose -f ops/compose.yaml logs api",
        "docker compose -f ops/compose.yaml logs --tial 5 proxy",
        "docker compose logs proxy",
        "kubectl get pods --namespace primeql --selector app=other",
        "kubectl rollout restart deployment/primeql --namespace primeql",
        "kubectl rollout restart deployment/primeql-blue --namespace other",
        "primeql keys revok x",
        "redis-cli ping",
    ],
)
def test_wrong_command_is_found(line: str) -> None:
    assert list(faults(line)) != []


def test_every_page_of_the_same_tools_is_looked_at() -> None:
    text = "".join(page.read_text() for page in RUNBOOKS)
    written = re.findall(r"(?:docker compose|kubectl|redis-cli) \S", text)
    assert len(written) == sum(
        "docker compose" in line or "kubectl" in line for _, line in commands()
    )
