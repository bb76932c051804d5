"""Middleware that measures each request, and passes its record to observers at the end."""

import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from middleware.observability.request_record import RequestRecord

Observer = Callable[[RequestRecord], None]


class RequestObserver:
    """Puts a ``RequestRecord`` into ``scope["state"]``, and passes it to observers at the end.

    Args:
        app: The application. An outer middleware must have set the request's id.
        observers: Called with the record of every request after its answer is sent.
    """

    def __init__(self, app: ASGIApp, observers: Sequence[Observer]) -> None:
        self._app = app
        self._observers = tuple(observers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope["state"]
        record = RequestRecord(state["request_id"], scope["path"], scope["method"])
        state["record"] = record

        def send_observed(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                record.status = message["status"]
            else:
                record.bytes_out += len(message.get("body", b""))
            return send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            record.seconds = time.perf_counter() - record.begun
            client = state.get("client")
            if client is not None:
                record.client_id = client.id
            for observe in self._observers:
                observe(record)
