"""Loopback ends of notifications: a web server for chat and paging, and a mail server."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from tests.ports import free_port


@dataclass
class Received:
    """What arrived: JSON by its path, messages, and who logged in to send them."""

    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    mails: list[Message] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    def posted(self, path: str) -> list[dict[str, Any]]:
        """Return what was posted to a path."""
        return [body for where, body in self.posts if where == path]

    # As aiosmtpd calls it.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message."""
        self.mails.append(message_from_bytes(envelope.content))
        return "250 OK"

    def log_in(
        self, _server: Any, _session: Any, _envelope: Any, _how: str, data: Any
    ) -> AuthResult:
        """Let everybody send, and remember who."""
        self.logins.append((data.login, data.password))
        return AuthResult(success=True)


@contextmanager
def web_sink(received: Received) -> Iterator[str]:
    """Take posts; yield the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.posts.append((self.path, json.loads(body)))
            self.send_response(202 if self.path == "/pagerduty" else 200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_arguments: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def mail_sink(received: Received) -> Iterator[str]:
    """Take mail; yield the address."""
    port = free_port()
    controller = Controller(
        received,
        hostname="127.0.0.1",
        port=port,
        authenticator=received.log_in,
        auth_require_tls=False,
        # Alertmanager takes the first of what is offered, and aiosmtpd words LOGIN in its own way.
        auth_exclude_mechanism=["LOGIN"],
    )
    controller.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        controller.stop()
