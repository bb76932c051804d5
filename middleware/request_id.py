"""The id of a request: the one that the client sends, or a new one."""

import os
import re
from typing import Final

HEADER: Final = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9-]{1,64}")


# How many new ids are made from one system call for random bytes.
_FETCHED: Final = 64
_DIGITS: Final = 32


class RequestIds:
    """Gives each request an id."""

    def __init__(self) -> None:
        self._new: list[str] = []

    def of(self, offered: bytes | None) -> str:
        """Return the id that the client offers if it is valid, else a new one."""
        if offered is not None and _ACCEPTED.fullmatch(offered):
            return offered.decode("ascii")
        if not self._new:
            digits = os.urandom(_FETCHED * _DIGITS // 2).hex()
            self._new = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
        return self._new.pop()
