"""A bound on the size of a request's body, kept while it arrives."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimitMiddleware:
    """Raises HTTP 413 to whoever reads a body announced, or found, to be above ``max_bytes``."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        """Wrap ``app``."""
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        # Refused at the first read, which happens where Starlette answers exceptions.
        expected = int(announced[:20]) if announced.isdigit() else 0
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            if expected > self._max_bytes:
                raise self._refusal()
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise self._refusal()
            return message

        await self._app(scope, receive_within_limit, send)

    def _refusal(self) -> HTTPException:
        return HTTPException(413, f"the body is larger than {self._max_bytes} bytes")
