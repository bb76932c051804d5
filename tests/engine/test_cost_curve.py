"""Tests of the interpolation of measured costs."""

import pytest

from engine.cost_curve import cost_at

# Linear up to 10, quadratic from there on.
CURVE = ((1.0, 1.0), (10.0, 10.0), (100.0, 1000.0))


@pytest.mark.parametrize(
    ("size", "points"),
    [(0.5, 1.0), (1, 1.0), (3, 3.0), (10, 10.0), (50, 250.0), (1000, 100_000.0)],
)
def test_follows_power_laws_between_the_pairs_and_beyond(size: float, points: float) -> None:
    assert cost_at(CURVE, size) == pytest.approx(points)
