"""The headers that tell clients what they have left, and when to come back.

Source: draft-ietf-httpapi-ratelimit-headers-10 for ``RateLimit`` and ``RateLimit-Policy``;
RFC 9110, 10.2.3, for ``Retry-After``. ``X-RateLimit-*`` is what clients have looked for before
there was a draft; its ``Reset`` is in seconds from now, since clocks differ.
"""

import math
from typing import Final

from middleware.tier import Tier
from middleware.token_bucket import Taken

# What a page of another origin must be allowed to read.
EXPOSED_HEADERS: Final = (
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)


def whole_seconds(seconds: float) -> int:
    """Return the whole seconds after which ``seconds`` have passed."""
    return math.ceil(seconds)


def budget_headers(outcome: Taken, tier: Tier) -> dict[str, str]:
    """Return the headers of an answer after an attempt to spend points.

    The window is how long an empty bucket takes to fill. What was refused is told ``Retry-After``,
    and its ``RateLimit`` names the same moment instead of that at which the bucket is full.
    """
    reset = whole_seconds(outcome.reset_seconds)
    window = max(1, whole_seconds(outcome.limit / tier.restore_rate))
    headers = {
        "X-RateLimit-Limit": str(outcome.limit),
        "X-RateLimit-Remaining": str(outcome.remaining),
        "X-RateLimit-Reset": str(reset),
        "RateLimit-Policy": f'"points";q={outcome.limit};qu="points";w={window}',
    }
    if not outcome.is_allowed:
        reset = max(1, whole_seconds(outcome.retry_after))
        headers["Retry-After"] = str(reset)
    headers["RateLimit"] = f'"points";r={outcome.remaining};t={reset}'
    return headers


def request_rate_headers(requests_per_minute: int, seconds: float) -> dict[str, str]:
    """Return the headers of a refusal by requests per minute, ``seconds`` before the next one."""
    wait = max(1, whole_seconds(seconds))
    return {
        "RateLimit-Policy": f'"requests";q={requests_per_minute};w=60',
        "RateLimit": f'"requests";r=0;t={wait}',
        "Retry-After": str(wait),
    }


def concurrency_headers(concurrent_requests: int) -> dict[str, str]:
    """Return the headers of a refusal by concurrent requests."""
    return {
        "RateLimit-Policy": f'"concurrency";q={concurrent_requests};qu="concurrent-requests"',
        "RateLimit": '"concurrency";r=0',
        "Retry-After": "1",
    }
