"""The header ``Server-Timing``: how long each stage of a request took.

Browsers show it beside the request. It is sent only if the client asks, because it makes the answer
larger. Source: W3C Server Timing.
"""

import time
from typing import Final

from middleware.header_fields import HeaderFields, as_sent
from middleware.observability.request_record import STAGES, RequestRecord

HEADER: Final = "Server-Timing"


def wants_timing(header: str | None) -> bool:
    """Return whether the request has the header ``Server-Timing: report``."""
    return header is not None and header.strip().lower() == "report"


def timing_headers(record: RequestRecord) -> HeaderFields:
    """Return the header for the stages of a request so far, in milliseconds."""
    stages = [f"{stage};dur={record.stages[stage] * 1_000:.3f}" for stage in STAGES]
    total = (time.perf_counter() - record.begun) * 1_000
    return as_sent({HEADER: ", ".join([*stages, f"total;dur={total:.3f}"])})
