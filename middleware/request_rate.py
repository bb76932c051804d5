"""How many requests a client sends per minute, counted by slowapi."""

import logging
import os
import time
import warnings
from collections.abc import Awaitable, Callable, Iterable
from inspect import Parameter, Signature
from typing import Any, Final, TypeVar

from slowapi import Limiter
from slowapi.errors import RateLimitExceeded
from starlette.requests import Request
from starlette.responses import Response

from middleware.rate_limit_headers import request_rate_headers
from middleware.refusal import RefusedError, rate_limited
from middleware.request_windows import WINDOWS_SCHEME
from middleware.tier import Tier

T = TypeVar("T")
AsyncEndpoint = Callable[[Request], Awaitable[Response]]

SECONDS: Final = 60


class _Limiter(Limiter):
    """slowapi's limiter, set by its arguments alone.

    It would read a file ``.env`` in the working directory, and variables such as
    ``RATELIMIT_ENABLED``; and log the client of every refused request.
    """

    def __init__(self) -> None:
        """Count in memory."""
        with warnings.catch_warnings():
            # A file named is taken instead of .env; that it is none is warned of.
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
    """Limits requests per minute, by each client's tier.

    slowapi's middleware does not limit an ASGI application and breaks streams, so it decorates
    endpoints; its headers are left out, since it sends ``Retry-After`` with every answer.

    Args:
        tiers: Those of all clients.
    """

    def __init__(self, tiers: Iterable[Tier]) -> None:
        """Start with no request counted."""
        self._limiter = _Limiter()
        self._tiers = tuple(tiers)
        self._guarded = 0

    def limit(self, endpoint: AsyncEndpoint, path_class: str) -> AsyncEndpoint:
        """Return an endpoint that refuses clients that ask too often.

        Args:
            endpoint: A function that takes a request with ``state.client``.
            path_class: Paths of one class are counted together.
        """

        async def limited(request: Request) -> Response:
            return await endpoint(request)

        # slowapi knows functions by their names.
        self._guarded += 1
        limited.__name__ = f"limited_{self._guarded}"
        decorated: AsyncEndpoint = limited
        for tier in self._tiers:
            # Each adds its limit to those of this name, and each wrapper checks them all.
            decorated = self._limiter.shared_limit(
                f"{tier.requests_per_minute}/minute",
                scope=path_class,
                exempt_when=_is_of_another_tier(tier),
            )(limited)

        async def refusing(request: Request) -> Response:
            try:
                return await decorated(request)
            except RateLimitExceeded:
                raise self._refusal(request) from None

        return refusing

    def _refusal(self, request: Request) -> RefusedError:
        """Return the refusal of a request by the limit that it hit."""
        limit, identifiers = request.state.view_rate_limit
        end, _ = self._limiter.limiter.get_window_stats(limit, *identifiers)
        message = f"at most {limit.amount} requests per minute"
        return rate_limited(
            "requests", message, request_rate_headers(limit.amount, end - time.time())
        )


def _client_id(request: Request) -> str:
    """Return what a request is counted under."""
    identity: str = request.state.client.id
    return identity


# slowapi asks for the signature with every request; found here it costs 1 microsecond, not 8.
_client_id.__signature__ = Signature([Parameter("request", Parameter.POSITIONAL_OR_KEYWORD)])  # type: ignore[attr-defined]


def _is_of_another_tier(tier: Tier) -> Callable[[Any], bool]:
    """Return a test whether a request's client has another tier than this."""

    def is_exempt(request: Request) -> bool:
        return bool(request.state.client.tier.name != tier.name)

    return is_exempt
