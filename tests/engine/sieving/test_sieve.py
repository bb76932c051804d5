"""The sieve of an interval, with each wheel, against primesieve."""

import numpy as np
import pytest

from engine.errors import DeadlineError
from engine.sieving import sieve
from engine.sieving.sieve import IntervalSieve, cut_segments
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel, standard_wheels
from engine.stop import Stop
from tests.oracles import primes_by_primesieve

BASE = SmallPrimes(2_000_000).primes
WHEELS = standard_wheels()
STOP = Stop()


def modulus(wheel: Wheel) -> str:
    """Return the name of a wheel for test reports."""
    return str(wheel.modulus)


@pytest.mark.parametrize("wheel", WHEELS, ids=modulus)
@pytest.mark.parametrize(
    ("low", "high"),
    [
        (2_000_001, 2_000_001),
        (2_000_003, 2_000_003),
        (2_000_001, 2_003_000),
        (2_310_000, 4_620_000),
        (2_309_999, 4_620_001),
        (2**32 - 70_000, 2**32 + 70_001),
        (1_999_993**2 - 300, 1_999_993**2 + 300),
        (10**12, 10**12 + 300_000),
    ],
)
def test_each_wheel_agrees_with_primesieve(wheel: Wheel, low: int, high: int) -> None:
    expected = primes_by_primesieve(low, high)
    interval = IntervalSieve(wheel, BASE, low, high)
    assert interval.list(STOP).tolist() == expected
    assert interval.count(STOP) == len(expected)
    assert interval.sum(STOP) == sum(expected)


@pytest.mark.parametrize("wheel", WHEELS, ids=modulus)
def test_nothing_is_lost_at_the_seams_of_segments(
    wheel: Wheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieve, "ROW_ELEMENTS", 97)
    low, high = 10**10 - 5_000, 10**10 + 300_000
    expected = primes_by_primesieve(low, high)
    interval = IntervalSieve(wheel, BASE, low, high)
    arrays = list(interval.arrays(STOP))
    assert len(arrays) > 1
    assert np.concatenate(arrays).tolist() == expected
    assert interval.count(STOP) == len(expected)
    assert interval.sum(STOP) == sum(expected)


@pytest.mark.parametrize(("low", "high", "most"), [(31, 31, 5), (100, 10_000, 7), (9, 299, 10)])
def test_segments_are_adjacent_and_cover_the_interval(low: int, high: int, most: int) -> None:
    segments = cut_segments(WHEELS[1], low, high, most)
    assert segments[0].first * 30 <= low
    assert (segments[-1].first + segments[-1].size) * 30 > high
    assert all(1 <= s.size <= most for s in segments)
    ends = [s.first + s.size for s in segments]
    assert ends[:-1] == [s.first for s in segments[1:]]


@pytest.mark.parametrize("wheel", WHEELS, ids=modulus)
def test_a_raised_flag_stops_every_task(wheel: Wheel) -> None:
    stop = Stop()
    stop.set()
    interval = IntervalSieve(wheel, BASE, 10**9, 10**9 + 10**5)
    for task in (interval.list, interval.count, interval.sum):
        with pytest.raises(DeadlineError):
            task(stop)
