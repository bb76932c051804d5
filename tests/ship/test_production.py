"""Production by colors: which is live, what is tried beside it, and a canary with the live one."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.ship.containers import ROOT
from tests.ship.manifest_checks import faults
from tests.ship.manifests import (
    KUSTOMIZE,
    Manifest,
    deployed,
    is_selected,
    of_kind,
    only,
    pod_labels,
    pod_of,
    rendered,
)

pytestmark = pytest.mark.ship


def run(*command: "str | Path") -> "subprocess.CompletedProcess[str]":
    """Run a tool."""
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the manifests and of the scripts that change them."""
    for folder in ("kustomize", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / "tree" / folder)
    return tmp_path / "tree"


def built(tree: Path, overlay: str) -> list[Manifest]:
    """Return what kustomize makes of an overlay of a tree."""
    done = run(KUSTOMIZE, "build", tree / "kustomize/overlays" / overlay)
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def with_green(tree: Path) -> None:
    """Add green to what is applied, as the guide says."""
    file = tree / "kustomize/overlays/production/kustomization.yaml"
    file.write_text(file.read_text().replace("  - blue\n", "  - blue\n  - green\n"))


def live_selector(manifests: list[Manifest]) -> dict[str, str]:
    """Return whom the Service leads to."""
    selector: dict[str, str] = only(manifests, "Service", "primeql")["spec"]["selector"]
    return selector


def test_colors_can_change_places() -> None:
    manifests = deployed("production")
    selector = live_selector(manifests)
    assert selector["primeql/color"] == "blue"
    selector["primeql/color"] = "green"
    assert faults(manifests) == []
    assert {
        pod_labels(one)["primeql/color"]
        for one in of_kind(rendered("production/green"), "Deployment")
    } == {"green"}


@pytest.mark.parametrize("color", ["blue", "green"])
def test_canary_gets_its_share_of_the_live_requests(tree: Path, color: str) -> None:
    with_green(tree)
    assert run(tree / "scripts/set-live", color).returncode == 0
    selector = live_selector(built(tree, "production"))
    assert selector["primeql/color"] == color
    (canary,) = of_kind(built(tree, "production/canary"), "Deployment")
    assert is_selected(selector, pod_labels(canary))
    assert pod_labels(canary)["primeql/track"] == "canary"


def test_canary_can_change_its_color(tree: Path) -> None:
    with_green(tree)
    (before,) = of_kind(built(tree, "production/canary"), "Deployment")
    run(tree / "scripts/set-live", "green")
    (after,) = of_kind(built(tree, "production/canary"), "Deployment")
    assert pod_labels(before) != pod_labels(after)
    assert before["spec"]["selector"] == after["spec"]["selector"], "it cannot be changed"


def test_canary_is_placed_as_the_pods_beside_it() -> None:
    (canary,) = of_kind(rendered("production/canary"), "Deployment")
    (blue,) = of_kind(rendered("production/blue"), "Deployment")
    assert pod_of(canary)["affinity"]["nodeAffinity"] == pod_of(blue)["affinity"]["nodeAffinity"]
    for pod in (pod_of(canary), pod_of(blue)):
        (zones,) = pod["topologySpreadConstraints"]
        assert zones["topologyKey"] == "topology.kubernetes.io/zone"
        (term,) = pod["affinity"]["podAntiAffinity"][
            "preferredDuringSchedulingIgnoredDuringExecution"
        ]
        apart = term["podAffinityTerm"]["labelSelector"]["matchLabels"]
        assert is_selected(apart, pod_labels(blue)), "it keeps away from the pods of blue"


def test_every_pod_has_at_most_one_disruption_budget() -> None:
    manifests = deployed("production")
    for deployment in of_kind(manifests, "Deployment"):
        budgets = [
            one
            for one in of_kind(manifests, "PodDisruptionBudget")
            if is_selected(one["spec"]["selector"]["matchLabels"], pod_labels(deployment))
        ]
        assert len(budgets) == 1, "an eviction fails where there are two"


@pytest.mark.parametrize(("color", "status"), [("red", 2), ("", 2), ("green", 1)])
def test_color_that_has_no_pods_is_refused(tree: Path, color: str, status: int) -> None:
    before = (tree / "kustomize/overlays/production/live/color.yaml").read_text()
    assert run(tree / "scripts/set-live", color).returncode == status
    assert (tree / "kustomize/overlays/production/live/color.yaml").read_text() == before


def test_what_is_live_is_not_sent_to_the_cluster() -> None:
    assert "live" not in {
        one["metadata"]["name"] for one in of_kind(deployed("production"), "ConfigMap")
    }


def test_image_of_a_color_is_set_by_the_script(tree: Path) -> None:
    digest = "sha256:" + "0123456789abcdef" * 4
    assert run(tree / "scripts/set-image", "green", digest).returncode == 0
    (green,) = of_kind(built(tree, "production/green"), "Deployment")
    image = pod_of(green)["containers"][0]["image"]
    assert image == f"registry.example.org/prime-math-api@{digest}"
    assert digest not in str(built(tree, "production"))


@pytest.mark.parametrize("arguments", [("red", "sha256:" + "0" * 64), ("green", "latest"), ()])
def test_image_that_is_none_is_refused(arguments: tuple[str, ...]) -> None:
    assert run(ROOT / "scripts/set-image", *arguments).returncode == 2
