"""Reads an operation from the decoded parameters of a request."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from primeql.operations.request_errors import RequestError

# Parameters that may identify a document.
_IDENTIFYING = frozenset(("extensions", "documentId"))


class Operation(NamedTuple):
    """The operation that a client asks for.

    ``document_id`` is the identifier of a persisted document: Apollo's ``sha256Hash``, or the
    ``documentId`` of the GraphQL-over-HTTP draft. At least one of ``query`` and ``document_id`` is
    set.
    """

    query: str | None
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    document_id: str | None = None


def read_operation(parameters: Any) -> Operation:
    """Return the operation in the decoded parameters of a request.

    Raises:
        RequestError: A parameter is missing or has the wrong type.
    """
    if not isinstance(parameters, dict):
        raise RequestError("a GraphQL request is a JSON object with a query")
    query = _optional(parameters, "query", str, "a string")
    document_id = None if _IDENTIFYING.isdisjoint(parameters) else _document_id(parameters)
    if query is None and document_id is None:
        raise RequestError("query is missing")
    return Operation(
        query,
        _optional(parameters, "variables", dict, "an object"),
        _optional(parameters, "operationName", str, "a string") or None,
        document_id,
    )


def _optional(parameters: Mapping[str, Any], name: str, kind: type, description: str) -> Any:
    """Return a parameter; None if it is null or missing."""
    value = parameters.get(name)
    if value is not None and not isinstance(value, kind):
        raise RequestError(f"{name} must be {description} or null")
    return value


def _document_id(parameters: Mapping[str, Any]) -> str | None:
    """Return the identifier of a persisted document; None if there is none."""
    extensions = _optional(parameters, "extensions", dict, "an object") or {}
    persisted = _optional(extensions, "persistedQuery", dict, "an object")
    if persisted is None:
        document_id: str | None = _optional(parameters, "documentId", str, "a string")
        return document_id
    if persisted.get("version") != 1 or not isinstance(persisted.get("sha256Hash"), str):
        raise RequestError("persistedQuery must have version 1 and a sha256Hash")
    sha256_hash: str = persisted["sha256Hash"]
    return sha256_hash
