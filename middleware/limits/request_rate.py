"""Limits the requests of a client per minute, by slowapi."""

import logging
import os
import time
import warnings
from collections.abc import Iterable
from typing import TypeVar

from limits import RateLimitItemPerMinute
from slowapi import Limiter
from starlette.requests import Request

from middleware.limits.clients import Client
from middleware.limits.rate_limit_headers import request_rate_headers
from middleware.limits.request_windows import WINDOWS_SCHEME, RequestWindows
from middleware.limits.tier import Tier
from middleware.refusal import rate_limited

T = TypeVar("T")


class _Limiter(Limiter):
    """slowapi's limiter, configured by its arguments only.

    By default it would read a file ``.env`` in the working directory and variables such as
    ``RATELIMIT_ENABLED``, and log the client of every refused request.
    """

    def __init__(self) -> None:
        """Count in memory."""
        with warnings.catch_warnings():
            # This file name replaces .env; slowapi warns that the file does not exist.
            warnings.simplefilter("ignore")
            super().__init__(
                key_func=_client_id,
                storage_uri=f"{WINDOWS_SCHEME}://",
                storage_options={},
                config_filename=os.devnull,
            )
        self.logger = logging.getLogger("primeql.request_rate")
        self.logger.setLevel(logging.ERROR)

    def get_app_config(self, _key: str, default_value: T = None) -> T:  # type: ignore[assignment]  # as slowapi declares it
        """Return the default of a setting."""
        return default_value


class RequestRate:
    """Limits requests per minute, by the tier of each client.

    It calls the strategy and the storage of slowapi's limiter directly. slowapi's middleware does
    not limit plain ASGI applications, and breaks streams. Its decorator checks the limits of all
    tiers for each request, which takes five times as long. Its headers would add ``Retry-After`` to
    every answer.

    Args:
        tiers: The tiers of all clients.
    """

    def __init__(self, tiers: Iterable[Tier]) -> None:
        """Start with no request counted."""
        self._strategy = _Limiter().limiter
        windows = self._strategy.storage
        assert isinstance(windows, RequestWindows)
        self._windows = windows
        self._limits = {
            tier.name: RateLimitItemPerMinute(tier.requests_per_minute) for tier in tiers
        }

    def count(self, client: Client, path_class: str, requests: int = 1) -> None:
        """Count a request in the window of its client.

        Args:
            client: The client of the request.
            path_class: The requests to all paths of one class are counted together.
            requests: The number of requests that it counts as.

        Raises:
            RefusedError: The client has sent more requests in a minute than its tier allows.
        """
        limit = self._limits[client.tier.name]
        window = limit.key_for(client.id, path_class)
        # In a tier with a low limit, the first request with an invalid key is still answered.
        requests = min(requests, limit.amount)
        # The same as the strategy does for one window.
        if self._windows.count(window, limit.get_expiry(), requests) <= limit.amount:
            return
        end, _ = self._strategy.get_window_stats(limit, client.id, path_class)
        message = f"at most {limit.amount} requests per minute"
        if requests > 1:
            message += f"; one with an API key that is not valid counts as {requests}"
        headers = request_rate_headers(limit.amount, end - time.time())
        raise rate_limited("requests", message, headers)


def _client_id(request: Request) -> str:
    """Return the identity of a request's client; slowapi requires this function."""
    identity: str = request.state.client.id
    return identity
