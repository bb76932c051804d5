"""Our own histogram, told as the library tells its own, which is the oracle."""

import re

import pytest
from prometheus_client import CollectorRegistry, Histogram, generate_latest

from middleware.observability.event_loop_metrics import LoopHistogram

BOUNDS = (0.005, 0.1, 1.0, 250)
VALUES = (0.0, 0.004, 0.005, 0.0051, 0.1, 0.7, 1.0, 3, 250, 250.5, 1e9)
_CREATED = re.compile(r"(_created\S*) \S+")


def _told(registry: CollectorRegistry) -> str:
    """Return what a scrape tells, but for when it was begun."""
    return _CREATED.sub(r"\1", generate_latest(registry).decode())


@pytest.mark.parametrize("label", ["", "class"])
def test_a_scrape_tells_what_the_librarys_own_would(label: str) -> None:
    names = ("light", "heavy") if label else ("",)
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    buckets = LoopHistogram("seconds", "Some.", BOUNDS, ours, label, names)
    histogram = Histogram(
        "seconds", "Some.", [label] if label else (), buckets=BOUNDS, registry=theirs
    )
    for name in names:
        child = histogram.labels(name) if label else histogram
        for value in VALUES:
            buckets.of[name].observe(value)
            child.observe(value)
    assert _told(ours) == _told(theirs)


def test_a_name_is_taken_once() -> None:
    registry = CollectorRegistry()
    LoopHistogram("seconds", "Some.", BOUNDS, registry)
    with pytest.raises(ValueError, match="Duplicated"):
        LoopHistogram("seconds", "Some.", BOUNDS, registry)
