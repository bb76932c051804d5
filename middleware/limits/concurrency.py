"""Limits the requests of one client that run at the same time."""

from middleware.limits.clients import Client
from middleware.limits.rate_limit_headers import concurrency_headers
from middleware.refusal import rate_limited


class ConcurrentRequests:
    """Counts the running requests of each client in this process; refuses those above the limit."""

    def __init__(self) -> None:
        self._under_way: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many clients have running requests."""
        return len(self._under_way)

    def begin(self, client: Client) -> None:
        """Count one more running request.

        Raises:
            RefusedError: The client already has as many running requests as its tier allows.
        """
        count = self._under_way.get(client.id, 0)
        maximum = client.tier.concurrent_requests
        if count >= maximum:
            message = f"at most {maximum} requests of one client are answered at the same time"
            raise rate_limited("concurrency", message, concurrency_headers(maximum))
        self._under_way[client.id] = count + 1

    def end(self, client: Client) -> None:
        """Count one running request less; forget a client without any."""
        count = self._under_way[client.id]
        if count == 1:
            del self._under_way[client.id]
        else:
            self._under_way[client.id] = count - 1
