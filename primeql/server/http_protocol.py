"""uvicorn's HTTP protocol, with one write for a short answer and one idle timer.

uvicorn writes the head of an answer and then its body. These are two system calls, each of which
wakes the client; they take longer than a small answer. Here it is one.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from starlette.types import Receive, Scope, Send
from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

Header = tuple[bytes, bytes]

_NAME_BYTES: Final = b"abcdefghijklmnopqrstuvwxyz0123456789-"
_CONTROL_BYTES: Final = bytes([*range(9), *range(10, 32), 127])
# Headers that uvicorn must handle, because they have an effect.
_ITS_OWN: Final = frozenset((b"connection", b"transfer-encoding"))


class WholeAnswerProtocol(HttpToolsProtocol):
    """A connection that writes a short answer at once, and that keeps one idle timer.

    uvicorn starts a timer after each answer and cancels it at the next request, which takes 3 us.
    Here the timer keeps running. When it fires, it checks how long the connection has been idle.
    """

    _idle_since: float | None = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        """Start answering a request of this connection."""
        super()._start_asgi_task(cycle, partial(_run, app, cycle))

    def on_response_complete(self) -> None:
        """Start the next request if it has arrived, or wait for one."""
        if self.pipeline or self.transport.is_closing():
            super().on_response_complete()
            return
        self.server_state.total_requests += 1
        self.flow.resume_reading()
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._set_keepalive(self.timeout_keep_alive)

    def _set_keepalive(self, seconds: float) -> None:
        """Start the idle timer, unless it is running."""
        handle = self.loop.call_later(seconds, self.timeout_keep_alive_handler)
        self.timeout_keep_alive_task = handle

    def _unset_keepalive_if_required(self) -> None:
        """Note that data has arrived; uvicorn calls this for all data."""
        self._idle_since = None

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it has been idle for long enough."""
        self.timeout_keep_alive_task = None
        if self._idle_since is None:
            # The end of the running answer starts the timer.
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._set_keepalive(left)
        else:
            super().timeout_keep_alive_handler()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the timer, which would keep the connection's objects in memory."""
        super().connection_lost(exc)
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None


async def _run(
    app: Any, cycle: RequestResponseCycle, scope: Scope, receive: Receive, _send: Send
) -> None:
    """Run an application for one request."""
    await app(scope, receive, _Answer(cycle).send)


class _Answer:
    """The answer to one request; the head waits for the first part of the body."""

    __slots__ = ("_cycle", "_start")

    def __init__(self, cycle: RequestResponseCycle) -> None:
        self._cycle = cycle
        self._start: Any = None

    async def send(self, message: Any) -> None:
        """Send a message, or keep the head until the body comes."""
        start = self._start
        if start is None:
            cycle = self._cycle
            if message["type"] == "http.response.start" and not cycle.response_started:
                if cycle.waiting_for_100_continue and cycle.more_body:
                    # The client may send the body or not, so the next bytes are ambiguous.
                    cycle.keep_alive = False
                self._start = message
                return
        else:
            self._start = None
            if _write_whole(self._cycle, start, message):
                return
            await self._cycle.send(start)
        await self._cycle.send(message)


def _write_whole(cycle: RequestResponseCycle, start: Any, message: Any) -> bool:
    """Write an answer at once if these two messages are all of it; return whether it was."""
    if (
        message["type"] != "http.response.body"
        or message.get("more_body", False)
        or cycle.flow.write_paused
        or cycle.disconnected
        or not cycle.keep_alive
        or cycle.scope["method"] == "HEAD"
        or cycle.access_log
    ):
        return False
    body = message.get("body", b"")
    lines = head_lines([*cycle.default_headers, *start.get("headers", ())], len(body))
    if lines is None:
        return False
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join((STATUS_LINE[start["status"]], lines, body)))
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True


def head_lines(headers: Sequence[Header], size: int) -> bytes | None:
    """Return the header lines of an answer, with the empty line at the end.

    Args:
        headers: The headers, as the application gives them.
        size: The bytes of the body.

    Returns:
        None if uvicorn must handle the answer: a header has an effect or an invalid byte, or the
        length is missing or wrong.

    Cost: 3 us for 15 headers.
    """
    fields = dict(headers)
    if fields.get(b"content-length") != b"%d" % size or not _ITS_OWN.isdisjoint(fields):
        return None
    lines = b"\r\n".join(map(b": ".join, headers))
    if b"".join(fields).translate(None, _NAME_BYTES):
        return None
    is_clean = len(lines.translate(None, _CONTROL_BYTES)) == len(lines) - 2 * (len(headers) - 1)
    return lines + b"\r\n\r\n" if is_clean else None
