"""Whether a Role allows a request, by the rules of Kubernetes' own authorizer.

A request is allowed if one rule names its verb, its API group and its resource, each by its name or
by ``*``, and its object if the rule names objects. A subresource is named as ``pods/log``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.ship.manifests import Manifest

# By kind: the resource, as it stands in the paths of the API.
RESOURCES = {
    "BackendTrafficPolicy": "backendtrafficpolicies",
    "ConfigMap": "configmaps",
    "Deployment": "deployments",
    "ExternalSecret": "externalsecrets",
    "HTTPRoute": "httproutes",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "Ingress": "ingresses",
    "LimitRange": "limitranges",
    "Middleware": "middlewares",
    "Namespace": "namespaces",
    "NetworkPolicy": "networkpolicies",
    "PodDisruptionBudget": "poddisruptionbudgets",
    "PrometheusRule": "prometheusrules",
    "ResourceQuota": "resourcequotas",
    "Role": "roles",
    "RoleBinding": "rolebindings",
    "Secret": "secrets",
    "Service": "services",
    "ServiceAccount": "serviceaccounts",
    "ServiceMonitor": "servicemonitors",
}


@dataclass(frozen=True)
class Request:
    """What is asked of the API; ``resource`` may have a subresource after a slash."""

    verb: str
    group: str
    resource: str
    name: str = ""

    def __str__(self) -> str:
        """Return the request in words."""
        return f"{self.verb} {self.resource}.{self.group or 'core'} {self.name}".rstrip()


def allows(role: Manifest, request: Request) -> bool:
    """Return whether a rule of the role allows the request."""
    return any(_rule_allows(rule, request) for rule in role["rules"])


def _rule_allows(rule: Manifest, request: Request) -> bool:
    """Return whether one rule allows the request."""
    _, _, subresource = request.resource.partition("/")
    resources = {"*", request.resource} | ({f"*/{subresource}"} if subresource else set())
    return (
        not {"*", request.verb}.isdisjoint(rule["verbs"])
        and not {"*", request.group}.isdisjoint(rule["apiGroups"])
        and not resources.isdisjoint(rule["resources"])
        and _names_allow(rule.get("resourceNames", []), request)
    )


def _names_allow(names: list[str], request: Request) -> bool:
    """Return whether a rule that is for objects of some names, or of all, allows the request."""
    # The name of what is created is not known to the authorizer.
    return not names or (request.verb != "create" and request.name in names)


def requests_for(manifest: Manifest, *verbs: str) -> Iterator[Request]:
    """Yield one request with each verb for an object."""
    group, slash, _ = manifest["apiVersion"].partition("/")
    resource = RESOURCES.get(manifest["kind"], manifest["kind"].lower() + "s")
    for verb in verbs:
        yield Request(verb, group if slash else "", resource, manifest["metadata"]["name"])
