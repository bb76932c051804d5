"""The edge in Kubernetes: routes on the Gateway of the platform, or an Ingress, and its limits."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.ship.containers import ROOT
from tests.ship.manifest_checks import attachments, faults
from tests.ship.manifests import KUSTOMIZE, PLATFORM, Manifest, of_kind, only, rendered
from tests.ship.test_manifests import schema_faults

pytestmark = pytest.mark.ship

PATHS = ["/", "/explorer", "/favicon.ico", "/graphql", "/schema.graphql"]
ON_GATEWAYS = ("staging", "production")


def route_paths(manifests: list[Manifest]) -> list[str]:
    """Return the paths that routes and an Ingress lead to the service."""
    paths = [
        match["path"]["value"]
        for route in of_kind(manifests, "HTTPRoute")
        for rule in route["spec"]["rules"]
        for match in rule.get("matches", [])
    ]
    for ingress in of_kind(manifests, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            paths += [path["path"] for path in rule["http"]["paths"]]
    return sorted(paths)


@pytest.fixture
def with_ingress(tmp_path: Path) -> list[Manifest]:
    """Production for a cluster without a Gateway, written as the guide says."""
    shutil.copytree(ROOT / "kustomize", tmp_path / "kustomize")
    file = tmp_path / "kustomize/overlays/production/shared/kustomization.yaml"
    text = file.read_text().replace("  - ../../../components/envoy-limits\n", "")
    file.write_text(text.replace("components/gateway", "components/ingress"))
    done = subprocess.run(
        [KUSTOMIZE, "build", file.parents[1]],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


@pytest.mark.parametrize("overlay", ON_GATEWAYS)
def test_edge_leads_to_what_is_for_clients_and_to_nothing_else(overlay: str) -> None:
    assert route_paths(rendered(overlay)) == PATHS


@pytest.mark.parametrize("overlay", ON_GATEWAYS)
def test_routes_are_on_the_platforms_gateway(overlay: str) -> None:
    manifests = rendered(overlay)
    assert len(of_kind(manifests, "HTTPRoute")) == 2
    assert of_kind(manifests, "Gateway", "Certificate", "Ingress") == []
    assert list(attachments(manifests, rendered(PLATFORM))) == []


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("namespace", "primeql", "no listener https"),
        ("name", "other", "no listener https"),
        ("sectionName", "x", "no listener x"),
    ],
)
def test_route_that_names_no_listener_is_found(field: str, value: str, fault: str) -> None:
    route = only(rendered("production"), "HTTPRoute", "primeql")
    route["spec"]["parentRefs"][0][field] = value
    (found,) = attachments([route], rendered(PLATFORM))
    assert found.endswith(fault)


def test_route_from_a_namespace_that_is_not_let_in_is_found() -> None:
    route = only(rendered("production"), "HTTPRoute", "primeql")
    route["metadata"]["namespace"] = "other"
    assert list(attachments([route], rendered(PLATFORM))) == [
        "HTTPRoute/primeql: its namespace is not let in"
    ]


@pytest.mark.parametrize("overlay", ON_GATEWAYS)
def test_http_leads_to_https_by_its_own_listener(overlay: str) -> None:
    route = only(rendered(overlay), "HTTPRoute", "primeql-to-https")
    assert [one["sectionName"] for one in route["spec"]["parentRefs"]] == ["http"]
    ((step,),) = (rule["filters"] for rule in route["spec"]["rules"])
    assert step["requestRedirect"]["scheme"] == "https"


@pytest.mark.parametrize("overlay", ON_GATEWAYS)
def test_edge_lets_the_platforms_namespace_in_and_no_other(overlay: str) -> None:
    manifests = rendered(overlay)
    (gateway,) = of_kind(rendered(PLATFORM), "Gateway")
    policy = only(manifests, "NetworkPolicy", "primeql")
    (source,) = policy["spec"]["ingress"][0]["from"]
    let_in = source["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"]
    assert let_in == gateway["metadata"]["namespace"]


@pytest.mark.parametrize("overlay", ON_GATEWAYS)
def test_gateway_limits_each_address(overlay: str) -> None:
    policy = only(rendered(overlay), "BackendTrafficPolicy")
    assert policy["spec"]["targetRefs"] == [
        {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "primeql"}
    ]
    rules = policy["spec"]["rateLimit"]["global"]["rules"]
    networks = [rule["clientSelectors"][0]["sourceCIDR"] for rule in rules]
    assert networks == [{"type": "Distinct", "value": network} for network in ("0.0.0.0/0", "::/0")]
    assert {(rule["limit"]["requests"], rule["limit"]["unit"]) for rule in rules} == {
        (edge_rate(), "Second")
    }


def edge_rate() -> int:
    """Return the requests a second that our own edge takes of one address."""
    _, _, rest = (ROOT / "ops/nginx/limits.conf").read_text().partition("rate=")
    return int(rest.partition("r/s")[0])


def test_production_can_have_an_ingress_instead(
    with_ingress: list[Manifest], tmp_path: Path
) -> None:
    assert faults(with_ingress) == []
    found, unknown = schema_faults(with_ingress, tmp_path)
    assert found == []
    assert "Ingress" not in unknown
    assert of_kind(with_ingress, "HTTPRoute", "BackendTrafficPolicy") == []
    assert route_paths(with_ingress) == PATHS


def test_ingress_limits_each_address(with_ingress: list[Manifest]) -> None:
    ingress = only(with_ingress, "Ingress")
    annotations = ingress["metadata"]["annotations"]
    named = annotations["traefik.ingress.kubernetes.io/router.middlewares"].split(",")
    there = {
        f"{one['metadata']['namespace']}-{one['metadata']['name']}@kubernetescrd": one["spec"]
        for one in of_kind(with_ingress, "Middleware")
    }
    assert set(named) == set(there)
    assert {name for spec in there.values() for name in spec} == {"rateLimit", "inFlightReq"}
    assert not any("nginx" in name for name in annotations)
    rate = next(spec["rateLimit"] for spec in there.values() if "rateLimit" in spec)
    assert rate["average"] == edge_rate()


def test_schemas_refuse_a_broken_ingress(with_ingress: list[Manifest], tmp_path: Path) -> None:
    ingress = only(with_ingress, "Ingress")
    ingress["spec"]["tls"] = {}
    found, _ = schema_faults([ingress], tmp_path)
    assert found != []
