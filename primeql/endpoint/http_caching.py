"""Headers that let browsers and gateways cache answers: Cache-Control, Vary and entity tags."""

import hmac
import json
import secrets
from typing import Final

from primeql.operations.operation import Operation

# One day only: after a wrong answer is corrected, caches keep the wrong one no longer than that.
# Then the entity tag avoids sending an unchanged answer again.
KEPT: Final = "public, max-age=86400"
NO_STORE: Final = "no-store"
# The answer depends on Accept. Compression adds Accept-Encoding if it may compress the answer.
VARY: Final = "Accept"
# For a 304 response it is unknown whether the answer would be compressed.
VARY_OF_ALL: Final = "Accept, Accept-Encoding"
ANY_TAG: Final = "*"
_SECRET_BYTES: Final = 32


class EntityTags:
    """Makes the entity tags of answers, from their operations only.

    An answer that may be cached depends on its operation only, so a hash of the operation
    identifies it. The hash has a secret key, so nobody else can make a tag. A client that sends a
    tag must have got it with the answer.

    Args:
        secret: The key. Processes with the same key accept each other's tags. If it is empty, each
            process makes its own key.
        revision: The revision of answers; tags of other revisions do not match.
    """

    def __init__(self, secret: str, revision: str) -> None:
        self._key = secret.encode() or secrets.token_bytes(_SECRET_BYTES)
        self._revision = revision

    def of(self, document: str, operation: Operation, media_type: str) -> str:
        """Return the tag of the answer to an operation of a document.

        It is weak, because the same answer is sent in several content codings.
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
