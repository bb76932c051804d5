"""The header ``Server-Timing``: what a request's time went into, told to those who ask.

Source: W3C Server Timing. Browsers show it beside the request; it is only sent on request, since
it makes every answer larger.
"""

import time
from typing import Final

from middleware.header_fields import HeaderFields, as_sent
from middleware.observability.request_record import STAGES, RequestRecord

HEADER: Final = "Server-Timing"


def wants_timing(header: str | None) -> bool:
    """Return whether a request's header ``Server-Timing`` asks for it: by ``report``."""
    return header is not None and header.strip().lower() == "report"


def timing_headers(record: RequestRecord) -> HeaderFields:
    """Return the header for the stages of a request so far, in milliseconds."""
    stages = [f"{stage};dur={record.stages[stage] * 1_000:.3f}" for stage in STAGES]
    total = (time.perf_counter() - record.begun) * 1_000
    return as_sent({HEADER: ", ".join([*stages, f"total;dur={total:.3f}"])})
