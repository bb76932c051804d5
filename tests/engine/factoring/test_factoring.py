"""Tests of the factorization of one integer."""

import math
import operator
import pickle
import random
from collections.abc import Callable

import pytest
import sympy
from cypari import pari
from hypothesis import given
from hypothesis import strategies as st

from engine import flint_calls
from engine.errors import CapacityError, DomainError, InvariantError
from engine.factoring.factoring import (
    STAGES,
    begin,
    begin_cost,
    factorize,
    factorize_cost,
    refine,
    refine_cost,
)
from engine.factoring.splitting import WIDENING_PRIMES
from engine.results import Factorization, PrimePower
from tests.engine.integer_oracles import (
    SMALL_END,
    pari_map,
    random_prime,
    random_words,
    small_primes,
)

# Composites that the predecessor of this service returned as prime factors.
LOST_COMPOSITES = [17643261223917097729, 17386276290437117783]


def pairs(factorization: Factorization) -> list[tuple[int, int]]:
    """Return the (prime, exponent) pairs."""
    return [(power.prime, power.exponent) for power in factorization.factors]


def pari_pairs(n: int) -> list[tuple[int, int]]:
    """Return PARI's factorization of n > 0."""
    primes, exponents = pari.factorint(n)
    return [(int(p), int(e)) for p, e in zip(primes, exponents, strict=True)]


def is_factorization(found: Factorization, value: int, primes: set[int]) -> bool:
    """Return whether found is the one ascending product of members of primes that is value."""
    bases = [power.prime for power in found.factors]
    product = math.prod([power.prime**power.exponent for power in found.factors])
    return (
        found.value == value
        and found.sign * product == value
        and all(map(operator.lt, bases, bases[1:]))
        and primes.issuperset(bases)
        and found.is_complete
    )


@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.slow)])
def test_agrees_with_sympy_to_a_million(step: int) -> None:
    primes = set(small_primes())
    values = range(1, SMALL_END, step)
    assert [n for n in values if not is_factorization(factorize(n), n, primes)] == []


@pytest.mark.parametrize(
    ("count", "seed"), [(10_000, 9), pytest.param(100_000, 17, marks=pytest.mark.slow)]
)
def test_is_right_for_random_64_bit_integers(count: int, seed: int) -> None:
    found = [factorize(n) for n in random_words(count, seed) if n]
    bases = list({power.prime for one in found for power in one.factors})
    primes = {p for p, prime in zip(bases, pari_map("isprime(x)", bases), strict=True) if prime}
    assert [one.value for one in found if not is_factorization(one, one.value, primes)] == []


def test_agrees_with_sympy_on_random_64_bit_integers() -> None:
    values = [n for n in random_words(120, seed=10) if n]
    assert [dict(pairs(factorize(n))) for n in values] == [sympy.factorint(n) for n in values]


def test_squares_of_primes_near_two_to_the_32() -> None:
    primes = pari_map("nextprime(x)", random.Random(11).sample(range(2**31, 2**32 - 10), 1000))
    assert [pairs(factorize(p * p)) for p in primes] == [[(p, 2)] for p in primes]


def test_products_of_two_primes_near_two_to_the_32() -> None:
    primes = pari_map("nextprime(x)", random.Random(12).sample(range(2**31, 2**32 - 10), 1000))
    expected = [sorted([p, q]) for p, q in zip(primes[::2], primes[1::2], strict=True)]
    found = [pairs(factorize(p * q)) for p, q in expected]
    assert found == [[(p, 1), (q, 1)] for p, q in expected]


@pytest.mark.parametrize("n", LOST_COMPOSITES)
def test_composites_that_were_once_called_prime(n: int) -> None:
    assert pairs(factorize(n)) == pari_pairs(n)
    assert len(pari_pairs(n)) + pari_pairs(n)[0][1] == 3


@pytest.mark.parametrize(
    ("n", "sign", "expected"),
    [
        (0, 0, []),
        (1, 1, []),
        (-1, -1, []),
        (2, 1, [(2, 1)]),
        (-2, -1, [(2, 1)]),
        (-12, -1, [(2, 2), (3, 1)]),
        (2**64, 1, [(2, 64)]),
        (-(2**64), -1, [(2, 64)]),
        (3**80, 1, [(3, 80)]),
        (2**13000, 1, [(2, 13000)]),
        ((2**61 - 1) ** 5, 1, [(2**61 - 1, 5)]),
        (-((2**89 - 1) ** 3), -1, [(2**89 - 1, 3)]),
        (6 * (2**89 - 1) ** 2, 1, [(2, 1), (3, 1), (2**89 - 1, 2)]),
        ((2**61 - 1) ** 2 * (2**31 - 1) ** 2, 1, [(2**31 - 1, 2), (2**61 - 1, 2)]),
    ],
)
def test_signs_units_and_powers(n: int, sign: int, expected: list[tuple[int, int]]) -> None:
    found = factorize(n)
    assert (found.value, found.sign, pairs(found)) == (n, sign, expected)
    assert found.is_complete


@pytest.mark.parametrize(
    "n",
    [2**k + d for k in (31, 32, 53, 63, 64, 65, 96, 128) for d in (-1, 1)]
    + [math.factorial(60), 10**35 + 1, (10**50 - 1) // 9],
)
def test_agrees_with_pari_at_the_edges_of_machine_words(n: int) -> None:
    assert pairs(factorize(n)) == pari_pairs(n)
    assert pairs(factorize(-n)) == pari_pairs(n)


@pytest.mark.parametrize("digits", [20, 25, 30, 35, 40, 45])
def test_hard_composites(digits: int) -> None:
    source = random.Random(digits)
    bits = round(digits * 3.32 / 2)
    p, q = sorted(random_prime(bits, source) for _ in range(2))
    assert pairs(factorize(p * q)) == [(p, 1), (q, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("digits", [50, 55, 60])
def test_hardest_composites(digits: int) -> None:
    test_hard_composites(digits)


@given(st.lists(st.integers(2, 2**40), min_size=1, max_size=6))
def test_factors_products(divisors: list[int]) -> None:
    product = math.prod(divisors)
    assert pairs(factorize(product)) == pari_pairs(product)


@given(st.integers(-(2**80), 2**80), st.integers(0, STAGES - 1))
def test_every_stage_keeps_the_value(n: int, stage: int) -> None:
    found = refine(begin(n), stage)
    product = math.prod(power.prime**power.exponent for power in found.factors)
    assert found.sign * product * math.prod(found.composites) == n


def test_stages_keep_the_easy_factors_of_a_hard_integer() -> None:
    source = random.Random(13)
    small, medium, large = 1009, random_prime(30, source), random_prime(38, source)
    hard = random_prime(150, source) * random_prime(150, source)
    value = -(small**2) * medium * large * hard
    found = begin(value)
    assert pairs(found) == [(small, 2)]
    assert found.composites == (medium * large * hard,)
    for stage in range(4):
        found = refine(found, stage)
    assert pairs(found) == [(small, 2), (medium, 1), (large, 1)]
    assert (found.value, found.sign, found.composites) == (value, -1, (hard,))
    assert not found.is_complete


@pytest.mark.parametrize("bits", range(66, 81))
def test_products_of_two_primes_of_all_sizes_above_words(bits: int) -> None:
    source = random.Random(bits)
    primes = (random_prime(bits // 2, source), random_prime(bits - bits // 2, source))
    expected = sorted((p, 2 if primes[0] == primes[1] else 1) for p in set(primes))
    assert pairs(factorize(math.prod(primes))) == expected


@pytest.mark.parametrize("exponent", [1, 2, 3])
def test_an_integer_is_not_robbed_of_the_prime_it_is_multiplied_with(exponent: int) -> None:
    # FLINT is asked for the factors of integers of 85 bits times 65537.
    other = random_prime(85 - 16 * exponent, random.Random(exponent))
    n = 65_537**exponent * other
    assert WIDENING_PRIMES[n.bit_length()][0] == 65_537
    composite = Factorization(n, 1, (), (n,))
    assert pairs(refine(composite, STAGES - 1)) == sorted([(65_537, exponent), (other, 1)])


def test_repeated_composites_are_split_once_and_counted_twice() -> None:
    composite = (2**61 - 1) * (2**89 - 1)
    partial = Factorization(-(composite**2), -1, (), (composite, composite))
    expected = (PrimePower(2**61 - 1, 2), PrimePower(2**89 - 1, 2))
    assert refine(partial, STAGES - 1) == Factorization(-(composite**2), -1, expected)


def test_refining_a_complete_factorization_changes_nothing() -> None:
    complete = factorize(360)
    assert refine(complete, 0) == complete


@pytest.mark.parametrize("stage", [-1, STAGES])
@pytest.mark.parametrize("call", [refine, refine_cost])
def test_rejects_a_stage_that_does_not_exist(
    call: Callable[[Factorization, int], object], stage: int
) -> None:
    with pytest.raises(DomainError, match="stage must be from 0"):
        call(begin(360), stage)


def test_prime_factor_beyond_proof_is_refused() -> None:
    with pytest.raises(CapacityError, match="300 digits"):
        factorize(6 * (2**1279 - 1))


def test_huge_composite_without_small_factors_waits() -> None:
    composite = (2**1279 - 1) * (2**2203 - 1)
    assert begin(6 * composite).composites == (composite,)


@pytest.mark.parametrize(
    ("lie", "complaint"),
    [([(15, 1)], "is not prime"), ([(3, 1)], "multiply to 3"), ([(3, 2), (5, 1)], "multiply")],
)
def test_wrong_factors_are_noticed(
    lie: list[tuple[int, int]], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flint_calls, "word_factors", lambda n: lie)
    with pytest.raises(InvariantError, match=complaint):
        factorize(15)


def test_wrong_factors_of_a_large_integer_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    partial = begin((2**61 - 1) * (2**89 - 1))
    monkeypatch.setattr(flint_calls, "factors", lambda n: [(2**61 - 1, 1)])
    with pytest.raises(InvariantError, match="miss it"):
        refine(partial, STAGES - 1)


def test_results_can_be_sent_to_another_process() -> None:
    found = factorize(-360)
    assert pickle.loads(pickle.dumps(found)) == found
    assert all(type(power.prime) is int for power in found.factors)


def test_costs_grow_with_size_and_stage() -> None:
    sizes = [0, 2**16, 2**40, 2**63, 2**80, 2**120, 10**60, 10**90]
    costs = [factorize_cost(n) for n in sizes]
    assert costs == sorted(costs)
    assert all(begin_cost(n) <= factorize_cost(n) for n in sizes)
    partial = begin(random_prime(160, random.Random(14)) * random_prime(160, random.Random(15)))
    stages = [refine_cost(partial, stage) for stage in range(STAGES)]
    assert stages == sorted(stages)
    assert refine_cost(factorize(360), 0) == 0


@pytest.mark.parametrize("exponents", [(2, 3), (1, 2), (3, 3), (4, 1), (2, 5)])
@pytest.mark.parametrize(
    ("p", "q"), [(426_917, 10_000_657), (2_147_483_647, 4_294_967_311), (99_991, 10**15 + 37)]
)
def test_powers_of_several_primes_keep_their_exponents(
    p: int, q: int, exponents: tuple[int, int]
) -> None:
    first, second = exponents
    found = factorize(9 * p**first * q**second)
    assert {power.prime: power.exponent for power in found.factors} == {3: 2, p: first, q: second}
