"""The partial sieve: its windows, what it leaves, and the test of what is left."""

import pytest

from engine.errors import DeadlineError
from engine.sieving import partial_sieve
from engine.sieving.partial_sieve import (
    CandidateSieve,
    next_primes,
    previous_primes,
    select_primes,
    sieve_bound,
)
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop
from tests.oracles import primes_by_primesieve

WHEEL = Wheel(2, (3, 5, 7, 11, 13))
BASE = SmallPrimes(2000).primes
STOP = Stop()


@pytest.mark.parametrize("elements", [2, 3, 37, 1000])
@pytest.mark.parametrize("low", [10**9, 10**9 + 1, 2**32 - 500])
def test_nothing_is_lost_between_windows(
    elements: int, low: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partial_sieve, "WINDOW_ELEMENTS", elements)
    high = low + 1500
    expected = primes_by_primesieve(low, high)
    sieve = CandidateSieve(WHEEL, BASE, high - low + 1)
    assert [p for primes in sieve.primes(low, high, STOP) for p in primes] == expected
    arrays = list(sieve.arrays(low, high, STOP))
    assert [p for array in arrays for p in array.tolist()] == expected


@pytest.mark.parametrize("low", [10**9, 10**20 + 1])
@pytest.mark.parametrize("width", [1, 2, 3, 500])
def test_candidates_are_what_no_base_prime_divides(low: int, width: int) -> None:
    high = low + width - 1
    expected = [
        n for n in range(low, high + 1) if n % 2 and all(n % p for p in BASE.tolist() if p > 2)
    ]
    assert CandidateSieve(WHEEL, BASE, width).candidates(low, high, STOP) == expected


# The least composites that are strong probable primes to base 2, to bases 2 and 3, to the first
# 9 primes (OEIS A014233), and the squares of two primes near 2**32.
@pytest.mark.parametrize(
    "n", [2047, 1_373_653, 3_825_123_056_546_413_051, 4_294_967_291**2, 4_294_967_279**2]
)
def test_pseudoprimes_are_not_selected(n: int) -> None:
    assert select_primes([n], STOP) == []


@pytest.mark.parametrize("size", [1, 8, 9, 255, 256, 257])
def test_selection_keeps_order_at_every_length(size: int) -> None:
    primes = primes_by_primesieve(10**6, 10**6 + 10**4)[:size]
    mixed = [n for p in primes for n in (p, p + 1)]
    assert select_primes(mixed, STOP) == primes


def test_stepping_ends_at_the_bounds() -> None:
    assert next_primes(90, 101, 5, STOP) == [97, 101]
    assert next_primes(97, 10**9, 2, STOP) == [97, 101]
    assert previous_primes(89, 100, 5, STOP) == [89, 97]
    assert previous_primes(3, 97, 2, STOP) == [89, 97]


@pytest.mark.parametrize("low", [10**6, 10**12, 10**18, 10**40, 10**300])
def test_bound_stays_below_the_root_and_what_there_is(low: int) -> None:
    assert sieve_bound(low, 10**5, 10**6) <= 10**6
    assert sieve_bound(low, 10**5, 10**9) ** 2 <= low


def test_a_raised_flag_stops_the_tests() -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(DeadlineError):
        select_primes([101], stop)
    with pytest.raises(DeadlineError):
        next_primes(1, 100, 1, stop)
