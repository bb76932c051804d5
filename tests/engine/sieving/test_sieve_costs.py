"""What is predicted quickly agrees with a comparison of every way that there is."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.counting.prime_counting import MOST_X
from engine.intervals.histogram import histogram_cost
from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.base_primes import BasePrimes
from engine.sieving.partial_sieve import EULER_GAMMA, composite_seconds, sieve_bound, start_seconds
from engine.sieving.sieve_costs import (
    Task,
    candidate_seconds,
    least_candidate_seconds,
    least_sieve_seconds,
    sieve_seconds,
)
from engine.sieving.sieve_plan import Planner
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import standard_wheels
from engine.stop import Stop

RANGES = PrimeRanges()
SMALL_PRIMES = SmallPrimes(2**16)
WHEELS = standard_wheels()
TASKS = st.sampled_from(Task)


@st.composite
def _intervals(draw: st.DrawFn, most: float = 18.5) -> tuple[int, int]:
    """Return an interval of any height up to 10**most and any width up to 10**12."""
    low = int(10 ** draw(st.floats(0.4, most)))
    return low, low + int(10 ** draw(st.floats(0, 12)))


@given(_intervals(), TASKS)
def test_an_interval_is_answered_in_the_cheapest_of_all_ways(
    interval: tuple[int, int], task: Task
) -> None:
    low, high = max(interval[0], 2**16 + 1), min(interval[1], 2**32)
    if low > high:
        low, high = 2**16 + 1, 2**32
    base = BasePrimes(SMALL_PRIMES, 2**24)
    (piece,) = Planner(SMALL_PRIMES, base, WHEELS).pieces(low, high, task)
    ways = [*sieve_seconds(WHEELS, low, high, task), candidate_seconds(low, high, base.covered)]
    assert piece.seconds == pytest.approx(min(ways), rel=1e-9)


@given(st.floats(4, 8), st.floats(3, 12), TASKS)
def test_no_sieve_is_predicted_to_take_less_than_the_least(
    root: float, width: float, task: Task
) -> None:
    high = int(10 ** (2 * root))
    low = max(high - int(10**width), 2)
    assert min(sieve_seconds(WHEELS, low, high, task)) >= least_sieve_seconds(low, high)


@given(_intervals(), st.sampled_from((2**16, 2**25, 2**30)))
def test_no_partial_sieve_is_predicted_to_take_less_than_the_least(
    interval: tuple[int, int], covered: int
) -> None:
    assert candidate_seconds(*interval, covered) >= least_candidate_seconds(*interval)


@given(_intervals(15))
def test_a_count_costs_the_lesser_of_sieving_and_a_difference(interval: tuple[int, int]) -> None:
    low, high = interval[0], min(interval[1], MOST_X)
    sieved = 5e-6 + sum(piece.seconds for piece in RANGES._planner.pieces(low, high, Task.COUNT))
    difference = RANGES.prime_count_cost(low - 1) + RANGES.prime_count_cost(high)
    expected = min(sieved * 1e4, difference) if high - low >= 10**6 else sieved * 1e4
    assert RANGES.count_cost(low, high) == pytest.approx(expected, rel=1e-9)


@given(_intervals(14), st.integers(1, 1_000))
def test_a_histogram_costs_the_least_of_three_ways(interval: tuple[int, int], buckets: int) -> None:
    low, high = interval[0], min(interval[1], MOST_X)
    count = high - low + 1
    parts = min(buckets, count)
    # All edges; of more than eight beyond the table of primes the middle ones of eighths.
    edges = [low - 1 + count * place // parts for place in range(parts + 1)]
    beyond = [edge for edge in edges if edge > RANGES.small_primes.bound]
    step = len(beyond) / 8
    chosen = beyond if step <= 1 else [beyond[int(step * (k + 0.5))] for k in range(8)]
    by_edge = (len(edges) - len(beyond)) * RANGES.prime_count_cost(2)
    if beyond:
        by_edge += sum(map(RANGES.prime_count_cost, chosen)) / len(chosen) * len(beyond)
    by_part = RANGES.count_cost(high - count // parts + 1, high)
    least = min(RANGES.list_cost(low, high), parts * by_part, by_edge)
    assert histogram_cost(RANGES, low, high, buckets) == pytest.approx(least + parts * 0.01)


@given(st.integers(2**40, 2**4_000), st.integers(1, 2**20))
def test_a_sieve_bound_is_where_one_more_prime_costs_what_it_saves(low: int, width: int) -> None:
    bound = sieve_bound(low, width, 2**62)
    bits = low.bit_length()
    test = composite_seconds(bits)
    saved = math.exp(-EULER_GAMMA) * width * test / start_seconds(bits)
    if 1_000 < bound < math.isqrt(low):
        assert bound * math.log(bound) == pytest.approx(saved, rel=5e-3)


@pytest.mark.parametrize("width", [10**4, 10**6, 10**8])
def test_integers_of_64_bits_cost_more_than_those_of_63(width: int) -> None:
    # FLINT's arithmetic modulo a full word takes twice as long; benchmarks/bench_ranges.py.
    below = candidate_seconds(2**63 - width, 2**63 - 1, 2**25)
    above = candidate_seconds(2**64 - width, 2**64 - 1, 2**25)
    assert above > 1.4 * below
    assert below == pytest.approx(candidate_seconds(2**62, 2**62 + width - 1, 2**25), rel=0.05)


def test_a_plan_is_made_anew_when_base_primes_have_grown() -> None:
    base = BasePrimes(SmallPrimes(2**12), 2**24)
    planner = Planner(SmallPrimes(2**12), base, WHEELS)
    (before,) = planner.pieces(10**14, 10**14 + 10**6, Task.COUNT)
    base.up_to(10**7, Stop())
    (after,) = planner.pieces(10**14, 10**14 + 10**6, Task.COUNT)
    assert after.seconds < before.seconds
