"""Wraps an endpoint: identifies the client, then checks its rate and its concurrent requests."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Final, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from middleware.limits.clients import Client, ClientResolver
from middleware.limits.concurrency import ConcurrentRequests
from middleware.limits.request_rate import RequestRate
from middleware.refusal import UnauthenticatedError

AsyncEndpoint = Callable[[Request], Awaitable[Response]]
SyncEndpoint = Callable[[Request], Response]


# A request with an invalid API key counts as this many requests of its address, so that keys cannot
# be guessed in numbers. The built-in tier allows 600 such requests a minute.
INVALID_KEY_REQUESTS: Final = 10


class RequestLimits:
    """Puts the client of each request into ``request.state.client``, or refuses the request.

    Args:
        clients: Identifies the client.
        rate: Limits requests per minute.
        concurrent: Limits concurrent requests.
    """

    def __init__(
        self, clients: ClientResolver, rate: RequestRate, concurrent: ConcurrentRequests
    ) -> None:
        self._clients = clients
        self._rate = rate
        self._concurrent = concurrent

    def wrap(self, endpoint: AsyncEndpoint | SyncEndpoint, path_class: str) -> AsyncEndpoint:
        """Return an endpoint that raises ``RefusedError`` before ``endpoint`` is run.

        Args:
            endpoint: A function; if it is not async, it runs in a thread. The request counts as
                running until the function returns, which is before a stream is sent.
            path_class: The requests to all paths of one class are counted together.
        """
        run = _as_async(endpoint)

        async def guarded(request: Request) -> Response:
            client = self._identified(request, path_class)
            request.scope["state"]["client"] = client
            self._rate.count(client, path_class)
            self._concurrent.begin(client)
            try:
                return await run(request)
            finally:
                self._concurrent.end(client)

        return guarded

    def _identified(self, request: Request, path_class: str) -> Client:
        """Return the client of a request; charge a request with an invalid key to its address."""
        try:
            return self._clients.identify(request.scope)
        except UnauthenticatedError:
            address = self._clients.anonymous(request.scope)
            self._rate.count(address, path_class, INVALID_KEY_REQUESTS)
            raise


def _as_async(endpoint: AsyncEndpoint | SyncEndpoint) -> AsyncEndpoint:
    """Return the endpoint if it is async, else an async function that runs it in a thread."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint
    blocking = cast(SyncEndpoint, endpoint)

    async def threaded(request: Request) -> Response:
        return await run_in_threadpool(blocking, request)

    return threaded
