"""The pace of the machine: measured, or fixed, and turned into seconds and points."""

import pytest

from engine.pace import measured_pace
from resolvers.pace import Pace


def test_points_become_seconds_of_this_machine_and_back() -> None:
    pace = Pace(2.0)
    assert pace.seconds(10_000) == pytest.approx(2.0)
    assert pace.points(2.0) == pytest.approx(10_000)


def test_a_fixed_pace_is_never_measured() -> None:
    def kernel() -> float:
        raise AssertionError("measured")

    pace = Pace(1.5, kernel)
    pace.measure()
    assert pace.factor == 1.5


def test_a_pace_is_measured_at_the_start_and_when_asked() -> None:
    measured = iter([1.25, 3.0])
    pace = Pace(kernel=lambda: next(measured))
    assert pace.factor == 1.25
    pace.measure()
    assert pace.factor == 3.0


def test_the_kernels_give_a_pace_within_its_bounds() -> None:
    assert 0.1 <= measured_pace() <= 20.0
