"""pi(x) and the n-th prime with and without checkpoints, and where the ways meet."""

import random

import pytest

from engine.counting.checkpoints import no_checkpoints, shipped_checkpoints
from engine.errors import CapacityError, DomainError
from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop
from tests.engine.published import published
from tests.oracles import prime_count_by_primecount

SHIPPED = shipped_checkpoints()
RANGES = PrimeRanges(checkpoints=SHIPPED)
BARE = PrimeRanges(checkpoints=no_checkpoints())
STOP = Stop()
GENERATOR = random.Random(11)
END, SPACING = SHIPPED.end, SHIPPED.spacing


@pytest.mark.parametrize("x", [int(10 ** GENERATOR.uniform(7.6, 12.4)) for _ in range(60)])
def test_prime_count_agrees_with_primecount(x: int) -> None:
    assert RANGES.prime_count(x, STOP) == prime_count_by_primecount(x)


@pytest.mark.parametrize("place", [5 * SPACING, 1000 * SPACING, END])
@pytest.mark.parametrize("offset", [-SPACING // 2 - 1, -SPACING // 2, -2, -1, 0, 1, SPACING // 2])
def test_prime_count_around_checkpoints(place: int, offset: int) -> None:
    x = place + offset
    assert RANGES.prime_count(x, STOP) == prime_count_by_primecount(x)


@pytest.mark.slow
@pytest.mark.parametrize("x", [GENERATOR.randrange(END) for _ in range(1000)])
def test_prime_count_agrees_with_primecount_at_a_thousand_places(x: int) -> None:
    assert RANGES.prime_count(x, STOP) == prime_count_by_primecount(x)


@pytest.mark.parametrize("k", range(1, 13))
def test_prime_count_of_powers_of_ten(k: int) -> None:
    assert RANGES.prime_count(10**k, STOP) == published("prime_count_of_power_of_ten")[k - 1]


@pytest.mark.slow
@pytest.mark.parametrize("k", [13, 14, 15])
def test_prime_count_of_large_powers_of_ten(k: int) -> None:
    assert RANGES.prime_count(10**k, STOP) == published("prime_count_of_power_of_ten")[k - 1]


@pytest.mark.parametrize("k", range(12))
def test_nth_prime_of_powers_of_ten(k: int) -> None:
    assert RANGES.nth_prime(10**k, STOP) == published("prime_at_power_of_ten")[k]


@pytest.mark.slow
def test_nth_prime_of_the_largest_published_power_of_ten() -> None:
    assert RANGES.nth_prime(10**12, STOP) == published("prime_at_power_of_ten")[12]


@pytest.mark.parametrize("k", [8, 9, 10])
def test_without_checkpoints_the_answers_are_the_same(k: int) -> None:
    assert BARE.prime_count(10**k, STOP) == published("prime_count_of_power_of_ten")[k - 1]
    assert BARE.nth_prime(10**k // 25, STOP) == RANGES.nth_prime(10**k // 25, STOP)


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_nth_prime_at_the_ends_of_the_tables(offset: int) -> None:
    for n in (RANGES.small_primes.primes.size + offset, SHIPPED.last_rank + offset):
        p = RANGES.nth_prime(n, STOP)
        assert prime_count_by_primecount(p) == n
        assert prime_count_by_primecount(p - 1) == n - 1


def test_a_wide_interval_is_counted_by_a_difference() -> None:
    low, high = 10**9, 10**11
    expected = prime_count_by_primecount(high) - prime_count_by_primecount(low - 1)
    assert RANGES.count(low, high, STOP) == expected
    assert RANGES.count_cost(low, high) < 5000


def test_refuses_arguments_out_of_reach() -> None:
    with pytest.raises(CapacityError, match="up to x = 1000000000000000, got 1000000000000001"):
        RANGES.prime_count(10**15 + 1, STOP)
    with pytest.raises(CapacityError, match="n is 29844570422670000"):
        RANGES.nth_prime(29844570422670000, STOP)
    with pytest.raises(DomainError, match="got -3"):
        RANGES.nth_prime(-3, STOP)
