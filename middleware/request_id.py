"""An identity for every request, to find it in the log by."""

import os
import re
from typing import Final

HEADER: Final = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9-]{1,64}")


def request_id(offered: bytes | None) -> str:
    """Return the identity that a client offers for its request, a new one if it is no good."""
    if offered is not None and _ACCEPTED.fullmatch(offered):
        return offered.decode("ascii")
    return os.urandom(16).hex()
