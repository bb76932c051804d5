"""Reads the header ``X-Request-Timeout``: how long a client will wait for its answer."""

import re

from primeql.operations.request_errors import RequestError

# Seconds, or milliseconds with the unit ms. At most nine digits, which are 30 years.
_TIMEOUT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(s|ms)?")


def timeout_seconds(header: str | None, most: float) -> float:
    """Return the seconds that a request may take: what its client asks for, at most ``most``.

    Args:
        header: Decimal seconds, such as ``2.5`` or ``2.5s``, or ``250ms``; None if not sent.
        most: The most that a request may take; also the value without a header.

    Raises:
        RequestError: It is not a time above zero.
    """
    if header is None:
        return most
    found = _TIMEOUT.fullmatch(header.strip())
    seconds = float(found[1]) / (1_000 if found[2] == "ms" else 1) if found else 0.0
    if seconds <= 0:
        raise RequestError("X-Request-Timeout must be seconds above 0, such as 2.5, or 250ms")
    return min(seconds, most)
