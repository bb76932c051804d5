"""Tests of the primality of many integers at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CapacityError
from engine.primality.batch_primality import are_prime, are_prime_cost
from engine.primality.primality import is_prime, is_prime_cost
from engine.sieving.small_primes import SmallPrimes
from tests.engine.integer_oracles import SMALL_END, pari_map, random_words, small_primes


@pytest.fixture(scope="module")
def table() -> SmallPrimes:
    return SmallPrimes(1000)


def test_agrees_with_sympy_to_a_million() -> None:
    assert np.flatnonzero(are_prime(range(SMALL_END))).tolist() == small_primes()


def test_agrees_with_pari_on_random_64_bit_integers() -> None:
    values = random_words(100_000, seed=5)
    assert are_prime(values).tolist() == pari_map("isprime(x)", values)


def test_keeps_order_and_duplicates_of_any_size(table: SmallPrimes) -> None:
    values = [7, 2**89 - 1, -7, 7, 0, 2**64 - 59, 1, 2**64 + 13, 997, 2**64, 1009, -(2**70), 1000]
    expected = [True, True, False, True, False, True, False, True, True, False, True, False, False]
    assert are_prime(values).tolist() == expected
    assert are_prime(values, table).tolist() == expected


def test_table_answers_the_same_up_to_its_bound_and_beyond(table: SmallPrimes) -> None:
    values = range(3000)
    assert np.flatnonzero(are_prime(values, table)).tolist() == small_primes()[:430]


def test_is_empty_for_no_values() -> None:
    assert are_prime([]).shape == (0,)


@given(st.lists(st.integers(-(2**70), 2**70), max_size=20))
def test_agrees_with_is_prime(values: list[int]) -> None:
    assert are_prime(values).tolist() == [is_prime(n) for n in values]


def test_refuses_what_is_prime_refuses() -> None:
    with pytest.raises(CapacityError, match="300 digits"):
        are_prime([7, 2**1279 - 1])


def test_cost_adds_up() -> None:
    large = 2**127 - 1
    assert are_prime_cost([large, large]) > 2 * is_prime_cost(large)
    assert are_prime_cost([7] * 1000) < 10
