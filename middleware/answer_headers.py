"""Middleware that adds the request's id and the security headers to every answer."""

from collections.abc import Awaitable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from middleware.header_fields import header_fields
from middleware.request_id import HEADER, RequestIds
from middleware.security_headers import security_headers


class AnswerHeadersMiddleware:
    """Sets the request's id, in ``scope["state"]`` and in the answer, and security headers.

    An answer that caches may store has no id. Security headers that the answer sets are kept.

    Args:
        app: The application.
        hsts_seconds: See ``security_headers``.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        self._app = app
        self._ids = RequestIds()
        self._headers = security_headers(hsts_seconds)
        self._names = frozenset(name for name, _ in self._headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identity = self._ids.of(header_fields(scope).get(HEADER))
        scope["state"]["request_id"] = identity

        def send_with_headers(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                own = message["headers"]
                # ASGI requires lower case.
                present = dict(own)
                added = self._headers
                if not self._names.isdisjoint(present):
                    added = [header for header in added if header[0] not in present]
                # A cached answer is for many requests, so it must not have the id of one.
                is_kept = present.get(b"cache-control", b"").startswith(b"public")
                named = () if is_kept else ((HEADER, identity.encode()),)
                message["headers"] = [*own, *added, *named]
            return send(message)

        await self._app(scope, receive, send_with_headers)
