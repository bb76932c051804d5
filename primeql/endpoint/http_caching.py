"""Caching of answers by browsers and gateways: mathematics does not change, programs do."""

import hmac
import json
import secrets
from typing import Final

from primeql.operations.operation import Operation

# A day, and not for ever: a wrong answer that has been mended is wrong in caches for no longer.
# After that an entity tag saves sending the answer again.
KEPT: Final = "public, max-age=86400"
NO_STORE: Final = "no-store"
# An answer depends on what the client takes; compression adds Accept-Encoding where it may act.
VARY: Final = "Accept"
# Which of them is not known when it is only told that the answer is still the same.
VARY_OF_ALL: Final = "Accept, Accept-Encoding"
ANY_TAG: Final = "*"
_SECRET_BYTES: Final = 32


class EntityTags:
    """Makes the tags of answers, which are known before the answers are.

    An answer that may be kept is a function of the operation alone, so a hash of the operation
    tells it apart from all others. The hash has a key: nobody can make a tag, so whoever sends one
    has been given the answer with it.

    Args:
        secret: Processes with the same one know each other's tags; if it is empty, each process
            knows its own.
        revision: Other programs make other tags.
    """

    def __init__(self, secret: str, revision: str) -> None:
        self._key = secret.encode() or secrets.token_bytes(_SECRET_BYTES)
        self._revision = revision

    def of(self, document: str, operation: Operation, media_type: str) -> str:
        """Return the tag of the answer to an operation of a document.

        It is weak, since the same answer is sent in several codings.
        """
        identity = [
            "entity tag",
            self._revision,
            media_type,
            document,
            operation.operation_name,
            operation.variables,
        ]
        message = json.dumps(identity, sort_keys=True).encode()
        return f'W/"{hmac.digest(self._key, message, "sha256").hex()[:32]}"'


def is_named(tag: str, if_none_match: str | None) -> bool:
    """Return whether an ``If-None-Match`` header names ``tag``, by weak comparison (RFC 9110)."""
    if if_none_match is None:
        return False
    opaque = tag.removeprefix("W/")
    named = (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))
    return opaque in named
