"""Primes, counts, sums and statistics across every seam, against a chain of GMP's next primes."""

import itertools
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import gmpy2
import numpy as np
import pytest

from engine.counting.checkpoints import shipped_checkpoints
from engine.errors import CapacityError, DomainError
from engine.intervals.constellations import constellation_count, constellations
from engine.intervals.gaps import gaps
from engine.intervals.histogram import histogram
from engine.intervals.prime_ranges import PrimeRanges
from engine.intervals.residues import residues
from engine.sieving.base_primes import BasePrimes
from engine.sieving.partial_sieve import WINDOW_ELEMENTS, CandidateSieve
from engine.sieving.row_sieve import WheelSieve
from engine.sieving.sieve import IntervalSieve
from engine.sieving.small_primes import DEFAULT_BOUND
from engine.sieving.wheel import standard_wheels
from engine.stop import Stop

RANGES = PrimeRanges()
STOP = Stop()
LONGEST_PAGE = 100_001
# Where the way of finding primes changes, and where numbers outgrow a type.
SEAMS = {
    "table": DEFAULT_BOUND,
    "2^32": 2**32,
    "2^53": 2**53,
    "base primes": 2**54,
    "2^63": 2**63,
    "2^64": 2**64,
    "window": 2**65 + 2 * WINDOW_ELEMENTS,
    "checkpoints": shipped_checkpoints().end,
    "10^15": 10**15,
}


def primes_above(n: int) -> Iterator[int]:
    """Yield the primes > n, by GMP."""
    while True:
        n = int(gmpy2.next_prime(n))
        yield n


def primes_within(low: int, high: int) -> list[int]:
    """Return the primes of [low, high], by GMP."""
    return list(itertools.takewhile(lambda p: p <= high, primes_above(low - 1)))


@pytest.mark.parametrize("seam", SEAMS.values(), ids=SEAMS)
@pytest.mark.parametrize("count", [1, 3, 100, 101, 3_000])
@pytest.mark.parametrize("before", [0, 1, 2_000])
def test_pages_across_a_seam_leave_nothing_out(seam: int, count: int, before: int) -> None:
    low = seam - before
    expected = list(itertools.islice(primes_above(low - 1), count))
    assert list(RANGES.first_primes(low, 2 * seam, count, STOP)) == expected
    assert list(RANGES.last_primes(2, expected[-1], count, STOP)) == expected


@pytest.mark.parametrize("before", [0, 1_000, 3_000_000])
def test_longest_pages_across_two_to_the_64_leave_nothing_out(before: int) -> None:
    low = 2**64 - before
    expected = list(itertools.islice(primes_above(low - 1), LONGEST_PAGE))
    assert list(RANGES.first_primes(low, 2**65, LONGEST_PAGE, STOP)) == expected
    assert list(RANGES.last_primes(low, expected[-1], LONGEST_PAGE, STOP)) == expected
    assert list(RANGES.last_primes(low, expected[-1], LONGEST_PAGE + 1, STOP)) == expected


@pytest.mark.parametrize(
    "seam",
    [DEFAULT_BOUND, 2**32, 2**53, 2**54, 5 << 40, 2**65 + 2 * WINDOW_ELEMENTS],
    ids=["table", "2^32", "2^53", "base primes", "segment", "window"],
)
def test_longest_pages_across_other_seams_leave_nothing_out(seam: int) -> None:
    low = seam - 1_000_000
    expected = list(itertools.islice(primes_above(low - 1), LONGEST_PAGE))
    assert list(RANGES.first_primes(low, 2 * seam, LONGEST_PAGE, STOP)) == expected
    assert list(RANGES.last_primes(2, expected[-1], LONGEST_PAGE, STOP)) == expected


@pytest.mark.parametrize("seam", SEAMS.values(), ids=SEAMS)
@pytest.mark.parametrize("around", [(0, 0), (1, 1), (700, 700), (0, 3_000), (3_000, 0)])
def test_counts_and_sums_across_a_seam_are_exact(seam: int, around: tuple[int, int]) -> None:
    low, high = seam - around[0], seam + around[1]
    expected = primes_within(low, high)
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)


@pytest.mark.parametrize("seam", [seam for seam in SEAMS.values() if seam < 2**64])
def test_statistics_across_a_seam_agree_with_a_chain(seam: int) -> None:
    low, high = seam - 3_000, seam + 3_000
    primes = primes_within(low, high)
    found = gaps(RANGES, low, high, STOP)
    assert found is not None
    lengths = Counter(after - before for before, after in pairwise(primes))
    assert {entry.length: entry.count for entry in found.frequencies} == lengths
    by_residue = {entry.residue: entry.count for entry in residues(RANGES, low, high, 6, STOP)}
    assert by_residue == Counter(p % 6 for p in primes)
    twins = [p for p in primes if p + 2 in set(primes)]
    assert list(constellations(RANGES, low, high, (0, 2), 1_000, None, STOP).starts) == twins
    assert constellation_count(RANGES, low, high, (0, 2), STOP) == len(twins)


@pytest.mark.parametrize("seam", SEAMS.values(), ids=SEAMS)
def test_histogram_across_a_seam_agrees_with_a_chain(seam: int) -> None:
    low, high = seam - 3_000, seam + 3_000
    primes = primes_within(low, high)
    buckets = histogram(RANGES, low, high, 7, STOP)
    assert [bucket.count for bucket in buckets] == [
        sum(bucket.low <= p <= bucket.high for p in primes) for bucket in buckets
    ]


def test_last_statistics_below_two_to_the_64_agree_with_a_chain() -> None:
    low, high = 2**64 - 5_000, 2**64 - 1
    primes = primes_within(low, high)
    twins = [p for p in primes if p + 2 in set(primes)]
    assert constellation_count(RANGES, low, high, (0, 2), STOP) == len(twins)
    assert sum(bucket.count for bucket in histogram(RANGES, low, high, 9, STOP)) == len(primes)


def test_constellations_name_the_high_that_was_asked_for() -> None:
    with pytest.raises(CapacityError, match=f"high is {2**64 + 10**6}: .* {2**64 - 1}$"):
        constellations(RANGES, 2**64 - 100, 2**64 + 10**6, (0, 2), 5, None, STOP)


def test_a_partial_sieve_refuses_more_than_it_was_made_for() -> None:
    wheel = standard_wheels()[0]
    base = BasePrimes(RANGES.small_primes, 2**20).up_to(1_000, STOP)
    sieve = CandidateSieve(wheel, base, 1_000)
    assert sieve.candidates(2**40, 2**40 + 999, STOP)
    with pytest.raises(DomainError):
        sieve.candidates(2**40, 2**40 + 1_010, STOP)
    with pytest.raises(DomainError):
        sieve.candidates(29, 129, STOP)
    with pytest.raises(DomainError):
        list(sieve.arrays(2**64 - 50, 2**64 + 50, STOP))


@pytest.mark.parametrize(("first", "size"), [(10**6, 101), (10**6, 0), (-5, 100)])
def test_rows_of_a_wheel_refuse_what_they_cannot_hold(first: int, size: int) -> None:
    primes = np.array([2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41], dtype=np.uint32)
    sieve = WheelSieve(standard_wheels()[0], primes, 100)
    assert sum(1 for _ in sieve.rows(10**6, 100, STOP)) == 1
    with pytest.raises(DomainError):
        list(sieve.rows(first, size, STOP))


@pytest.mark.parametrize(
    ("low", "high", "bound"),
    [(10**6, 10**6 - 1, 2**20), (11, 100, 2**20), (10**6, 2**62, 2**20), (10**6, 10**12, 499)],
)
def test_a_full_sieve_refuses_what_its_base_primes_do_not_reach(
    low: int, high: int, bound: int
) -> None:
    base = BasePrimes(RANGES.small_primes, 2**20).up_to(bound, STOP)[:bound]
    base = base[base <= bound]
    with pytest.raises(DomainError):
        IntervalSieve(standard_wheels()[0], base, low, high)
