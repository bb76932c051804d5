"""What is told of a request, from what became of it."""

import pytest

from middleware.observability.request_record import (
    UNKNOWN_DOCUMENT,
    OperationRecord,
    RequestRecord,
    outcome_of,
)


@pytest.mark.parametrize(
    ("codes", "outcome"),
    [
        ([], "ok"),
        (["BAD_USER_INPUT"], "invalid"),
        (["MAX_DEPTH_LIMIT"], "invalid"),
        (["COST_LIMIT_EXCEEDED"], "denied"),
        (["UNAUTHENTICATED"], "denied"),
        (["RATE_LIMITED"], "rate_limited"),
        (["BAD_USER_INPUT", "DEADLINE_EXCEEDED"], "timeout"),
        (["BAD_USER_INPUT", "WORK_LIMIT_EXCEEDED"], "timeout"),
        (["OVERLOADED", "COMPUTATION_LOST"], "server_error"),
        (["OVERLOADED", "DEADLINE_EXCEEDED"], "overloaded"),
        (["BAD_USER_INPUT", "INTERNAL_SERVER_ERROR", "OVERLOADED"], "server_error"),
    ],
)
def test_an_operation_counts_as_its_gravest_error(codes: list[str], outcome: str) -> None:
    assert outcome_of(codes) == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "ok"),
        (304, "ok"),
        (400, "invalid"),
        (401, "denied"),
        (413, "invalid"),
        (429, "rate_limited"),
        (499, "gone"),
        (500, "server_error"),
        (503, "overloaded"),
    ],
)
def test_a_request_without_operations_counts_by_its_status(status: int, outcome: str) -> None:
    record = RequestRecord()
    record.status = status
    assert record.outcome == outcome


def test_a_batch_counts_as_its_gravest_operation() -> None:
    fine = OperationRecord(UNKNOWN_DOCUMENT, (), has_run=True)
    failed = OperationRecord(UNKNOWN_DOCUMENT, ("INTERNAL_SERVER_ERROR",), has_run=True)
    record = RequestRecord()
    record.operations = [fine, failed, fine]
    assert record.outcome == "server_error"


@pytest.mark.parametrize(
    ("points", "latency_class"), [(0, "interactive"), (500, "interactive"), (501, "heavy")]
)
def test_latency_is_promised_up_to_500_points(points: int, latency_class: str) -> None:
    record = RequestRecord()
    record.points = points
    assert record.latency_class == latency_class
