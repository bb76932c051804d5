"""Whoever deploys may do what the guide says, and nothing that would give more rights."""

import pytest

from tests.ship.authorizer import Request, allows, requests_for
from tests.ship.manifests import BESIDE, OVERLAYS, Manifest, of_kind, only, rendered

pytestmark = pytest.mark.ship

# Whoever writes these gives rights to themselves, reads secrets, or opens the network.
ADMINISTRATORS = {
    "Namespace",
    "ResourceQuota",
    "LimitRange",
    "Role",
    "RoleBinding",
    "NetworkPolicy",
    "ExternalSecret",
    "HTTPRoute",
    "Ingress",
    "BackendTrafficPolicy",
    "Middleware",
}
# What `kubectl apply` asks for: what is there, and then what is to be.
WRITING = ("get", "create", "patch")


def role_of(overlay: str) -> Manifest:
    """Return the rights of those who deploy an overlay."""
    return only(rendered(overlay.partition("/")[0]), "Role", "primeql-deployer")


def denied(role: Manifest, requests: list[Request]) -> list[str]:
    """Return the requests that a role does not allow, in words."""
    return [str(request) for request in requests if not allows(role, request)]


@pytest.mark.parametrize("overlay", [*OVERLAYS, *BESIDE])
def test_deployer_may_apply_what_an_overlay_renders(overlay: str) -> None:
    requests = [
        request
        for manifest in rendered(overlay)
        for request in requests_for(
            manifest, *(("get",) if manifest["kind"] in ADMINISTRATORS else WRITING)
        )
    ]
    assert denied(role_of(overlay), requests) == []


@pytest.mark.parametrize("overlay", ["production/blue", *BESIDE])
def test_deployer_may_remove_a_color_or_a_canary(overlay: str) -> None:
    requests = [
        request
        for manifest in rendered(overlay)
        for request in requests_for(manifest, "get", "delete")
    ]
    assert denied(role_of(overlay), requests) == []


WATCHING = [
    # kubectl rollout status, undo, restart
    *(Request(verb, "apps", "deployments") for verb in ("get", "list", "watch", "patch")),
    *(Request(verb, "apps", "replicasets") for verb in ("get", "list", "watch")),
    # kubectl get, describe, logs, wait
    *(Request(verb, "", "pods") for verb in ("get", "list", "watch")),
    Request("get", "", "pods/log"),
    Request("list", "", "events"),
    Request("get", "autoscaling", "horizontalpodautoscalers"),
    # kubectl port-forward service/primeql-preview-green
    Request("get", "", "services", "primeql-preview-green"),
    Request("create", "", "pods/portforward"),
]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_deployer_may_watch_a_deployment_and_try_it(overlay: str) -> None:
    assert denied(role_of(overlay), WATCHING) == []


def test_each_color_has_a_service_for_trying_it() -> None:
    for color in ("blue", "green"):
        manifests = rendered(f"production/{color}")
        service = only(manifests, "Service", f"primeql-preview-{color}")
        assert service["spec"]["selector"]["primeql/color"] == color
        assert service["spec"]["selector"]["primeql/track"] == "stable"


def escalations(overlay: str) -> list[Request]:
    """Return requests that would give a deployer more than the rights to deploy."""
    written = [one for one in rendered(overlay) if one["kind"] in ADMINISTRATORS]
    return [
        *(request for one in written for request in requests_for(one, "create", "patch", "delete")),
        *(Request(verb, "", "secrets") for verb in ("list", "watch", "delete")),
        Request("create", "", "pods/exec"),
        Request("create", "", "serviceaccounts/token"),
        Request("bind", "rbac.authorization.k8s.io", "roles"),
        Request("escalate", "rbac.authorization.k8s.io", "roles"),
        Request("impersonate", "", "users"),
    ]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_deployer_may_not_gain_rights(overlay: str) -> None:
    role, requests = role_of(overlay), escalations(overlay)
    assert [str(request) for request in requests if allows(role, request)] == []


@pytest.mark.parametrize("overlay", ["staging", "production"])
def test_deployer_reads_no_secret(overlay: str) -> None:
    assert not allows(role_of(overlay), Request("get", "", "secrets", "primeql"))


def test_every_binding_gives_the_role_to_a_group() -> None:
    for overlay in OVERLAYS:
        (binding,) = of_kind(rendered(overlay), "RoleBinding")
        assert binding["roleRef"]["name"] == "primeql-deployer"
        assert [subject["kind"] for subject in binding["subjects"]] == ["Group"]


RULE = {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}


@pytest.mark.parametrize(
    ("rule", "request_", "is_allowed"),
    [
        (RULE, Request("get", "apps", "deployments", "x"), True),
        (RULE, Request("patch", "apps", "deployments", "x"), False),
        (RULE, Request("get", "", "deployments", "x"), False),
        (RULE, Request("get", "apps", "deployments/scale", "x"), False),
        ({**RULE, "verbs": ["*"]}, Request("patch", "apps", "deployments", "x"), True),
        ({**RULE, "resources": ["*"]}, Request("get", "apps", "deployments/scale"), True),
        ({**RULE, "resources": ["*/scale"]}, Request("get", "apps", "deployments/scale"), True),
        ({**RULE, "resources": ["*/scale"]}, Request("get", "apps", "deployments"), False),
        ({**RULE, "resourceNames": ["x"]}, Request("get", "apps", "deployments", "x"), True),
        ({**RULE, "resourceNames": ["x"]}, Request("get", "apps", "deployments", "y"), False),
        (
            {**RULE, "verbs": ["create"], "resourceNames": ["x"]},
            Request("create", "apps", "deployments", "x"),
            False,
        ),
    ],
)
def test_authorizer_follows_the_rules(rule: Manifest, request_: Request, is_allowed: bool) -> None:
    assert allows({"rules": [rule]}, request_) is is_allowed
