"""Each kernel refuses what it was not made for, instead of answering wrongly."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.counting.lmo_hard_leaves import LeafTables, rough_numbers
from engine.errors import DomainError
from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.wheel import Wheel, standard_wheels
from engine.stop import Stop
from tests.oracles import primes_by_primesieve

RANGES = PrimeRanges()
STOP = Stop()
PRIMES = np.array(primes_by_primesieve(2, 10**4), dtype=np.int64)


@pytest.mark.parametrize(
    ("modulus", "presieved", "groups"),
    [
        (0, (7,), ()),
        (1, (3,), ()),
        (6, (5,), ()),
        (15, (7,), ()),
        (45, (7,), ()),
        (-30, (7,), ()),
        (30030 * 17, (19,), ()),
        (30, (), ()),
        (30, (5, 7), ()),
        (30, (11, 7), ()),
        (30, (7, 7), ()),
        (30, (7, 9), ()),
        (30, (7, 11), ((11, 13),)),
        (30, (7, 11), ((13, 25),)),
        (2, (3, 5), ((7, 11),)),
    ],
)
def test_a_wheel_refuses_other_moduli_and_primes(
    modulus: int, presieved: tuple[int, ...], groups: tuple[tuple[int, ...], ...]
) -> None:
    with pytest.raises(DomainError):
        Wheel(modulus, presieved, groups)


@given(place=st.integers(0, 3), residue=st.integers(-5, 2_400), first=st.integers(-3, 10**20))
def test_a_row_of_a_wheel_starts_where_it_should_or_is_refused(
    place: int, residue: int, first: int
) -> None:
    wheel = standard_wheels()[place]
    is_row = 0 <= residue < wheel.modulus and math.gcd(residue, wheel.modulus) == 1
    if first < 0 or not is_row:
        with pytest.raises(DomainError):
            wheel.pattern_start(residue, first)
        return
    start = wheel.pattern_start(residue, first)
    value = wheel.modulus * first + residue
    assert wheel.pattern[start] == all(value % p for p in wheel.presieved)


@pytest.mark.parametrize("primes", [[5, 7], [2, 7], [7, 2**31]])
def test_no_inverse_is_found_of_what_has_none(primes: list[int]) -> None:
    with pytest.raises(DomainError):
        standard_wheels()[1].inverses(np.array(primes, dtype=np.uint32))
    assert standard_wheels()[1].inverses(np.array([], dtype=np.uint32)).size == 0


@pytest.mark.parametrize(
    ("low", "high", "count"),
    [
        (1, 100, 5),
        (100, 99, 5),
        (100, 200, 0),
        (2**64 - 1, 2**64, 5),
        (2**64 - 10**6, 2**64 + 10**6, -5),
    ],
)
def test_a_window_is_on_one_side_of_two_to_the_64(low: int, high: int, count: int) -> None:
    with pytest.raises(DomainError):
        RANGES._pages._window(low, high, count, STOP)


@pytest.mark.parametrize("find", [RANGES._pages.first, RANGES._pages.last])
def test_a_page_has_no_negative_length(find: Any) -> None:
    assert len(find(10**9, 10**9 + 100, 0, STOP)) == 0
    with pytest.raises(DomainError):
        find(10**9, 10**9 + 100, -1, STOP)


@pytest.mark.parametrize(("low", "high"), [(1, 10), (-5, 10), (10**12 + 1, 10**12)])
def test_segments_are_asked_for_intervals_from_two_on(low: int, high: int) -> None:
    with pytest.raises(DomainError):
        RANGES._kept.primes(low, high, STOP)


@pytest.mark.parametrize(
    ("y", "most"), [(16, 100), (2**31, 10**4), (10**6, 499), (400, 7), (-1, 9)]
)
def test_rough_numbers_need_their_bounds_and_primes(y: int, most: int) -> None:
    with pytest.raises(DomainError):
        rough_numbers(y, PRIMES[most >= PRIMES], STOP)


def leaves(**changed: Any) -> LeafTables:
    """Return the tables for x = 10^9 and y = 1,000, but for what is changed."""
    primes = PRIMES[PRIMES <= 1_000]
    rough, least_factor, signs = rough_numbers(1_000, primes, STOP)
    parts = {
        "x": 10**9,
        "y": 1_000,
        "primes": primes,
        "rough": rough,
        "least_factor": least_factor,
        "signs": signs,
    }
    return LeafTables(**{**parts, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"x": 999},
        {"x": 2**53},
        {"y": 16},
        {"y": 2**31},
        {"y": 900},
        {"y": 10_000},
        {"primes": PRIMES[:0]},
        {"primes": PRIMES[PRIMES < 500]},
        {"primes": PRIMES},
        {"rough": np.arange(2, 100)},
        {"signs": np.ones(3, dtype=np.int8)},
        {"least_factor": np.ones(3, dtype=np.int32)},
    ],
    ids=lambda changed: "-".join(changed),
)
def test_leaves_need_their_bounds_and_shapes(changed: dict[str, Any]) -> None:
    assert leaves().rough[0] == 1
    with pytest.raises(DomainError):
        leaves(**changed)
