"""What stands before an endpoint: who asks, how often, and how much at once."""

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


# A request with an API key that is not valid counts as so many of its address: whoever sends many
# guesses or has a fault to mend. By the built-in tier that leaves 600 of them a minute.
INVALID_KEY_REQUESTS: Final = 10


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
        """Return the client of a request; count one whose key is not valid for its address."""
        try:
            return self._clients.identify(request.scope)
        except UnauthenticatedError:
            address = self._clients.anonymous(request.scope)
            self._rate.count(address, path_class, INVALID_KEY_REQUESTS)
            raise


def _as_async(endpoint: AsyncEndpoint | SyncEndpoint) -> AsyncEndpoint:
    """Return an endpoint itself if it is async, else one that runs it in a thread."""
    if inspect.iscoroutinefunction(endpoint):
        return endpoint
    blocking = cast(SyncEndpoint, endpoint)

    async def threaded(request: Request) -> Response:
        return await run_in_threadpool(blocking, request)

    return threaded
