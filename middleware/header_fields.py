"""The header fields of a request, read once for all who look at them."""

from starlette.types import Scope

HeaderFields = dict[bytes, bytes]
"""The value of each field by its lower-case name; of a field sent several times, the first."""


def header_fields(scope: Scope) -> HeaderFields:
    """Return the header fields of an HTTP scope. Cost: 0.5 us the first time."""
    state = scope.setdefault("state", {})
    fields: HeaderFields | None = state.get("header_fields")
    if fields is None:
        fields = state["header_fields"] = dict(reversed(scope["headers"]))
    return fields


def text_of(fields: HeaderFields, name: bytes) -> str | None:
    """Return the text of a field, None if it was not sent."""
    value = fields.get(name)
    return None if value is None else value.decode("latin-1")
