"""The table of small primes against trial division and primesieve."""

import numpy as np
import pytest

from engine.sieving.small_primes import SmallPrimes
from tests.oracles import is_prime_by_trial, prime_count_by_primecount, primes_by_primesieve

TABLE = SmallPrimes(300_007)


@pytest.mark.parametrize("bound", [1000, 1009, 1024, 9409, 10_201, 65_537, 300_007])
def test_table_ends_exactly_at_its_bound(bound: int) -> None:
    assert SmallPrimes(bound).primes.tolist() == primes_by_primesieve(0, bound)


def test_table_is_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        TABLE.primes[0] = 1


@pytest.mark.parametrize("bound", [999, 2**31])
def test_rejects_bounds_out_of_range(bound: int) -> None:
    with pytest.raises(ValueError, match=f"got {bound}"):
        SmallPrimes(bound)


@pytest.mark.parametrize("n", [*range(-4, 60), 300_005, 300_006, 300_007])
def test_contains_agrees_with_trial_division(n: int) -> None:
    assert TABLE.contains(n) == is_prime_by_trial(n)


def test_contains_many_agrees_with_the_list() -> None:
    values = np.arange(TABLE.bound + 1, dtype=np.uint64)
    assert np.flatnonzero(TABLE.contains_many(values)).tolist() == TABLE.primes.tolist()


@pytest.mark.parametrize("x", [-1, 0, 1, 2, 3, 4, 299_993, 300_006, 300_007])
def test_rank_is_prime_count(x: int) -> None:
    assert TABLE.rank(x) == prime_count_by_primecount(x)
