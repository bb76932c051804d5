"""Answers that never change are served by a cache in front without reaching the service."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.ports import free_port
from tests.server import running_server
from tests.waiting import WAIT_SECONDS, wait_until

CONFIGURATION = """
daemon off; {user} pid {folder}/nginx.pid; error_log stderr;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=answers:1m max_size=10m use_temp_path=off;
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass {upstream};
      proxy_cache answers;
      add_header X-Cache $upstream_cache_status;
    }}
  }}
}}
"""


@contextmanager
def running_nginx(folder: Path, upstream: str) -> Iterator[str]:
    """Run nginx with a cache in front of ``upstream``; yield its address."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    assert program, "nginx is missing: run scripts/install-system-packages"
    port = free_port()
    # As root, nginx would give its work to a user who cannot enter the test's folder.
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(
        CONFIGURATION.format(folder=folder, port=port, upstream=upstream, user=user)
    )
    process = subprocess.Popen([program, "-c", str(configuration), "-p", str(folder)])
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_listening(url), "nginx")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=WAIT_SECONDS)


def is_listening(url: str) -> bool:
    """Return whether a server answers."""
    try:
        return httpx.get(f"{url}/livez").status_code > 0
    except httpx.TransportError:
        return False


def test_cached_answers_do_not_reach_the_service(tmp_path: Path) -> None:
    parameters = {"query": "{ integer(value: 97) { nextPrime } }"}
    varying = {"query": "{ service { version } }"}
    answer = {"data": {"integer": {"nextPrime": "101"}}}
    with running_server() as server, running_nginx(tmp_path, server.url) as url:
        first = httpx.get(f"{url}/graphql", params=parameters)
        second = httpx.get(f"{url}/graphql", params=parameters)
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert "x-request-id" not in first.headers
        for _ in range(2):
            changing = httpx.get(f"{url}/graphql", params=varying)
            assert (changing.status_code, changing.headers["x-cache"]) == (200, "MISS")
        tag = {"If-None-Match": first.headers["etag"]}
        assert httpx.get(f"{url}/graphql", params=parameters, headers=tag).status_code == 304
        server.terminate()
        alone = httpx.get(f"{url}/graphql", params=parameters)
        assert (alone.status_code, alone.json()) == (200, answer)
        assert httpx.get(f"{url}/graphql", params=varying).status_code == 502
