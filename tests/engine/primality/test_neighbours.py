"""Tests of the primes next to an integer."""

import itertools
import random

import pytest

from engine.errors import DomainError
from engine.primality.neighbours import (
    neighbours,
    neighbours_cost,
    next_prime,
    next_prime_cost,
    previous_prime,
    previous_prime_cost,
)
from engine.results import PrimeNeighbours
from tests.engine.integer_oracles import SMALL_END, pari_map, random_words, small_primes

RANDOM_WORDS = pytest.mark.parametrize(
    "count", [20_000, pytest.param(100_000, marks=pytest.mark.slow)]
)


def test_next_prime_agrees_with_sympy_to_a_million() -> None:
    primes = [*small_primes(), 1_000_003]
    expected = [q for p, q in itertools.pairwise([-1, *primes]) for _ in range(p, q)]
    assert list(map(next_prime, range(-1, 1_000_003))) == expected


def test_previous_prime_agrees_with_sympy_to_a_million() -> None:
    primes = [*small_primes(), SMALL_END]
    expected = [p for p, q in itertools.pairwise(primes) for _ in range(p, q)]
    assert list(map(previous_prime, range(3, SMALL_END + 1))) == expected


@RANDOM_WORDS
def test_next_prime_agrees_with_pari_on_random_64_bit_integers(count: int) -> None:
    values = random_words(count, seed=6)
    assert list(map(next_prime, values)) == pari_map("nextprime(x + 1)", values)


@RANDOM_WORDS
def test_previous_prime_agrees_with_pari_on_random_64_bit_integers(count: int) -> None:
    values = [n for n in random_words(count, seed=7) if n > 2]
    assert list(map(previous_prime, values)) == pari_map("precprime(x - 1)", values)


@pytest.mark.parametrize(("digits", "count"), [(20, 2000), (40, 300), (100, 20)])
def test_agrees_with_pari_above_machine_words(digits: int, count: int) -> None:
    source = random.Random(8)
    values = [source.randrange(10 ** (digits - 1), 10**digits) for _ in range(count)]
    assert list(map(next_prime, values)) == pari_map("nextprime(x + 1)", values)
    assert list(map(previous_prime, values)) == pari_map("precprime(x - 1)", values)


@pytest.mark.parametrize(
    ("n", "previous", "following"),
    [
        (-5, None, 2),
        (-(10**30), None, 2),
        (0, None, 2),
        (1, None, 2),
        (2, None, 3),
        (3, 2, 5),
        (4, 3, 5),
        (2**32, 2**32 - 5, 2**32 + 15),
        (2**53, 2**53 - 111, 2**53 + 5),
        (2**64, 2**64 - 59, 2**64 + 13),
    ],
)
def test_edges(n: int, previous: int | None, following: int) -> None:
    assert previous_prime(n) == previous
    assert next_prime(n) == following


@pytest.mark.parametrize(
    ("n", "count", "expected"),
    [
        (-7, 2, PrimeNeighbours(-7, (), (2, 3), 2, None)),
        (1, 1, PrimeNeighbours(1, (), (2,), 2, None)),
        (2, 1, PrimeNeighbours(2, (), (3,), 2, 1)),
        (3, 3, PrimeNeighbours(3, (2,), (5, 7, 11), 3, 2)),
        (4, 1, PrimeNeighbours(4, (3,), (5,), 3, 2)),
        (9, 2, PrimeNeighbours(9, (7, 5), (11, 13), 7, 4)),
        (10, 1, PrimeNeighbours(10, (7,), (11,), 11, 4)),
        (23, 1, PrimeNeighbours(23, (19,), (29,), 23, 6)),
        (
            2**64,
            1,
            PrimeNeighbours(2**64, (2**64 - 59,), (2**64 + 13,), 2**64 + 13, 72),
        ),
    ],
)
def test_neighbours(n: int, count: int, expected: PrimeNeighbours) -> None:
    assert neighbours(n, count) == expected


@pytest.mark.parametrize("count", [0, -1])
def test_rejects_count_below_one(count: int) -> None:
    with pytest.raises(DomainError, match="it must be at least 1"):
        neighbours(10, count)


def test_costs_grow_with_size_and_count() -> None:
    assert next_prime_cost(10) < next_prime_cost(2**64) < next_prime_cost(2**512)
    assert previous_prime_cost(2**64) == next_prime_cost(2**64)
    assert neighbours_cost(2**64, 10) > 10 * next_prime_cost(2**64)
