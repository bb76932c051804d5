"""Headers that tell browsers what an answer may do; on every answer, errors and files included."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Browsers have dropped the filter that this switched on; old ones still block with it.
        "X-XSS-Protection": "1; mode=block",
        "Referrer-Policy": "no-referrer",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
)


def security_headers(hsts_seconds: int) -> Sequence[tuple[bytes, bytes]]:
    """Return the headers as they are sent, for answers that do not set them themselves.

    Args:
        hsts_seconds: How long browsers must use HTTPS once they have; 0 leaves the header out.
            Browsers heed it only over HTTPS. Whether it holds for other hosts below this one, by
            ``includeSubDomains``, is for those to say who run them.
    """
    headers = dict(HEADERS)
    if hsts_seconds:
        headers["Strict-Transport-Security"] = f"max-age={hsts_seconds}"
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())
