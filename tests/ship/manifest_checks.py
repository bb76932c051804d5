"""What no schema can tell of manifests: each check returns the faults it finds, in words."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from primeql.commands.serve_command import shutdown_seconds
from primeql.settings import FILE_SUFFIX, PREFIX, Settings, SettingsError, is_secret
from tests.ship.manifests import (
    Manifest,
    api_containers,
    containers,
    environment,
    is_selected,
    name_of,
    of_kind,
    only,
    pod_labels,
    pod_of,
    quantity,
)

GRACE_RESERVE_SECONDS = 5
# What the serving process, its libraries and its workers take beside what settings bound.
BASE_BYTES = 300 << 20
CACHE_SETTINGS = ("max_document_cache_bytes", "max_persisted_bytes", "max_answer_memory_bytes")


def selectors(manifests: list[Manifest]) -> Iterator[str]:
    """Check that each selector has pods, or services, that it selects."""
    deployments = of_kind(manifests, "Deployment")
    for kind, *path in (
        ("Service", "spec", "selector"),
        ("PodDisruptionBudget", "spec", "selector", "matchLabels"),
        ("NetworkPolicy", "spec", "podSelector"),
    ):
        for manifest in of_kind(manifests, kind):
            selector: Any = manifest
            for key in path:
                selector = selector[key]
            selector = selector.get("matchLabels", selector)
            if not any(is_selected(selector, pod_labels(one)) for one in deployments):
                yield f"{name_of(manifest)} selects no pod"
    for monitor in of_kind(manifests, "ServiceMonitor"):
        selector = monitor["spec"]["selector"]["matchLabels"]
        services = [
            service
            for service in of_kind(manifests, "Service")
            if is_selected(selector, service["metadata"]["labels"])
        ]
        ports = {port["name"] for service in services for port in service["spec"]["ports"]}
        for endpoint in monitor["spec"]["endpoints"]:
            if endpoint["port"] not in ports:
                yield f"{name_of(monitor)} scrapes no service"


def deployments_apart(manifests: list[Manifest]) -> Iterator[str]:
    """Check that each deployment selects its own pods, and no other one's."""
    deployments = of_kind(manifests, "Deployment")
    for one, other in itertools.product(deployments, repeat=2):
        selects = is_selected(one["spec"]["selector"]["matchLabels"], pod_labels(other))
        if selects != (one is other):
            yield f"{name_of(one)} selects {'no pod' if one is other else name_of(other)}"


def _given_secrets(manifests: list[Manifest]) -> dict[str, set[str]]:
    """Return the keys of each secret that will exist."""
    secrets = {
        one["metadata"]["name"]: set(one.get("data", {})) for one in of_kind(manifests, "Secret")
    }
    for one in of_kind(manifests, "ExternalSecret"):
        secrets[one["spec"]["target"]["name"]] = {
            entry["secretKey"] for entry in one["spec"]["data"]
        }
    for one in of_kind(manifests, "Certificate"):
        secrets[one["spec"]["secretName"]] = {"tls.crt", "tls.key"}
    for one in of_kind(manifests, "Ingress"):
        if "cert-manager.io/cluster-issuer" in one["metadata"]["annotations"]:
            for tls in one["spec"]["tls"]:
                secrets[tls["secretName"]] = {"tls.crt", "tls.key"}
    return secrets


def pod_names(manifests: list[Manifest]) -> Iterator[str]:
    """Check that what pods name exists: accounts, configuration, secrets and their files."""
    names = {name_of(manifest) for manifest in manifests}
    secrets = _given_secrets(manifests)
    names |= {f"Secret/{name}" for name in secrets} | {"ServiceAccount/default"}
    for deployment in of_kind(manifests, "Deployment"):
        pod, who = pod_of(deployment), name_of(deployment)
        for name in sorted(set(_named_by(pod)) - names):
            yield f"{who}: there is no {name}"
        volumes = {volume["name"] for volume in pod["volumes"]}
        for container in pod["containers"]:
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            for name in sorted(mounted - volumes):
                yield f"{who}: there is no volume {name}"
            yield from _secret_files(deployment, container, secrets)


def _named_by(pod: Manifest) -> Iterator[str]:
    """Yield what a pod names, as ``Kind/name``."""
    yield f"ServiceAccount/{pod.get('serviceAccountName', 'default')}"
    for volume in pod["volumes"]:
        if "configMap" in volume:
            yield f"ConfigMap/{volume['configMap']['name']}"
        if "secret" in volume:
            yield f"Secret/{volume['secret']['secretName']}"
    for container in pod["containers"]:
        for source in container.get("envFrom", []):
            yield f"ConfigMap/{source['configMapRef']['name']}"


def _secret_files(
    deployment: Manifest, container: Manifest, secrets: dict[str, set[str]]
) -> Iterator[str]:
    """Check that settings which name files of a mounted secret name keys that it has."""
    sources = {
        volume["name"]: volume["secret"]["secretName"]
        for volume in pod_of(deployment)["volumes"]
        if "secret" in volume
    }
    for mount in container["volumeMounts"]:
        if mount["name"] not in sources:
            continue
        keys = secrets.get(sources[mount["name"]], set())
        for variable in container.get("env", []):
            folder, _, key = variable["value"].rpartition("/")
            if folder == mount["mountPath"] and key not in keys:
                yield f"{name_of(deployment)}: {variable['name']} is no key of the secret"
    names = {variable["name"] for variable in container.get("env", [])}
    if "PRIMEQL_REDIS_URL_FILE" in names and "PRIMEQL_ANSWERS_KEY_FILE" not in names:
        yield f"{name_of(deployment)}: answers in Redis can be forged without a key for them"


def other_names(manifests: list[Manifest]) -> Iterator[str]:
    """Check that what else is named exists: scaled deployments, roles, gateways, backends."""
    names = {name_of(manifest) for manifest in manifests}
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if f"{target['kind']}/{target['name']}" not in names:
            yield f"{name_of(scaler)}: there is no {target['kind']}/{target['name']}"
    for binding in of_kind(manifests, "RoleBinding"):
        if f"Role/{binding['roleRef']['name']}" not in names:
            yield f"{name_of(binding)}: there is no Role/{binding['roleRef']['name']}"
    services = {
        (one["metadata"]["name"], key)
        for one in of_kind(manifests, "Service")
        for port in one["spec"]["ports"]
        for key in (port["name"], port["port"])
    }
    for who, backend in _backends(manifests):
        if backend not in services:
            yield f"{who}: there is no Service {backend[0]} with port {backend[1]}"
    yield from _gateways(manifests)


def _backends(manifests: list[Manifest]) -> Iterator[tuple[str, tuple[str, str | int]]]:
    """Yield who leads to which port of which service."""
    for ingress in of_kind(manifests, "Ingress"):
        for rule in ingress["spec"]["rules"]:
            for path in rule["http"]["paths"]:
                service = path["backend"]["service"]
                (port,) = service["port"].values()
                yield name_of(ingress), (service["name"], port)
    for route in of_kind(manifests, "HTTPRoute"):
        for rule in route["spec"]["rules"]:
            for backend in rule.get("backendRefs", []):
                yield name_of(route), (backend["name"], backend["port"])


def _gateways(manifests: list[Manifest]) -> Iterator[str]:
    """Check that no Gateway is our own, and that limits are for routes that exist."""
    names = {name_of(manifest) for manifest in manifests}
    for gateway in of_kind(manifests, "Gateway"):
        yield f"{name_of(gateway)}: its load balancer is against the quota; it is the platform's"
    for policy in of_kind(manifests, "BackendTrafficPolicy"):
        for target in policy["spec"]["targetRefs"]:
            if f"{target['kind']}/{target['name']}" not in names:
                yield f"{name_of(policy)}: there is no {target['kind']}/{target['name']}"


def attachments(manifests: list[Manifest], platform: list[Manifest]) -> Iterator[str]:
    """Check that routes name listeners of the platform's Gateways which let them in."""
    listeners = {
        (one["metadata"]["namespace"], one["metadata"]["name"], listener["name"]): listener
        for one in of_kind(platform, "Gateway")
        for listener in one["spec"]["listeners"]
    }
    for route in of_kind(manifests, "HTTPRoute"):
        for parent in route["spec"]["parentRefs"]:
            key = (parent.get("namespace"), parent["name"], parent["sectionName"])
            if key not in listeners:
                yield f"{name_of(route)}: there is no listener {parent['sectionName']}"
                continue
            (rule,) = listeners[key]["allowedRoutes"]["namespaces"]["selector"]["matchExpressions"]
            if route["metadata"]["namespace"] not in rule["values"]:
                yield f"{name_of(route)}: its namespace is not let in"


def probe_ports(manifests: list[Manifest]) -> Iterator[str]:
    """Check that probes ask ports that there are."""
    for deployment, container in containers(manifests):
        named = {port["name"] for port in container["ports"]}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            for handler in ("httpGet", "tcpSocket"):
                port = container.get(probe, {}).get(handler, {}).get("port")
                if port is not None and port not in named:
                    yield f"{name_of(deployment)}: {probe} asks no port"


def service_ports(manifests: list[Manifest]) -> Iterator[str]:
    """Check that services lead to ports that their pods have."""
    for deployment, container in containers(manifests):
        named = {port["name"] for port in container["ports"]}
        for service in of_kind(manifests, "Service"):
            if is_selected(service["spec"]["selector"], pod_labels(deployment)):
                wanted = {port["targetPort"] for port in service["spec"]["ports"]}
                if not wanted <= named:
                    yield f"{name_of(service)} leads to no port"


def settings_ports(manifests: list[Manifest]) -> Iterator[str]:
    """Check that the ports of the service are those of its settings."""
    for deployment, container in api_containers(manifests):
        variables = environment(manifests, container)
        numbers = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
        wanted = {"http": variables["PRIMEQL_PORT"], "metrics": variables["PRIMEQL_METRICS_PORT"]}
        if numbers != wanted:
            yield f"{name_of(deployment)}: ports {numbers} are not those of the settings, {wanted}"


def settings_of(manifests: list[Manifest], container: Manifest) -> Settings:
    """Return the settings that a container of the service starts with, but for its secrets.

    Raises:
        SettingsError: It would not start.
    """
    variables = environment(manifests, container)
    return Settings.from_environ(
        {name: text for name, text in variables.items() if name not in _secret_file_names()}
    )


def _secret_file_names() -> set[str]:
    """Return the variables that name a file with a secret."""
    fields = Settings.__dataclass_fields__.values()
    return {PREFIX + field.name.upper() + FILE_SUFFIX for field in fields if is_secret(field)}


def environments(manifests: list[Manifest]) -> Iterator[str]:
    """Check that the service starts with what it is given, and that no secret is in it."""
    secrets = {name.removesuffix(FILE_SUFFIX) for name in _secret_file_names()}
    for deployment, container in api_containers(manifests):
        for name in secrets & set(environment(manifests, container)):
            yield f"{name_of(deployment)}: the secret {name} is in the environment"
        try:
            settings_of(manifests, container)
        except SettingsError as error:
            yield f"{name_of(deployment)}: {error}"


def memory(manifests: list[Manifest]) -> Iterator[str]:
    """Check that what the settings allow to be kept fits the limit of memory."""
    for deployment, container in api_containers(manifests):
        settings = settings_of(manifests, container)
        kept = sum(getattr(settings, name, 0) for name in CACHE_SETTINGS)
        if quantity(container["resources"]["limits"]["memory"]) < BASE_BYTES + kept:
            yield f"{name_of(deployment)}: the caches do not fit its memory"


def grace(manifests: list[Manifest]) -> Iterator[str]:
    """Check that pods are given the time that they take to end."""
    for deployment, container in api_containers(manifests):
        drain = shutdown_seconds(settings_of(manifests, container))
        needed = container["lifecycle"]["preStop"]["sleep"]["seconds"] + drain
        if pod_of(deployment)["terminationGracePeriodSeconds"] < needed + GRACE_RESERVE_SECONDS:
            yield f"{name_of(deployment)}: needs {needed} s to end"


def quota(manifests: list[Manifest]) -> Iterator[str]:
    """Check that the most pods there can be, with those of an update, fit the quota."""
    hard = only(manifests, "ResourceQuota")["spec"]["hard"]
    used = dict.fromkeys(hard, 0.0)
    for deployment in of_kind(manifests, "Deployment"):
        pods = _most_pods(manifests, deployment)
        used["pods"] += pods
        for container in pod_of(deployment)["containers"]:
            for kind, resource in itertools.product(("requests", "limits"), ("cpu", "memory")):
                amount = quantity(container["resources"][kind][resource])
                used[f"{kind}.{resource}"] += pods * amount
    for resource, amount in used.items():
        if amount > quantity(hard[resource]):
            yield f"{resource}: {amount:g} are needed, the quota is {hard[resource]}"


def scaling(manifests: list[Manifest]) -> Iterator[str]:
    """Check that the percentages of an autoscaler are of all that a pod can use."""
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        for deployment in of_kind(manifests, target["kind"]):
            if deployment["metadata"]["name"] != target["name"]:
                continue
            for container in pod_of(deployment)["containers"]:
                resources = container["resources"]
                asked, most = (quantity(resources[one]["cpu"]) for one in ("requests", "limits"))
                if asked < most:
                    yield f"{name_of(scaler)}: scales by {asked:g} of {most:g} cores"


def _most_pods(manifests: list[Manifest], deployment: Manifest) -> int:
    """Return how many pods of a deployment there can be at once."""
    most = int(deployment["spec"].get("replicas", 1))
    for scaler in of_kind(manifests, "HorizontalPodAutoscaler"):
        if scaler["spec"]["scaleTargetRef"]["name"] == deployment["metadata"]["name"]:
            most = scaler["spec"]["maxReplicas"]
    surge = deployment["spec"]["strategy"].get("rollingUpdate", {}).get("maxSurge", 0)
    return most + int(surge)


CHECKS: tuple[Callable[[list[Manifest]], Iterator[str]], ...] = (
    selectors,
    deployments_apart,
    pod_names,
    other_names,
    service_ports,
    probe_ports,
    settings_ports,
    memory,
    grace,
    quota,
    scaling,
)


def faults(manifests: list[Manifest]) -> list[str]:
    """Return what all checks find; the others can only be made with settings that can be read."""
    unreadable = list(environments(manifests))
    return unreadable or [fault for check in CHECKS for fault in check(manifests)]
