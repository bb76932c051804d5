"""The manifests as kustomize renders them, and what to look for in them."""

import copy
import subprocess
from collections.abc import Iterator
from functools import cache
from typing import Any

import yaml

from tests.ship.containers import ROOT

Manifest = dict[str, Any]
TOOLS = ROOT / ".tools"
KUSTOMIZE = TOOLS / "debian/usr/bin/kustomize"
# What is applied as a whole.
OVERLAYS = ("local", "dev", "staging", "production")
# What is applied beside production: the other colour, and one pod of a new image.
BESIDE = ("production/green", "production/canary")
# The Gateway that routes are attached to; a platform's own takes its place.
PLATFORM = "../platform"


@cache
def _text(overlay: str) -> str:
    """Return what kustomize makes of an overlay."""
    folder = ROOT / "kustomize/overlays" / overlay
    done = subprocess.run(
        [KUSTOMIZE, "build", folder], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "kustomize warns: " + done.stderr
    return done.stdout


def rendered(overlay: str) -> list[Manifest]:
    """Return the objects of an overlay, each time new ones."""
    return [copy.deepcopy(manifest) for manifest in yaml.safe_load_all(_text(overlay))]


def deployed(overlay: str) -> list[Manifest]:
    """Return the objects of an overlay with those that may be beside them."""
    beside = BESIDE if overlay == "production" else ()
    return [manifest for name in (overlay, *beside) for manifest in rendered(name)]


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    """Return the objects of some kinds."""
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def only(manifests: list[Manifest], kind: str, name: str | None = None) -> Manifest:
    """Return the one object of a kind, and a name if there are several."""
    (found,) = [
        manifest
        for manifest in of_kind(manifests, kind)
        if name is None or manifest["metadata"]["name"] == name
    ]
    return found


def name_of(manifest: Manifest) -> str:
    """Return ``Kind/name``."""
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def pod_of(deployment: Manifest) -> Manifest:
    """Return the specification of a deployment's pods."""
    pod: Manifest = deployment["spec"]["template"]["spec"]
    return pod


def pod_labels(deployment: Manifest) -> dict[str, str]:
    """Return the labels of a deployment's pods."""
    labels: dict[str, str] = deployment["spec"]["template"]["metadata"]["labels"]
    return labels


def is_selected(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Return whether labels have what a selector asks for."""
    return selector.items() <= labels.items()


def containers(manifests: list[Manifest]) -> Iterator[tuple[Manifest, Manifest]]:
    """Yield each deployment with each of its containers."""
    for deployment in of_kind(manifests, "Deployment"):
        for container in pod_of(deployment)["containers"]:
            yield deployment, container


def api_containers(manifests: list[Manifest]) -> list[tuple[Manifest, Manifest]]:
    """Return the containers of the service itself, with their deployments."""
    return [pair for pair in containers(manifests) if pair[1]["name"] == "primeql"]


def environment(manifests: list[Manifest], container: Manifest) -> dict[str, str]:
    """Return the variables of a container's environment."""
    variables: dict[str, str] = {}
    for source in container.get("envFrom", []):
        config = only(manifests, "ConfigMap", source["configMapRef"]["name"])
        variables |= config["data"]
    return variables | {item["name"]: item["value"] for item in container.get("env", [])}


def quantity(text: str | int) -> float:
    """Return an amount of CPU or memory as a number."""
    units = {"m": 1e-3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30}
    for unit, factor in units.items():
        if str(text).endswith(unit):
            return float(str(text).removesuffix(unit)) * factor
    return float(text)
