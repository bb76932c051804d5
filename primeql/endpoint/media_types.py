"""Content negotiation between the two media types of GraphQL over HTTP."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"

CONTENT_TYPES: Mapping[str, bytes] = MappingProxyType(
    {name: f"{name}; charset=utf-8".encode() for name in (JSON, GRAPHQL_JSON)}
)
"""The header ``Content-Type`` of an answer, by its media type."""

# Clients send few different headers; long headers are not cached.
_CACHED_HEADERS = 256
_MAX_CACHED_CHARACTERS = 200

# In order of preference, for a client that gives both the same weight.
_OFFERED = (GRAPHQL_JSON, JSON)


def negotiate(accept: str | None) -> str | None:
    """Return the media type of the answer; None if the client accepts neither.

    It is ``application/json``, which older clients expect, if there is no header or only a wildcard
    matches. Source: RFC 9110, section 12.5.1.
    """
    if accept is None or accept == "*/*" or not accept.strip():
        return JSON
    if len(accept) > _MAX_CACHED_CHARACTERS:
        return _negotiated.__wrapped__(accept)
    return _negotiated(accept)


@lru_cache(_CACHED_HEADERS)
def _negotiated(accept: str) -> str | None:
    """Return the media type for a header with media ranges."""
    ranges = dict(_media_range(part) for part in accept.split(","))
    wildcard = ranges.get("application/*", ranges.get("*/*", 0.0))
    weights = {offered: ranges.get(offered, wildcard) for offered in _OFFERED}
    best = max(weights.values())
    if best <= 0:
        return None
    # A type that the client names has priority over one that only a wildcard matches.
    named = [offered for offered in _OFFERED if offered in ranges]
    return next(offered for offered in (*named, JSON, GRAPHQL_JSON) if weights[offered] == best)


def _media_range(part: str) -> tuple[str, float]:
    """Return a media range and its weight; 0 if it asks for a charset other than UTF-8."""
    name, *parameters = [piece.strip().lower() for piece in part.split(";")]
    weight = 1.0
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            weight = _weight(value.strip())
        elif key.strip() == "charset" and value.strip().strip('"') not in ("utf-8", "utf8"):
            return name, 0.0
    return name, weight


def _weight(text: str) -> float:
    """Return a weight within [0, 1]; 0 for what is none."""
    digits = text.replace(".", "", 1)
    return min(float(text), 1.0) if digits.isascii() and digits.isdigit() else 0.0
