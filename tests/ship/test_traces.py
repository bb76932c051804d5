"""Traces of what is shipped: the image sends them, a component lets them out of the cluster."""

import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml

from tests.ship.containers import ROOT, running_container
from tests.ship.manifest_checks import faults
from tests.ship.manifests import KUSTOMIZE, api_containers, environment, of_kind
from tests.waiting import wait_until

pytestmark = pytest.mark.ship

COLLECTOR = "http://collector.observability.svc:4318"


def test_image_sends_traces(image: str) -> None:
    paths: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "PRIMEQL_TRACES": "true",
        "OTEL_TRACES_SAMPLER": "always_on",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "OTEL_BSP_SCHEDULE_DELAY": "100",
    }
    try:
        with running_container(image, settings) as container:
            container.ask("{ nthPrime(n: 1) }")
            wait_until(lambda: "/v1/traces" in paths, "spans")
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("overlay", "file"),
    [
        ("staging", "staging/kustomization.yaml"),
        ("production/blue", "production/settings/kustomization.yaml"),
    ],
)
def test_component_lets_traces_out(tmp_path: Path, overlay: str, file: str) -> None:
    shutil.copytree(ROOT / "kustomize", tmp_path / "kustomize")
    overlays = tmp_path / "kustomize/overlays"
    path = overlays / file
    content = yaml.safe_load(path.read_text())
    depth = "../" * len(path.parent.relative_to(tmp_path / "kustomize").parts)
    content["components"].append(f"{depth}components/tracing")
    path.write_text(yaml.safe_dump(content))
    done = subprocess.run(
        [KUSTOMIZE, "build", overlays / overlay],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    manifests = list(yaml.safe_load_all(done.stdout))
    if overlay == "staging":
        assert faults(manifests) == []
    for _, container in api_containers(manifests):
        variables = environment(manifests, container)
        assert variables["PRIMEQL_TRACES"] == "true"
        assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == COLLECTOR
    (policy,) = (
        one
        for one in of_kind(manifests, "NetworkPolicy")
        if one["metadata"]["name"].startswith("primeql-traces")
    )
    assert [port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]] == [4318]
