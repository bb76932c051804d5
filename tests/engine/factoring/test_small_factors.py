"""Shapes of factorizations agree with the factorizations."""

import random
from collections import Counter

import pytest
import sympy

from engine.errors import DomainError
from engine.factoring.small_factors import SmallFactors

SMALL_FACTORS = SmallFactors()
_SOURCE = random.Random(1)
EDGES = [1, 2, 3, 47, 48, 53, 53**2, 53**11, 2**63, 2**64 - 1, 3**40, 2039, 2053, 2039 * 2053]
HARD = [897612484786617600, 2039**5, 2**32 * 3**20, 47**11, 18446744073709551557, 4294967291**2]
RANDOM = [_SOURCE.getrandbits(bits) | 1 << (bits - 1) for bits in range(1, 65) for _ in range(3)]


def small_part(value: int) -> tuple[int, tuple[int, ...]]:
    """Return the exponent of 2, and how many odd primes up to 47 divide to each power."""
    small = [sympy.multiplicity(p, value) for p in sympy.primerange(3, 48)]
    levels = [sum(exponent >= k for exponent in small) for k in range(1, max(small) + 1)]
    return sympy.multiplicity(2, value), tuple(levels)


def rest_of(value: int) -> int:
    """Return what is left of a value without its primes up to 2,039, whole if it is prime then."""
    factors = sympy.factorint(value)
    rough = sympy.prod(p**e for p, e in factors.items() if p > 47)
    if sympy.isprime(rough):
        return int(rough)
    return int(sympy.prod(p**e for p, e in factors.items() if p > 2039))


@pytest.mark.parametrize("value", EDGES + HARD + RANDOM)
def test_shape_is_that_of_the_factorization(value: int) -> None:
    found = SMALL_FACTORS.shapes([value])
    ((shape, count),) = found.counts.items()
    assert (shape.twos, shape.levels, count) == (*small_part(value), 1)
    rough = [e for p, e in sympy.factorint(value).items() if p > 47]
    # Exact where it says none or one; else at least as many as there are.
    assert (shape.rough_primes <= 1) is (sum(rough) <= 1)
    assert sum(rough) <= shape.rough_primes <= 12
    rest = rest_of(value)
    is_easy = rest == 1 or bool(sympy.isprime(rest))
    if sum(rough) > 1:
        # That what is left of a composite is prime is not looked for.
        is_easy = rest == 1
    assert found.rests == {(rest.bit_length(), is_easy): (rest, 1)}


def test_shapes_of_many_values_are_counted() -> None:
    values = RANDOM + RANDOM[::2] + EDGES
    found = SMALL_FACTORS.shapes(values)
    singles = [SMALL_FACTORS.shapes([value]) for value in values]
    assert found.counts == sum((Counter(one.counts) for one in singles), Counter())
    kinds = [kind for one in singles for kind in one.rests]
    assert {kind: count for kind, (_, count) in found.rests.items()} == Counter(kinds)
    assert {rest for rest, _ in found.rests.values()} <= {rest_of(value) for value in values}


def test_nothing_has_no_shapes() -> None:
    assert SMALL_FACTORS.shapes([]) == ({}, {})


@pytest.mark.parametrize("value", [0, -1, 2**64])
def test_rejects_what_is_no_positive_word(value: int) -> None:
    with pytest.raises(DomainError):
        SMALL_FACTORS.shapes([6, value])
