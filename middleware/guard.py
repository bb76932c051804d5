"""What stands before an endpoint: who asks, how often, and how much at once."""

import inspect
from collections.abc import Awaitable, Callable
from typing import cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from middleware.clients import ClientResolver
from middleware.concurrency import ConcurrentRequests
from middleware.request_rate import RequestRate

AsyncEndpoint = Callable[[Request], Awaitable[Response]]
SyncEndpoint = Callable[[Request], Response]


class Guard:
    """Puts the client of each request into ``request.state.client``, or refuses the request.

    Args:
        clients: Tells who asks.
        rate: Limits requests per minute.
        concurrent: Limits requests under way.
    """

    def __init__(
        self, clients: ClientResolver, rate: RequestRate, concurrent: ConcurrentRequests
    ) -> None:
        """Remember the parts."""
        self._clients = clients
        self._rate = rate
        self._concurrent = concurrent

    def wrap(self, endpoint: AsyncEndpoint | SyncEndpoint, path_class: str) -> AsyncEndpoint:
        """Return an endpoint that raises ``RefusedError`` before ``endpoint`` is run.

        Args:
            endpoint: A plain function; one that is not async is run in a thread. A request is
                under way until it returns, which is before a stream is sent.
            path_class: Paths of one class are counted together.
        """
        run = _as_async(endpoint)

        async def guarded(request: Request) -> Response:
            client = self._clients.identify(request.scope)
            request.scope["state"]["client"] = client
            self._rate.count(client, path_class)
            self._concurrent.begin(client)
            try:
                return await run(request)
            finally:
                self._concurrent.end(client)

        return guarded


def _as_async(endpoint: AsyncEndpoint | SyncEndpoint) -> AsyncEndpoint:
    """Return an endpoint itself if it is async, else one that runs it in a thread."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint
    blocking = cast(SyncEndpoint, endpoint)

    async def threaded(request: Request) -> Response:
        return await run_in_threadpool(blocking, request)

    return threaded
