"""Header fields: those of a request, read once, and those of answers."""

from collections.abc import Mapping

from starlette.types import Scope

HeaderFields = dict[bytes, bytes]
"""The value of each field by its lower-case name; of a field sent several times, the first."""


def header_fields(scope: Scope) -> HeaderFields:
    """Return the header fields of an HTTP scope. Cost: 0.5 us the first time."""
    try:
        fields: HeaderFields = scope["state"]["header_fields"]
    except KeyError:
        fields = dict(reversed(scope["headers"]))
        scope.setdefault("state", {})["header_fields"] = fields
    return fields


def text_of(fields: HeaderFields, name: bytes) -> str | None:
    """Return the text of a field; None if it was not sent."""
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")


def as_sent(headers: Mapping[str, str]) -> HeaderFields:
    """Return the header fields of an answer as encoded bytes."""
    return {
        name.lower().encode("latin-1"): value.encode("latin-1") for name, value in headers.items()
    }
