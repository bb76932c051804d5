"""Predictions and bounds stay finite for arguments of up to 4,096 digits, in every place."""

import itertools
import math
from collections.abc import Callable

import pytest

from engine import bounds
from engine.classes import classes_of_cost
from engine.errors import CapacityError
from engine.factoring import factoring, sanity_checks
from engine.factoring.arithmetic import divisor_sum, divisor_sum_cost
from engine.intervals.constellations import constellation_count_cost, constellations_cost
from engine.intervals.gaps import gaps_cost
from engine.intervals.histogram import histogram_cost
from engine.intervals.prime_ranges import PrimeRanges
from engine.intervals.residues import residues_cost
from engine.primality import neighbours, primality, progressions
from engine.prime_steps import step_cost, steps_cost
from engine.results import Factorization
from engine.sieving.sieve_costs import (
    Task,
    candidate_seconds,
    expected_primes,
    least_candidate_seconds,
    least_sieve_seconds,
    page_width,
    sieve_seconds,
    stepping_cost,
    stepping_is_cheaper,
)
from engine.sieving.wheel import standard_wheels

RANGES = PrimeRanges()
WHEELS = standard_wheels()
EXTREMES = [
    *(-(10**4096) + 1, -(2**64), -1, 0, 1, 2, 3, 10**6, 2**32, 2**53 - 1, 2**64 - 1, 2**64),
    *(10**15 + 1, 10**18, 2**80, 10**308, 10**309, 10**400, 10**617, 10**4096 - 1),
]
INTERVALS = [(low, high) for low in EXTREMES for high in EXTREMES if low <= high]
OF_ONE: dict[str, Callable[[int], float]] = {
    "is_prime": primality.is_prime_cost,
    "is_probable_prime": primality.is_probable_prime_cost,
    "primality": primality.primality_cost,
    "factorize": factoring.factorize_cost,
    "begin": factoring.begin_cost,
    "next_prime": neighbours.next_prime_cost,
    "previous_prime": neighbours.previous_prime_cost,
    "neighbours": lambda n: neighbours.neighbours_cost(n, 100_000),
    "classes": classes_of_cost,
    "progression": lambda n: progressions.progression_cost(n, n, 1_000),
    "prime_count": RANGES.prime_count_cost,
    "nth_prime": RANGES.nth_prime_cost,
    "steps": lambda n: steps_cost(n, 100_000),
    "prime_count_upper": bounds.prime_count_upper,
}
OF_INTERVALS: dict[str, Callable[[int, int], float]] = {
    "list": RANGES.list_cost,
    "count": RANGES.count_cost,
    "sum": RANGES.sum_cost,
    "gaps": lambda low, high: gaps_cost(RANGES, low, high),
    "residues": lambda low, high: residues_cost(RANGES, low, high, 210),
    "histogram": lambda low, high: histogram_cost(RANGES, low, high, 10_000),
    "twins": lambda low, high: constellation_count_cost(RANGES, low, high, (0, 2)),
    "pages": lambda low, high: sum(
        constellations_cost(RANGES, low, high, (0, 2, 6), 1_000, after)
        for after in (None, low, high)
    ),
    "between": bounds.prime_count_between_upper,
}
# They begin at 2, as their callers do.
OF_POSITIVE_INTERVALS: dict[str, Callable[[int, int], float]] = {
    "first": lambda low, high: RANGES.first_primes_cost(low, high, 100_001),
    "last": lambda low, high: RANGES.last_primes_cost(low, high, 100_001),
    "one": lambda low, high: RANGES.page_cost(low, high, 1),
    "stepping": lambda low, high: stepping_cost(low, high, 100_001, low),
    "candidates": lambda low, high: candidate_seconds(low, high, 2**27),
    "tests": least_candidate_seconds,
    "expected": expected_primes,
    "rows": least_sieve_seconds,
    "sieve": lambda low, high: sum(sum(sieve_seconds(WHEELS, low, high, task)) for task in Task),
    "width": lambda low, high: page_width(low, 100_001) + stepping_is_cheaper(low, 5),
}


def _are_finite(values: list[float]) -> bool:
    return all(value >= 0 and (isinstance(value, int) or math.isfinite(value)) for value in values)


@pytest.mark.parametrize("cost", OF_ONE.values(), ids=OF_ONE)
def test_what_is_predicted_of_one_integer_is_finite(cost: Callable[[int], float]) -> None:
    assert _are_finite([cost(n) for n in EXTREMES])


@pytest.mark.parametrize("cost", OF_INTERVALS.values(), ids=OF_INTERVALS)
def test_what_is_predicted_of_an_interval_is_finite(cost: Callable[[int, int], float]) -> None:
    assert _are_finite([cost(low, high) for low, high in INTERVALS])


@pytest.mark.parametrize("cost", OF_POSITIVE_INTERVALS.values(), ids=OF_POSITIVE_INTERVALS)
def test_what_is_predicted_of_a_page_is_finite(cost: Callable[[int, int], float]) -> None:
    assert _are_finite([cost(low, high) for low, high in INTERVALS if low >= 2])


@pytest.mark.parametrize("bits", [16, 64, 65, 512, 1_024, 1_025, 13_607])
def test_both_ways_of_stepping_have_one_prediction(bits: int) -> None:
    n = 2**bits - 1
    assert neighbours.next_prime_cost(n) == steps_cost(n, 1)
    assert stepping_cost(n, 2 * n, 3, n) == steps_cost(n, 3)
    assert step_cost(bits) < steps_cost(n, 1)


@pytest.mark.parametrize(
    ("low", "width"), [(10**400, 2_000), (10**4_095, 3), (-(10**400), 10**800)]
)
def test_counts_far_out_are_checked_without_an_overflow(low: int, width: int) -> None:
    assert sanity_checks.could_be_count(1, low, low + width)
    assert sanity_checks.could_be_sum(low + 1, low, low + width) or low < 0
    assert not sanity_checks.could_be_count(width + 2, low, low + width)


@pytest.mark.parametrize("x", [2, 10, 1_000, 10**6, 2_953_652_287, 10**9])
def test_upper_bound_of_pi_is_one_where_pi_is_known(x: int) -> None:
    # pi by the table; the bound exceeds it by less than a third.
    known = RANGES.small_primes.rank(min(x, RANGES.small_primes.bound))
    assert bounds.prime_count_upper(x) >= known


@pytest.mark.parametrize("power", [0, 1, 20_000, 10**400])
def test_powers_of_the_divisors_of_one_sum_to_one(power: int) -> None:
    for value in (1, -1):
        one = Factorization(value, value, ())
        assert divisor_sum(one, power) == 1
        assert math.isfinite(divisor_sum_cost(one, power))


def test_bound_of_divisor_sums_is_that_of_the_power() -> None:
    # 2^13951 is the last power of 2 with 4,200 digits.
    two = factoring.factorize(2)
    assert len(str(2**13_951)) == 4_200
    assert divisor_sum(two, 13_951) == 2**13_951 + 1
    with pytest.raises(CapacityError, match="at most 4200 digits"):
        divisor_sum(two, 13_953)


def test_every_pair_of_extremes_was_an_interval() -> None:
    assert len(INTERVALS) == len(list(itertools.combinations_with_replacement(EXTREMES, 2)))
