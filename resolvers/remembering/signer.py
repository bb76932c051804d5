"""Seals that tell the answers of this service from texts that somebody else has written."""

import hmac
from typing import Final

# 128 bits: nobody finds a seal by trying.
SEAL_CHARACTERS: Final = 32


class AnswerSeal:
    """Seals texts by HMAC-SHA256 (RFC 2104), each with the key that it is kept under.

    Args:
        secret: What processes that read each other's answers share. Anybody can make the seals of
            an empty one, which only tell texts that were cut, changed or kept elsewhere.

    Attributes:
        label: Differs for other secrets, and tells nothing of them; empty for an empty one. As a
            part of keys it keeps processes with an old secret and a new one apart.
    """

    def __init__(self, secret: str = "") -> None:
        self._secret = secret.encode()
        self.label = f"+{self._digest('label')[:8]}" if secret else ""

    def sealed(self, key: str, text: str) -> str:
        """Return a text under its seal."""
        return self._seal(key, text) + text

    def opened(self, key: str, text: str) -> str | None:
        """Return what is under the seal; None if it was not sealed so, for this key."""
        seal, inner = text[:SEAL_CHARACTERS], text[SEAL_CHARACTERS:]
        is_ours = hmac.compare_digest(
            seal.encode(errors="replace"), self._seal(key, inner).encode()
        )
        return inner if is_ours else None

    def _seal(self, key: str, text: str) -> str:
        """Return the seal of a text; keys hold no line feed."""
        return self._digest(f"answer\n{key}\n{text}")[:SEAL_CHARACTERS]

    def _digest(self, message: str) -> str:
        """Return the HMAC of a message."""
        return hmac.digest(self._secret, message.encode(errors="replace"), "sha256").hex()
