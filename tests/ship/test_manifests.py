"""Every overlay holds together: schemas, models, and what no schema can tell."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from primeql import __version__
from primeql.__main__ import main
from primeql.app import create_app
from primeql.settings import Settings
from tests.ship.containers import ROOT
from tests.ship.manifest_checks import faults
from tests.ship.manifests import (
    BESIDE,
    OVERLAYS,
    PLATFORM,
    TOOLS,
    Manifest,
    api_containers,
    containers,
    deployed,
    name_of,
    of_kind,
    only,
    pod_of,
    rendered,
)

pytestmark = pytest.mark.ship

# The oldest has preStop.sleep switched on; the newest is the newest there is a schema of.
KUBERNETES_VERSIONS = ("1.30.0", "1.32.0", "1.34.0", "1.37.0")
MODELS = {
    "Certificate": "cert-manager/cert-manager.io/v1",
    "ExternalSecret": "external-secrets/external-secrets.io/v1",
    "Gateway": "gateway-api/gateway.networking.k8s.io/v1",
    "HTTPRoute": "gateway-api/gateway.networking.k8s.io/v1",
    "Probe": "prometheus-operator/monitoring.coreos.com/v1",
    "PrometheusRule": "prometheus-operator/monitoring.coreos.com/v1",
    "ServiceMonitor": "prometheus-operator/monitoring.coreos.com/v1",
}
# Of an edge's own; no registry has a model of it. test_edge.py looks at its fields.
WITHOUT_MODEL = {"BackendTrafficPolicy"}
# Each with its reason; what is not listed must pass.
POLICY_EXCEPTIONS = {
    "CKV_K8S_43": "the image of Redis, and of ours before production, goes by its tag",
    "CKV_K8S_15": "a tag or digest is never reused, so a node need not ask the registry again",
}


def run(*command: "str | Path", text: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Run a tool."""
    return subprocess.run(
        command, input=text, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


def schema_faults(manifests: list[Manifest], folder: Path) -> tuple[list[str], set[str]]:
    """Return what Kubernetes' own schemas find, and the kinds that they do not know."""
    file = folder / "manifests.yaml"
    file.write_text(yaml.safe_dump_all(manifests))
    versions = [f"--kubernetes-version={version}" for version in KUBERNETES_VERSIONS]
    done = run(TOOLS / "venv/bin/kubernetes-validate", "--strict", *versions, file)
    lines = (done.stdout + done.stderr).splitlines()
    unknown = {
        match[1]
        for line in lines
        if (match := re.search(r"schema for kind (\w+)", line)) is not None
    }
    return [line for line in lines if not line.startswith(("INFO", "WARN"))], unknown


def model_faults(manifests: list[Manifest], folder: Path) -> str:
    """Return what TypeScript finds in custom resources: wrong types, and fields there are not."""
    lines = [
        f'import type {{ I{kind} }} from "@kubernetes-models/{module}/{kind}";'
        for kind, module in MODELS.items()
    ]
    for number, manifest in enumerate(of_kind(manifests, *MODELS)):
        lines.append(f"const m{number}: I{manifest['kind']} = {json.dumps(manifest)};")
    modules = folder / "node_modules"
    if not modules.exists():
        modules.symlink_to(ROOT / "tests/ship/node_modules")
    (folder / "manifests.ts").write_text("\n".join(lines))
    compiler = modules / ".bin/tsc"
    done = run(compiler, "--noEmit", "--strict", "--skipLibCheck", folder / "manifests.ts")
    return done.stdout


@pytest.mark.parametrize("overlay", [*OVERLAYS, *BESIDE, PLATFORM])
def test_overlay_is_valid_by_schemas_and_models(overlay: str, tmp_path: Path) -> None:
    manifests = rendered(overlay)
    found, unknown = schema_faults(manifests, tmp_path)
    assert found == []
    assert unknown <= set(MODELS) | WITHOUT_MODEL, "neither a schema nor a model"
    assert model_faults(manifests, tmp_path) == ""


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_holds_together(overlay: str) -> None:
    assert faults(deployed(overlay)) == []


@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_grafana_finds_the_dashboard(overlay: str) -> None:
    config = only(rendered(overlay), "ConfigMap", "primeql-dashboard")
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert config["data"]["primeql.json"] == (ROOT / "ops/grafana/primeql.json").read_text()


Change = Callable[[list[Manifest]], Any]


def _set(kind: str, path: str, value: Any) -> Change:
    """Return a change of one field of the first object of a kind."""

    def change(manifests: list[Manifest]) -> None:
        target: Any = of_kind(manifests, kind)[0]
        *folders, last = [int(key) if key.isdigit() else key for key in path.split("/")]
        for key in folders:
            target = target[key]
        target[last] = value

    return change


def _of_api(path: str, value: Any) -> Change:
    """Return a change of one field of the service's own deployment."""

    def change(manifests: list[Manifest]) -> None:
        (deployment, _), *_ = api_containers(manifests)
        _set("Deployment", path, value)([deployment])

    return change


def _without(kind: str) -> Change:
    """Return a change that takes all objects of a kind away."""
    return lambda manifests: manifests.__setitem__(
        slice(None), [one for one in manifests if one["kind"] != kind]
    )


GATEWAY = {"kind": "Gateway", "metadata": {"name": "primeql"}}
CONTAINER = "spec/template/spec/containers/0"


@pytest.mark.parametrize(
    ("overlay", "change", "fault"),
    [
        ("dev", _set("Service", "spec/selector", {"app": "other"}), "selects no pod"),
        (
            "staging",
            _set("PodDisruptionBudget", "spec/selector/matchLabels", {"a": "b"}),
            "selects no pod",
        ),
        ("dev", _set("NetworkPolicy", "spec/podSelector", {"a": "b"}), "selects no pod"),
        ("staging", _set("ServiceMonitor", "spec/endpoints/0/port", "http"), "scrapes no service"),
        ("dev", _set("Deployment", "spec/selector/matchLabels", {"a": "b"}), "selects no pod"),
        ("production", _set("Deployment", "spec/selector/matchLabels", {}), "selects Deployment/"),
        ("dev", _without("ServiceAccount"), "no ServiceAccount/primeql"),
        ("dev", _without("Secret"), "no Secret/primeql"),
        ("staging", _without("ExternalSecret"), "no Secret/primeql"),
        ("dev", _set("Secret", "data", {}), "PRIMEQL_REDIS_URL_FILE is no key"),
        ("dev", _set("Deployment", "spec/template/spec/volumes", []), "no volume tmp"),
        (
            "staging",
            _set("HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "x"),
            "Deployment/x",
        ),
        ("dev", _without("Role"), "no Role/primeql-deployer"),
        (
            "production",
            _set("HTTPRoute", "spec/rules/0/backendRefs", [{"name": "x", "port": 1}]),
            "x",
        ),
        ("production", lambda them: them.append(GATEWAY), "against the quota"),
        ("production", _set("BackendTrafficPolicy", "spec/targetRefs/0/name", "x"), "HTTPRoute/x"),
        ("dev", _set("Deployment", f"{CONTAINER}/livenessProbe/httpGet/port", "x"), "asks no port"),
        ("dev", _set("Service", "spec/ports/0/targetPort", "x"), "leads to no port"),
        ("dev", _set("Deployment", f"{CONTAINER}/ports/0/containerPort", 80), "not those"),
        ("dev", _set("Deployment", f"{CONTAINER}/env/1/name", "X_FILE"), "can be forged"),
        ("dev", _set("ConfigMap", "data/PRIMEQL_PROT", "80"), "PRIMEQL_PROT is not a setting"),
        ("dev", _set("ConfigMap", "data/PRIMEQL_REDIS_URL", "redis://x"), "in the environment"),
        ("dev", _set("ConfigMap", "data/PRIMEQL_MAX_DOCUMENT_CACHE_BYTES", "900000000"), "caches"),
        ("dev", _set("ConfigMap", "data/PRIMEQL_DEADLINE_MILLISECONDS", "20000"), "s to end"),
        (
            "dev",
            _set("Deployment", "spec/template/spec/terminationGracePeriodSeconds", 20),
            "s to end",
        ),
        ("staging", _set("HorizontalPodAutoscaler", "spec/maxReplicas", 9), "the quota is"),
        ("staging", _of_api(f"{CONTAINER}/resources/requests/cpu", "500m"), "by 0.5 of 2 cores"),
        ("local", _set("Deployment", "spec/replicas", 20), "pods: 21 are needed"),
    ],
)
def test_overlay_that_is_broken_is_found_out(overlay: str, change: Change, fault: str) -> None:
    manifests = deployed(overlay)
    change(manifests)
    assert any(fault in found for found in faults(manifests)), faults(manifests)


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("Deployment", "spec/strategy/rollingUpdate/maxUnavailible", 0),
        ("Service", "spec/ports/0/port", "http"),
        ("ConfigMap", "data/A", 1),
        ("NetworkPolicy", "spec/policyType", ["Ingress"]),
        ("ResourceQuota", "spec/hard", []),
        ("HorizontalPodAutoscaler", "spec/minReplica", 1),
        ("PodDisruptionBudget", "spec/maxUnavailable", {}),
        ("RoleBinding", "roleRef", {"name": "x"}),
    ],
)
def test_schemas_refuse_a_broken_object(kind: str, path: str, value: Any, tmp_path: Path) -> None:
    manifests = of_kind(rendered("staging"), kind)[:1]
    _set(kind, path, value)(manifests)
    found, _ = schema_faults(manifests, tmp_path)
    assert found != []


@pytest.mark.parametrize(
    ("overlay", "kind", "path", "value"),
    [
        (PLATFORM, "Certificate", "spec/dnsName", ["x"]),
        ("production", "ExternalSecret", "spec/refreshIntervall", "1h"),
        (PLATFORM, "Gateway", "spec/listeners/0/ports", [80]),
        ("production", "HTTPRoute", "spec/hostname", "x"),
        ("staging", "ServiceMonitor", "spec/endpoints/0/prot", "metrics"),
    ],
)
def test_models_refuse_a_broken_object(
    overlay: str, kind: str, path: str, value: Any, tmp_path: Path
) -> None:
    manifests = rendered(overlay)
    _set(kind, path, value)(manifests)
    assert path.rpartition("/")[2] in model_faults(manifests, tmp_path)


def test_policies_are_kept_but_for_the_exceptions(tmp_path: Path) -> None:
    privileged = rendered("local")
    _set("Deployment", f"{CONTAINER}/securityContext/privileged", True)(privileged)
    found = policy_faults(
        {"broken": privileged, **{name: rendered(name) for name in (*OVERLAYS, *BESIDE)}}, tmp_path
    )
    assert ("broken", "CKV_K8S_16") in found, "a privileged container"
    kept = {(name, rule) for name, rule in found if name != "broken"}
    assert {rule for _, rule in kept} == set(POLICY_EXCEPTIONS), kept


def policy_faults(overlays: dict[str, list[Manifest]], folder: Path) -> set[tuple[str, str]]:
    """Return the rules of checkov that fail, each with the overlay."""
    for name, manifests in overlays.items():
        (folder / f"{name.replace('/', '-')}.yaml").write_text(yaml.safe_dump_all(manifests))
    done = run(
        *(TOOLS / "venv/bin/checkov", "--quiet", "--compact", "--skip-download"),
        *("--framework", "kubernetes", "--output", "json", "--directory", folder),
    )
    failed = json.loads(done.stdout)["results"]["failed_checks"]
    return {(Path(check["file_path"]).stem, check["check_id"]) for check in failed}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_namespace_allows_restricted_pods_only(overlay: str) -> None:
    labels = only(rendered(overlay), "Namespace")["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"
        assert re.fullmatch(r"v1\.\d+", labels[f"pod-security.kubernetes.io/{mode}-version"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_is_in_the_namespace(overlay: str) -> None:
    manifests = deployed(overlay)
    name = only(manifests, "Namespace")["metadata"]["name"]
    elsewhere = [
        name_of(one)
        for one in manifests
        if one["kind"] != "Namespace" and one["metadata"].get("namespace") != name
    ]
    assert elsewhere == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_have_no_right_and_keep_nothing(overlay: str) -> None:
    for deployment, container in containers(deployed(overlay)):
        pod, security = pod_of(deployment), container["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] > 10_000
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert security["capabilities"] == {"drop": ["ALL"]}
        kinds = {key for volume in pod["volumes"] for key in volume if key != "name"}
        assert kinds <= {"configMap", "secret", "emptyDir"}


@pytest.mark.parametrize("overlay", [name for name in OVERLAYS if name != "dev"])
def test_no_secret_is_written_down(overlay: str) -> None:
    assert of_kind(deployed(overlay), "Secret") == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_images_have_a_version(overlay: str) -> None:
    for _, container in containers(deployed(overlay)):
        assert re.search(r"(:\d+\.\d+\.\d+|@sha256:[0-9a-f]{64})$", container["image"])


@pytest.mark.parametrize("overlay", ["local", "dev", "staging"])
def test_tag_of_our_image_is_the_version(overlay: str) -> None:
    for _, container in api_containers(deployed(overlay)):
        assert container["image"].endswith(f"/prime-math-api:{__version__}")


def test_images_of_production_go_by_their_digest() -> None:
    for _, container in containers(deployed("production")):
        assert "@sha256:" in container["image"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_of_the_service_run_a_command_that_exists(overlay: str) -> None:
    for _, container in api_containers(deployed(overlay)):
        assert "command" not in container, "the image's own entry point"
        with pytest.raises(SystemExit) as ended:
            main([*container["args"], "--help"])
        assert ended.value.code == 0


@pytest.mark.parametrize("overlay", OVERLAYS)
async def test_probes_ask_what_the_service_answers(overlay: str) -> None:
    transport = httpx.ASGITransport(app=create_app(Settings()))
    async with httpx.AsyncClient(transport=transport, base_url="http://pod") as client:
        for _, container in api_containers(deployed(overlay)):
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                status = (await client.get(container[probe]["httpGet"]["path"])).status_code
                assert status in (httpx.codes.OK, httpx.codes.SERVICE_UNAVAILABLE)


@pytest.mark.parametrize("file", sorted((ROOT / "kustomize").rglob("primeql.env")), ids=str)
def test_settings_of_each_environment_pass_the_check(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["config", "check", "--values-only", "--env-file", str(file)]) == 0
    assert capsys.readouterr().out.startswith("ok: ")
