"""Primes by residue class against a naive count and the published races modulo 4."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.intervals.residues import MAX_MODULUS, residues, residues_cost
from engine.results import ResidueCount
from engine.stop import Stop
from tests.engine.prime_patterns import (
    INTERVALS,
    RANGES,
    primes_by_sympy,
    published_terms,
    stopped,
)


@settings(max_examples=60, deadline=None)
@given(INTERVALS, st.one_of(st.integers(1, 60), st.integers(1, MAX_MODULUS)))
def test_counts_agree_with_a_naive_count(interval: tuple[int, int], modulus: int) -> None:
    expected = Counter(p % modulus for p in primes_by_sympy(*interval))
    found = residues(RANGES, *interval, modulus, Stop())
    assert found == tuple(ResidueCount(*item) for item in sorted(expected.items()))


@pytest.mark.parametrize("exponent", range(1, 8))
def test_race_modulo_four_is_as_published(exponent: int) -> None:
    ones = published_terms("A091098")[exponent - 1]
    threes = published_terms("A091099")[exponent - 1]
    found = residues(RANGES, 0, 10**exponent, 4, Stop())
    assert found == (ResidueCount(1, ones), ResidueCount(2, 1), ResidueCount(3, threes))


def test_a_prime_that_divides_the_modulus_has_a_class_of_its_own() -> None:
    found = residues(RANGES, 2, 13, 10, Stop())
    assert found == tuple(ResidueCount(*item) for item in [(1, 1), (2, 1), (3, 2), (5, 1), (7, 1)])


@pytest.mark.parametrize("modulus", [0, -3])
def test_rejects_modulus_below_one(modulus: int) -> None:
    with pytest.raises(DomainError, match=f"at least 1, got {modulus}"):
        residues(RANGES, 0, 10, modulus, Stop())


def test_refuses_modulus_above_the_bound() -> None:
    with pytest.raises(CapacityError, match=f"at most {MAX_MODULUS}, got {MAX_MODULUS + 1}"):
        residues(RANGES, 0, 10, MAX_MODULUS + 1, Stop())


def test_stops_when_told_to() -> None:
    with pytest.raises(DeadlineError):
        residues(RANGES, 0, 10**6, 4, stopped())


def test_cost_grows_with_the_modulus() -> None:
    costs = [residues_cost(RANGES, 0, 10**6, modulus) for modulus in (1, 1_000, 100_000)]
    assert costs == sorted(set(costs))
