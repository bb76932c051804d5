"""Headers with the remaining budget of a client, and the time at which to try again.

Source: draft-ietf-httpapi-ratelimit-headers-10 for ``RateLimit`` and ``RateLimit-Policy``;
RFC 9110, 10.2.3, for ``Retry-After``. ``X-RateLimit-*`` are the common headers from before the
draft; ``Reset`` is in seconds from now, because clocks differ.
"""

import math
from typing import Final

from middleware.header_fields import HeaderFields
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import Taken

# Headers that CORS must allow pages of other origins to read.
EXPOSED_HEADERS: Final = (
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)


def whole_seconds(seconds: float) -> int:
    """Return the seconds, rounded up."""
    return math.ceil(seconds)


def budget_headers(outcome: Taken, tier: Tier) -> HeaderFields:
    """Return the headers of an answer after an attempt to spend points.

    The window ``w`` is the time that an empty bucket takes to fill. A refusal has ``Retry-After``,
    and ``t`` of its ``RateLimit`` is that time instead of the time until the bucket is full.
    """
    limit, remaining = outcome.limit, outcome.remaining
    reset = whole_seconds(outcome.reset_seconds)
    headers = {
        b"x-ratelimit-limit": b"%d" % limit,
        b"x-ratelimit-remaining": b"%d" % remaining,
        b"x-ratelimit-reset": b"%d" % reset,
        b"ratelimit-policy": _policy(limit, tier.restore_rate),
    }
    if not outcome.is_allowed:
        reset = max(1, whole_seconds(outcome.retry_after))
        headers[b"retry-after"] = b"%d" % reset
    headers[b"ratelimit"] = b'"points";r=%d;t=%d' % (remaining, reset)
    return headers


def _policy(limit: int, restore_rate: float) -> bytes:
    """Return the value of ``RateLimit-Policy`` for a bucket."""
    window = max(1, whole_seconds(limit / restore_rate))
    return b'"points";q=%d;qu="points";w=%d' % (limit, window)


def request_rate_headers(requests_per_minute: int, seconds: float) -> dict[str, str]:
    """Return the headers of a refusal for too many requests; retry after ``seconds``."""
    wait = max(1, whole_seconds(seconds))
    return {
        "RateLimit-Policy": f'"requests";q={requests_per_minute};w=60',
        "RateLimit": f'"requests";r=0;t={wait}',
        "Retry-After": str(wait),
    }


def concurrency_headers(concurrent_requests: int) -> dict[str, str]:
    """Return the headers of a refusal for too many concurrent requests."""
    return {
        "RateLimit-Policy": f'"concurrency";q={concurrent_requests};qu="concurrent-requests"',
        "RateLimit": '"concurrency";r=0',
        "Retry-After": "1",
    }
