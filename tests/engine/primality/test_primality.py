"""Tests of the primality of one integer."""

import random

import pytest
import sympy
from flint import fmpz
from hypothesis import given
from hypothesis import strategies as st

from engine import flint_calls
from engine.errors import CapacityError
from engine.primality.primality import (
    MAX_PROOF_DIGITS,
    is_prime,
    is_prime_cost,
    is_probable_prime,
    is_probable_prime_cost,
    primality,
    primality_cost,
)
from engine.results import Primality, PrimalityMethod, PrimalityVerdict
from tests.engine.integer_oracles import (
    SMALL_END,
    pari_map,
    passes_strong_test,
    random_prime,
    random_words,
    small_primes,
)

# The least strong pseudoprimes to the first 1, 2, ..., 13 primes: OEIS A014233.
LEAST_STRONG_PSEUDOPRIMES = [
    2047,
    1373653,
    25326001,
    3215031751,
    2152302898747,
    3474749660383,
    341550071728321,
    3825123056546413051,
    318665857834031151167461,
    3317044064679887385961981,
]

# A strong pseudoprime to every prime base below 307: Arnault, Math. Comp. 64 (1995), 355-361.
ARNAULT_PRIME = int(
    "29674495668685510550154174642905332730771991799853043350995075531276838753171770"
    "199594238596428121188033664754218345562493168782883"
)
ARNAULT = ARNAULT_PRIME * (313 * (ARNAULT_PRIME - 1) + 1) * (353 * (ARNAULT_PRIME - 1) + 1)

PRIMES_AT_EDGES = [
    2,
    3,
    2**31 - 1,
    2**32 - 5,
    2**32 + 15,
    2**53 - 111,
    2**53 + 5,
    2**61 - 1,
    (2**32 - 5) ** 2 - 2,
    2**64 - 59,
    2**64 + 13,
    2**89 - 1,
    2**127 - 1,
    10**99 + 289,
]
COMPOSITES_AT_EDGES = [
    4,
    9,
    2**32 - 1,
    2**32,
    2**32 + 1,
    2**53 - 1,
    2**53,
    2**53 + 1,
    2**64 - 1,
    2**64,
    2**64 + 1,
    (2**32 - 5) ** 2,
    (2**32 - 5) ** 2 + 2,
    (2**31 - 1) * (2**61 - 1),
    (2**61 - 1) ** 2,
    10**99,
    10**99 + 1,
]


def test_agrees_with_sympy_to_a_million() -> None:
    assert [n for n in range(-100, SMALL_END) if is_prime(n)] == small_primes()


def test_probable_prime_agrees_with_sympy_to_a_million() -> None:
    assert [n for n in range(-100, SMALL_END) if is_probable_prime(n)] == small_primes()


def test_agrees_with_pari_on_random_64_bit_integers() -> None:
    values = random_words(100_000, seed=1)
    assert [int(is_prime(n)) for n in values] == pari_map("isprime(x)", values)


def test_agrees_with_pari_on_random_128_bit_integers() -> None:
    source = random.Random(2)
    values = [source.getrandbits(128) | 1 for _ in range(2000)]
    assert [int(is_prime(n)) for n in values] == pari_map("isprime(x)", values)


@pytest.mark.parametrize("p", [11, 13, 17, 19, 23, 29, 31])
def test_small_bases_of_the_strong_test_are_prime(p: int) -> None:
    assert is_prime(p)
    assert is_probable_prime(p)
    assert primality(p).verdict is PrimalityVerdict.PRIME


@pytest.mark.parametrize("p", PRIMES_AT_EDGES)
def test_primes_at_the_edges_of_machine_words(p: int) -> None:
    assert is_prime(p) is True
    assert is_probable_prime(p) is True
    assert primality(p).verdict is PrimalityVerdict.PRIME
    assert primality(p).witness is None


@pytest.mark.parametrize("n", COMPOSITES_AT_EDGES)
def test_composites_at_the_edges_of_machine_words(n: int) -> None:
    assert is_prime(n) is False
    assert is_probable_prime(n) is False
    assert primality(n).verdict is PrimalityVerdict.COMPOSITE


@pytest.mark.parametrize("n", [1, 0, -1, -2, -7, -(2**64) - 13, -(10**400)])
def test_integers_below_two_are_neither(n: int) -> None:
    assert not is_prime(n)
    assert not is_probable_prime(n)
    expected = Primality(n, PrimalityVerdict.NEITHER, PrimalityMethod.BY_DEFINITION)
    assert primality(n) == expected


@pytest.mark.parametrize("n", [*LEAST_STRONG_PSEUDOPRIMES, ARNAULT])
def test_published_strong_pseudoprimes_are_composite(n: int) -> None:
    assert not is_prime(n)
    assert not is_probable_prime(n)


def test_strong_pseudoprimes_found_by_pow_are_composite() -> None:
    primes = set(small_primes())
    odd_composites = (n for n in range(9, 300_000, 2) if n not in primes)
    pseudoprimes = [n for n in odd_composites if passes_strong_test(n, 2)]
    assert pseudoprimes[:5] == [2047, 3277, 4033, 4681, 8321]  # OEIS A001262
    assert not any(map(is_prime, pseudoprimes))


def test_ten_thousand_strong_pseudoprimes_of_two_primes_are_composite() -> None:
    primes = {int(p) for p in sympy.sieve.primerange(10_000_000)}
    pairs = [(p, m * (p - 1) + 1) for m in (2, 3, 5) for p in primes]
    products = [p * q for p, q in pairs if q in primes and q != p]
    pseudoprimes = [n for n in products if passes_strong_test(n, 2)]
    assert len(pseudoprimes) >= 10_000
    assert not any(map(is_prime, pseudoprimes))


def test_chernick_carmichael_numbers_are_composite() -> None:
    indices = list(range(1, 60_000))
    are_all_prime = pari_map("isprime(6*x+1) && isprime(12*x+1) && isprime(18*x+1)", indices)
    carmichaels = [
        (6 * k + 1) * (12 * k + 1) * (18 * k + 1)
        for k, all_prime in zip(indices, are_all_prime, strict=True)
        if all_prime
    ]
    assert carmichaels[:3] == [1729, 294409, 56052361]  # OEIS A033502
    assert len(carmichaels) > 500
    assert not any(map(is_prime, carmichaels))


def test_carmichael_numbers_by_korselt_are_composite() -> None:
    primes = small_primes()[1:2000]
    carmichaels = [
        p * q * r
        for i, p in enumerate(primes[:20])
        for j, q in enumerate(primes[i + 1 : 300], i + 1)
        for r in primes[j + 1 : 300]
        if (q * r - 1) % (p - 1) == (p * r - 1) % (q - 1) == (p * q - 1) % (r - 1) == 0
    ]
    assert sorted(carmichaels)[:5] == [561, 1105, 1729, 2465, 2821]  # OEIS A002997
    assert not any(map(is_prime, carmichaels))


def test_witnesses_expose_every_composite_to_twenty_thousand() -> None:
    primes = set(small_primes())
    composites = [n for n in range(4, 20_000) if n not in primes]
    witnesses = [primality(n).witness for n in composites]
    least = [next(b for b in range(2, n) if not passes_strong_test(n, b)) for n in composites]
    assert witnesses == least


@given(st.integers(2, 2**200), st.integers(2, 2**200))
def test_witnesses_expose_products(a: int, b: int) -> None:
    witness = primality(a * b).witness
    assert witness is not None
    assert 2 <= witness < a * b
    assert not passes_strong_test(a * b, witness)


def test_witness_lies_beyond_the_bases_that_are_fooled() -> None:
    assert all(passes_strong_test(ARNAULT, p) for p in small_primes() if p < 307)
    verdict = primality(ARNAULT)
    assert verdict.method is PrimalityMethod.BPSW
    assert verdict.witness is not None
    assert not passes_strong_test(ARNAULT, verdict.witness)


@pytest.mark.parametrize(
    ("n", "verdict", "method"),
    [
        (2, PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
        (47, PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
        (2803, PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
        (53**2, PrimalityVerdict.COMPOSITE, PrimalityMethod.BPSW_64),
        (2819, PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64),
        (47 * (2**127 - 1), PrimalityVerdict.COMPOSITE, PrimalityMethod.TRIAL_DIVISION),
        (2**64 - 59, PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64),
        (2**64 + 13, PrimalityVerdict.PRIME, PrimalityMethod.APR_CL),
        ((2**61 - 1) ** 2, PrimalityVerdict.COMPOSITE, PrimalityMethod.BPSW),
        (2**1279 - 1, PrimalityVerdict.PROBABLE_PRIME, PrimalityMethod.BPSW),
    ],
)
def test_method_is_the_one_used(n: int, verdict: PrimalityVerdict, method: PrimalityMethod) -> None:
    assert (primality(n).verdict, primality(n).method) == (verdict, method)


def test_probable_prime_beyond_the_proof_bound_is_refused() -> None:
    mersenne = 2**1279 - 1
    with pytest.raises(CapacityError, match=f"more than {MAX_PROOF_DIGITS} digits"):
        is_prime(mersenne)
    assert is_probable_prime(mersenne)


def test_composite_beyond_the_proof_bound_is_decided() -> None:
    assert not is_prime((2**1279 - 1) * (2**2203 - 1))


def test_proves_two_hundred_digits() -> None:
    p = random_prime(665, random.Random(4))
    assert primality(p) == Primality(p, PrimalityVerdict.PRIME, PrimalityMethod.APR_CL)


@pytest.mark.slow
def test_proves_the_greatest_prime_of_the_proof_bound() -> None:
    (p,) = pari_map("precprime(x)", [10**MAX_PROOF_DIGITS])
    assert len(str(p)) == MAX_PROOF_DIGITS
    assert is_prime(p)


class FoolableInteger(fmpz):
    """An integer that always passes BPSW."""

    def is_probable_prime(self) -> bool:
        """Return True."""
        return True


def test_pseudoprime_that_fools_bpsw_is_caught_by_the_proof(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flint_calls, "fmpz", FoolableInteger)
    pseudoprime = (2**61 - 1) * (2**89 - 1)
    assert is_prime(pseudoprime) is False
    verdict = primality(pseudoprime)
    assert verdict.verdict is PrimalityVerdict.COMPOSITE
    assert verdict.method is PrimalityMethod.APR_CL
    assert verdict.witness == 2


def test_costs_grow_with_size() -> None:
    primes = [2, 2**31 - 1, 2**61 - 1, 2**127 - 1, 2**521 - 1]
    costs = [is_prime_cost(p) for p in primes]
    assert costs == sorted(costs)
    assert costs[-1] > 1000
    assert all(primality_cost(p) > is_prime_cost(p) for p in primes)
    assert all(0 < is_probable_prime_cost(p) <= is_prime_cost(p) for p in primes)


@pytest.mark.parametrize("n", [-(10**4095), 0, 1, 10**299, 3 * (2**521 - 1)])
def test_costs_are_low_with_a_small_factor(n: int) -> None:
    assert is_prime_cost(n) == is_probable_prime_cost(n) < 1
    assert is_prime_cost(n) < primality_cost(n) < 40_000


def test_cost_falls_beyond_the_bound_of_proofs() -> None:
    assert is_prime_cost(2**1279 - 1) < is_prime_cost(2**521 - 1)
