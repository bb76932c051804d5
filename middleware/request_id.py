"""An identity for every request, to find it in the log by."""

import os
import re
from typing import Final

HEADER: Final = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9-]{1,64}")


# New identities for which random bytes are fetched at once: that takes a call of the system.
_FETCHED: Final = 64
_DIGITS: Final = 32


class RequestIds:
    """Gives each request an identity."""

    def __init__(self) -> None:
        self._new: list[str] = []

    def of(self, offered: bytes | None) -> str:
        """Return the identity that a client offers for its request, a new one if it is no good."""
        if offered is not None and _ACCEPTED.fullmatch(offered):
            return offered.decode("ascii")
        if not self._new:
            digits = os.urandom(_FETCHED * _DIGITS // 2).hex()
            self._new = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
        return self._new.pop()
