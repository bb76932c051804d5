"""Caching of answers by browsers and gateways: mathematics does not change."""

import hashlib
import json

from primeql.operations import Operation

IMMUTABLE = "public, max-age=31536000, immutable"
NO_STORE = "no-store"
# An answer depends on what the client takes; compression adds Accept-Encoding where it may act.
VARY = "Accept"
# Which of them is not known when it is only told that the answer is still the same.
VARY_OF_ALL = "Accept, Accept-Encoding"


def entity_tag(operation: Operation, media_type: str, version: str) -> str:
    """Return the tag of the answer to an operation, known before the answer is.

    An answer that may be kept is a function of the operation alone, so the operation's hash tells
    it apart from all others. It is weak, since the same answer is sent in several codings.
    """
    identity = [
        version,
        media_type,
        operation.query,
        operation.document_id,
        operation.operation_name,
        operation.variables,
    ]
    digest = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return f'W/"{digest[:32]}"'


def is_named(tag: str, if_none_match: str | None) -> bool:
    """Return whether an ``If-None-Match`` header names ``tag``, by weak comparison (RFC 9110)."""
    if if_none_match is None:
        return False
    opaque = tag.removeprefix("W/")
    named = (candidate.strip().removeprefix("W/") for candidate in if_none_match.split(","))
    return opaque in named
