"""Statistics of prime gaps against a naive count, record tables and other block sizes."""

import math
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.intervals.gaps import gap_statistics, gaps, gaps_cost
from engine.results import GapFrequency, PrimeGap, PrimeGapStatistics
from engine.stop import Stop
from tests.engine.prime_patterns import (
    INTERVALS,
    RANGES,
    blocks_of,
    primes_by_sympy,
    published_terms,
    stopped,
)


def _gap(start: int, end: int) -> PrimeGap:
    return PrimeGap(start, end, end - start, (end - start) / math.log(start))


def _by_definition(primes: list[int]) -> PrimeGapStatistics | None:
    pairs = list(pairwise(primes))
    if not pairs:
        return None
    lengths = Counter(q - p for p, q in pairs)
    first = {length: next((p, q) for p, q in pairs if q - p == length) for length in lengths}
    return PrimeGapStatistics(
        count=len(pairs),
        maximum=_gap(*first[max(lengths)]),
        minimum=_gap(*first[min(lengths)]),
        mean=(primes[-1] - primes[0]) / len(pairs),
        frequencies=tuple(GapFrequency(*item) for item in sorted(lengths.items())),
    )


@settings(max_examples=60, deadline=None)
@given(INTERVALS)
def test_statistics_agree_with_a_naive_count(interval: tuple[int, int]) -> None:
    found = gaps(RANGES, *interval, Stop())
    assert found == _by_definition(primes_by_sympy(*interval))


@settings(deadline=None)
@given(st.data(), st.sampled_from([(2, 2_000), (10**9, 10**9 + 3_000), (2**64 - 3_000, 2**64 - 1)]))
def test_statistics_do_not_depend_on_the_blocks(
    data: st.DataObject, interval: tuple[int, int]
) -> None:
    primes = primes_by_sympy(*interval)
    blocks = data.draw(st.composite(blocks_of)(primes))
    arrays = [np.array(block, dtype=np.uint64) for block in blocks]
    assert gap_statistics(arrays) == _by_definition(primes)


@pytest.mark.parametrize(
    ("low", "high"), [(-5, 2), (3, 3), (24, 28), (24, 30), (2**64 - 50, 2**64)]
)
def test_fewer_than_two_primes_have_no_gap(low: int, high: int) -> None:
    assert gaps(RANGES, low, min(high, 2**64 - 1), Stop()) is None


_RECORDS = list(zip(published_terms("A002386"), published_terms("A005250"), strict=True))


def _check_record(start: int, length: int) -> None:
    found = gaps(RANGES, 0, start + length, Stop())
    assert found is not None
    assert (found.maximum.start, found.maximum.length) == (start, length)


@pytest.mark.parametrize(("start", "length"), [r for r in _RECORDS if r[0] < 10**8])
def test_maximum_is_the_published_record(start: int, length: int) -> None:
    _check_record(start, length)


@pytest.mark.slow
@pytest.mark.parametrize(("start", "length"), [r for r in _RECORDS if r[0] > 10**8])
def test_maximum_far_up_is_the_published_record(start: int, length: int) -> None:
    _check_record(start, length)


# Record gaps by T. Oliveira e Silva, S. Herzog, S. Pardi, Math. Comp. 83 (2014), 2033-2060, and
# the last below 2^64, D. Jacobsen and others (2018), OEIS A002386; confirmed here by sympy.
@pytest.mark.parametrize("start", [1425172824437699411, 18361375334787046697])
def test_one_large_gap_is_found_from_prime_to_prime(start: int) -> None:
    end = sympy.nextprime(start)
    found = gaps(RANGES, start, end, Stop())
    assert found is not None
    assert found.maximum == found.minimum == _gap(start, end)
    assert found.frequencies == (GapFrequency(end - start, 1),)


@pytest.mark.parametrize("exponent", range(1, 8))
def test_frequency_of_length_two_is_the_published_count_of_twins(exponent: int) -> None:
    found = gaps(RANGES, 0, 10**exponent, Stop())
    assert found is not None
    counts = {item.length: item.count for item in found.frequencies}
    assert counts[2] == published_terms("A007508")[exponent - 1]


def test_rejects_low_above_high() -> None:
    with pytest.raises(DomainError, match="low"):
        gaps(RANGES, 10, 9, Stop())


def test_says_that_two_to_the_64_is_out_of_reach() -> None:
    with pytest.raises(CapacityError, match=r"up to 2\^64 - 1"):
        gaps(RANGES, 0, 2**64, Stop())


def test_stops_when_told_to() -> None:
    with pytest.raises(DeadlineError):
        gaps(RANGES, 0, 10**6, stopped())


def test_cost_covers_the_list_of_primes() -> None:
    assert gaps_cost(RANGES, 0, 10**8) > RANGES.list_cost(0, 10**8)
