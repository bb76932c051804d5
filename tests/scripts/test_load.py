"""The load says what clients have seen, and which thresholds that breaks."""

import json

import pytest

from scripts.load import Report, main
from tests.server import RunningServer


def test_load_on_a_running_service_breaks_nothing(
    server: RunningServer, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([server.url, "--seconds", "2", "--clients", "2"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["requests"] > 1
    assert (summary["failed"], summary["broken"]) == (0, [])
    assert 0 < summary["p50_milliseconds"] <= summary["p99_milliseconds"]


@pytest.mark.parametrize(
    ("threshold", "value"), [("max-p95", "0.001"), ("min-rate", "1e6"), ("min-requests", "1000000")]
)
def test_broken_threshold_is_named(
    server: RunningServer, capsys: pytest.CaptureFixture[str], threshold: str, value: str
) -> None:
    arguments = [server.url, "--seconds", "2", "--clients", "1", f"--{threshold}", value]
    assert main(arguments) == 1
    assert threshold in json.loads(capsys.readouterr().out)["broken"]


def test_requests_without_an_answer_have_failed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:1", "--seconds", "0.2", "--clients", "1"]) == 1
    summary = json.loads(capsys.readouterr().out)
    assert summary["failures"]["ConnectError"] == summary["failed"] == summary["requests"]
    assert "max-error-ratio" in summary["broken"]


def test_quantiles_are_of_the_answers() -> None:
    summary = Report(seconds=[n / 1000 for n in range(1, 101)]).summary(elapsed=2.0)
    assert summary["requests_per_second"] == 50.0
    assert summary["p50_milliseconds"] == pytest.approx(50.5)
    assert summary["p95_milliseconds"] == pytest.approx(95.9, abs=0.2)
