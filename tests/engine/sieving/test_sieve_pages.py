"""Pages that take several windows, from both ends."""

import pytest

from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving import sieve_pages
from engine.stop import Stop
from tests.oracles import primes_by_primesieve

RANGES = PrimeRanges(small_bound=10**4)
STOP = Stop()


@pytest.mark.parametrize("width", [1, 2, 7, 64])
@pytest.mark.parametrize("low", [9_000, 10**9, 10**15 + 1])
def test_nothing_is_lost_between_windows(
    width: int, low: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sieve_pages, "page_width", lambda low, count: width)
    monkeypatch.setattr(sieve_pages, "stepping_is_cheaper", lambda low, count: False)
    high = low + 3000
    expected = primes_by_primesieve(low, high)
    for count in (1, 20, len(expected), len(expected) + 1):
        assert list(RANGES.first_primes(low, high, count, STOP)) == expected[:count]
        assert list(RANGES.last_primes(low, high, count, STOP)) == expected[-count:]


@pytest.mark.parametrize("low", [10**12, 10**18])
@pytest.mark.parametrize("count", [1, 99, 100, 101, 3000])
def test_pages_of_every_length_agree_with_primesieve(low: int, count: int) -> None:
    expected = primes_by_primesieve(low, low + 60 * count + 500)[:count]
    found = RANGES.first_primes(low, 2 * low, count, STOP)
    assert list(found) == expected
    high = int(found[-1])
    assert list(RANGES.last_primes(2, high, count, STOP)) == expected


def test_a_page_across_two_to_the_64_is_whole() -> None:
    sympy = pytest.importorskip("sympy")
    low, high = 2**64 - 5000, 2**64 + 5000
    expected = tuple(sympy.primerange(low, high + 1))
    assert tuple(RANGES.first_primes(low, high, 150, STOP)) == expected[:150]
    assert tuple(RANGES.last_primes(low, high, 150, STOP)) == expected[-150:]
