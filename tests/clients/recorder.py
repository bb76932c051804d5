"""A proxy in front of a server that remembers what clients send."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

# Of one connection only, or changed by reading the body.
_NOT_FORWARDED = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}


@dataclass(frozen=True)
class Asked:
    """One request of a client."""

    method: str
    parameters: dict[str, str]
    headers: httpx.Headers
    body: bytes


@dataclass
class Recorder:
    """Where clients may ask instead of the server, and what they have asked so far."""

    url: str
    requests: list[Asked] = field(default_factory=list)

    @property
    def methods(self) -> str:
        """The methods of the requests, in their order."""
        return " ".join(request.method for request in self.requests)

    @property
    def accepted(self) -> set[str]:
        """The Accept headers of the requests."""
        return {request.headers["Accept"] for request in self.requests}


@contextmanager
def recording(server_url: str) -> Iterator[Recorder]:
    """Pass requests on to the server at ``server_url``, and remember them."""
    with (
        httpx.Client(base_url=server_url, trust_env=False) as client,
        ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as proxy,
    ):
        recorder = Recorder(f"http://127.0.0.1:{proxy.server_port}")
        proxy.RequestHandlerClass = _handler(client, recorder.requests)
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield recorder
        finally:
            proxy.shutdown()
            thread.join()


def _handler(client: httpx.Client, requests: list[Asked]) -> type[BaseHTTPRequestHandler]:
    """Return a handler of requests that asks ``client`` and adds to ``requests``."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Pass the request on, and its answer back."""
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = httpx.Headers(list(self.headers.items()))
            forwarded = {
                name: value for name, value in headers.items() if name not in _NOT_FORWARDED
            }
            answer = client.request(self.command, self.path, content=body, headers=forwarded)
            parameters = dict(answer.request.url.params)
            requests.append(Asked(self.command, parameters, headers, body))
            self._send(answer)

        do_POST = do_GET  # noqa: N815  # the library's name

        def _send(self, answer: httpx.Response) -> None:
            """Send an answer back."""
            self.send_response_only(answer.status_code)
            for name, value in answer.headers.items():
                if name not in _NOT_FORWARDED:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
