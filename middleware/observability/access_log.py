"""Writes one log line for each request, without any text that the client sent."""

import hmac
import secrets
import time
from collections.abc import Callable, Collection
from typing import Any, Final

from middleware.observability.request_metrics import route_of
from middleware.observability.request_record import OperationRecord, RequestRecord

SALT_SECONDS: Final = 86_400
MAX_CODES: Final = 10

Fields = dict[str, Any]
Write = Callable[[Fields], None]
"""Writes the line of a request from its fields."""


class ClientNames:
    """Pseudonyms of addresses, which differ between addresses but do not reveal them.

    Each process makes a new salt each day, and never stores it. After that day nobody can find the
    address of a pseudonym.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._salt = secrets.token_bytes(32)
        self._expires = clock() + SALT_SECONDS

    def of(self, client_id: str) -> str:
        """Return the pseudonym of an address: 16 hexadecimal digits."""
        now = self._clock()
        if now >= self._expires:
            self._salt = secrets.token_bytes(32)
            self._expires = now + SALT_SECONDS
        return hmac.digest(self._salt, client_id.encode(), "sha256").hex()[:16]


class AccessLog:
    """Writes a line for each request.

    Args:
        info: Logs a request.
        debug: Logs the request of a health probe.
        trace_fields: Returns the ids of the request's trace.
    """

    def __init__(
        self,
        info: Write,
        debug: Write,
        trace_fields: Callable[[], dict[str, str]] | None = None,
    ) -> None:
        self._info = info
        self._debug = debug
        self._names = ClientNames()
        self._trace_fields = trace_fields

    def observe(self, record: RequestRecord) -> None:
        """Write the line of a request."""
        route = route_of(record.path)
        fields: Fields = {
            "request_id": record.request_id,
            "route": route,
            "status": record.status,
            "outcome": record.outcome,
            "duration_ms": _milliseconds(record.seconds),
            "bytes_out": record.bytes_out,
        }
        client = record.client_id
        if client[:4] == "key:":
            fields["api_key_id"] = client[4:]
        elif client:
            fields["client_ip_hash"] = self._names.of(client)
        if self._trace_fields is not None:
            fields.update(self._trace_fields())
        if route == "graphql":
            self._add_operations(fields, record)
        write = self._debug if route == "health" and record.status < 400 else self._info
        write(fields)

    def _add_operations(self, fields: Fields, record: RequestRecord) -> None:
        """Add the fields of the operations of a request, and its costs."""
        if record.refused_by:
            fields["limit"] = record.refused_by
        if not record.operations:
            return
        fields["cost"] = record.points
        fields["cost_used"] = record.used_points
        fields["compute_ms"] = _milliseconds(record.compute_seconds)
        fields["queue_ms"] = _milliseconds(record.queue_seconds)
        if record.memory_hits or record.memory_misses:
            fields["memory_hits"] = record.memory_hits
            fields["memory_misses"] = record.memory_misses
        if len(record.operations) == 1:
            codes = _add_operation(fields, record.operations[0])
        else:
            fields["operations"] = len(record.operations)
            codes = {code for operation in record.operations for code in operation.codes}
        if codes:
            fields["error_codes"] = sorted(codes)[:MAX_CODES]


def _add_operation(fields: Fields, operation: OperationRecord) -> Collection[str]:
    """Add the fields of an operation; return the codes of its errors."""
    document = operation.document
    fields["operation_type"] = document.operation_type
    if document.digest:
        fields["document_sha256_12"] = document.digest
        fields["document_depth"] = document.depth
    if document.name:
        fields["operation_name"] = document.name
    return operation.codes


def _milliseconds(seconds: float) -> float:
    """Return a duration in milliseconds, rounded for the log."""
    return round(seconds * 1_000, 2) if seconds else 0.0
