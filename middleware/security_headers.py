"""Headers that tell browsers what an answer may do; on every answer, errors and files included."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Browsers have dropped the filter that this switched on; old ones still block with it.
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class SecurityHeadersMiddleware:
    """Adds the headers that an answer does not set itself.

    Args:
        app: What answers.
        hsts_seconds: How long browsers must use HTTPS once they have; 0 leaves the header out.
            Browsers heed it only over HTTPS.
    """

    def __init__(self, app: ASGIApp, hsts_seconds: int) -> None:
        """Wrap ``app``."""
        self._app = app
        headers = dict(HEADERS)
        if hsts_seconds:
            policy = f"max-age={hsts_seconds}; includeSubDomains"
            headers["Strict-Transport-Security"] = policy
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                missing = [header for header in self._headers if header[0] not in present]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self._app(scope, receive, send_with_headers)
