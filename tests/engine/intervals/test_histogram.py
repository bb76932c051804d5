"""Primes in equal parts of an interval against a naive count."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.intervals.histogram import MAX_BUCKETS, histogram, histogram_cost
from engine.results import PrimeBucket
from engine.stop import Stop
from tests.engine.prime_patterns import INTERVALS, RANGES, primes_by_sympy, stopped
from tests.oracles import count_by_primesieve, prime_count_by_primecount


@settings(max_examples=60, deadline=None)
@given(INTERVALS, st.integers(1, 200))
@example((0, 0), 1)
@example((-10, 10), 5)
@example((2**64 - 3_000, 2**64 - 1), 1)
@example((2**64 - 3_000, 2**64 - 1), 200)
@example((2**64 - 500, 2**64 + 500), 9)
def test_counts_agree_with_a_naive_count(interval: tuple[int, int], buckets: int) -> None:
    primes = primes_by_sympy(*interval)
    found = histogram(RANGES, *interval, buckets, Stop())
    counts = [sum(bucket.low <= p <= bucket.high for p in primes) for bucket in found]
    assert [bucket.count for bucket in found] == counts


@given(INTERVALS, st.integers(1, 200))
def test_buckets_are_adjacent_and_nearly_equal(interval: tuple[int, int], buckets: int) -> None:
    low, high = interval
    found = histogram(RANGES, low, high, buckets, Stop())
    widths = {bucket.high - bucket.low + 1 for bucket in found}
    assert (found[0].low, found[-1].high) == (low, high)
    assert all(before.high + 1 == after.low for before, after in pairwise(found))
    assert len(found) == min(buckets, high - low + 1)
    assert max(widths) - min(widths) <= 1


@pytest.mark.parametrize(
    ("low", "high", "buckets"),
    [
        (1, 10**8, 2),
        (1, 10**8, 50),
        (1, 10**10, 3),
        (10**9, 10**9 + 10**8, 7),
        (10**12, 10**12 + 10**7, 2),
    ],
)
def test_counts_in_a_wide_interval_agree_with_primecount(low: int, high: int, buckets: int) -> None:
    found = histogram(RANGES, low, high, buckets, Stop())
    below = [prime_count_by_primecount(edge) for edge in (low - 1, *(b.high for b in found))]
    assert [bucket.count for bucket in found] == [b - a for a, b in pairwise(below)]


@pytest.mark.parametrize(
    ("low", "high"), [(10**15 - 10**6, 10**15 + 10**6), (10**16, 10**16 + 10**5)]
)
def test_counts_high_up_agree_with_primesieve(low: int, high: int) -> None:
    found = histogram(RANGES, low, high, 3, Stop())
    expected = [count_by_primesieve(bucket.low, bucket.high) for bucket in found]
    assert [bucket.count for bucket in found] == expected


def test_narrow_interval_is_cut_into_single_integers() -> None:
    found = histogram(RANGES, 10, 13, 50, Stop())
    assert found == tuple(PrimeBucket(n, n, int(n in (11, 13))) for n in range(10, 14))


@pytest.mark.parametrize("buckets", [0, -1])
def test_rejects_less_than_one_bucket(buckets: int) -> None:
    with pytest.raises(DomainError, match=f"at least 1, got {buckets}"):
        histogram(RANGES, 0, 10, buckets, Stop())


def test_refuses_more_buckets_than_the_bound() -> None:
    with pytest.raises(CapacityError, match=f"at most {MAX_BUCKETS}, got {MAX_BUCKETS + 1}"):
        histogram(RANGES, 0, 10**6, MAX_BUCKETS + 1, Stop())


def test_rejects_low_above_high() -> None:
    with pytest.raises(DomainError, match="low"):
        histogram(RANGES, 10, 9, 3, Stop())


def test_stops_when_told_to() -> None:
    with pytest.raises(DeadlineError):
        histogram(RANGES, 10**9, 10**9 + 10**6, 3, stopped())


def test_cost_is_never_above_that_of_one_pass() -> None:
    one_pass = RANGES.list_cost(10**9, 10**9 + 10**7) + 100
    assert all(
        histogram_cost(RANGES, 10**9, 10**9 + 10**7, buckets) <= one_pass
        for buckets in (1, 10, 1_000, 10_000)
    )
