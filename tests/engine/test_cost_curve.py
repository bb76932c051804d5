"""Tests of the interpolation of measured costs."""

import pytest

from engine.cost_curve import cost_at

SQUARES = ((1.0, 1.0), (10.0, 100.0), (100.0, 10_000.0))


@pytest.mark.parametrize(
    ("size", "points"),
    [(0.5, 1.0), (1, 1.0), (3, 9.0), (10, 100.0), (50, 2500.0), (1000, 1_000_000.0)],
)
def test_follows_a_power_law_and_is_flat_before_it(size: float, points: float) -> None:
    assert cost_at(SQUARES, size) == pytest.approx(points)
