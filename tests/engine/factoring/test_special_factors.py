"""Tests of composites that are split in microseconds, and of what keeps FLINT from the endless."""

import ast
import math
from collections.abc import Iterator
from itertools import combinations, islice, pairwise
from pathlib import Path

import gmpy2
import pytest

import engine
from engine import flint_calls
from engine.errors import InvariantError
from engine.factoring.factoring import STAGES, begin, factorize, refine
from engine.primality.primality import is_prime, is_probable_prime
from tests.engine.pseudoprimes import carmichael_numbers, chernick_numbers, near_multiples

# FLINT's proof does not end for this Carmichael number.
ENDLESS = (3382486595259646046103751, (37334263, 186671311, 485345407))
# Arnault, *J. Symbolic Comput.* 20 (1995), 151-161: with 313(p - 1) + 1 and 353(p - 1) + 1, a
# Carmichael number of 397 digits that passes the strong test to all bases below 307.
ARNAULT_PRIME = int(
    "29674495668685510550154174642905332730771991799853043350995075531276838753171770199594238596"
    "428121188033664754218345562493168782883"
)
ARNAULT = (ARNAULT_PRIME, 313 * (ARNAULT_PRIME - 1) + 1, 353 * (ARNAULT_PRIME - 1) + 1)
# Names of FLINT's methods that prove or factor.
FLINT_CALLS = {"factor", "factor_smooth", "is_prime", "is_probable_prime"}


def is_split(n: int, factors: tuple[int, ...]) -> bool:
    """Return whether ``begin`` alone splits n into exactly these primes."""
    found = begin(n)
    return found.is_complete and found.primes == tuple(sorted(factors))


def next_primes(n: int, count: int) -> Iterator[int]:
    """Yield the primes after n."""
    for _ in range(count):
        n = int(gmpy2.next_prime(n))
        yield n


def test_carmichael_number_that_flint_never_proves() -> None:
    n, factors = ENDLESS
    assert math.prod(factors) == n
    assert all(map(gmpy2.is_prime, factors))
    assert gmpy2.is_strong_prp(n, 2)
    assert not is_prime(n)
    assert not is_probable_prime(n)
    assert factorize(n).primes == factors


def test_pseudoprime_to_all_bases_below_307() -> None:
    assert not is_prime(math.prod(ARNAULT))
    assert is_split(math.prod(ARNAULT), ARNAULT)


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_carmichael_numbers_of_22_to_60_digits(count: int) -> None:
    found = dict(islice(carmichael_numbers(range(22, 61), seed=1), count))
    assert all(gmpy2.is_strong_prp(n, 2) and not is_prime(n) for n in found)
    assert [n for n, factors in found.items() if not is_split(n, factors)] == []


@pytest.mark.parametrize("digits", [22, 26, 30, 40])
def test_carmichael_numbers_of_three_primes(digits: int) -> None:
    found = dict(islice(chernick_numbers(digits, seed=digits), 10))
    assert [n for n, factors in found.items() if is_prime(n) or not is_split(n, factors)] == []


@pytest.mark.parametrize("ratio", [2, 3, 4, 5, 7, 12])
@pytest.mark.parametrize("bits", [40, 100])
def test_pseudoprimes_of_two_primes(bits: int, ratio: int) -> None:
    found = dict(islice(near_multiples(bits, ratio, seed=bits), 5))
    assert [n for n, factors in found.items() if is_prime(n) or not is_split(n, factors)] == []


@pytest.mark.parametrize("multiple", [2, 3, 9, 15_015, 65_537, 32_771 * 32_779])
def test_carmichael_numbers_times_small_primes(multiple: int) -> None:
    for n, factors in islice(chernick_numbers(25, seed=5), 5):
        found = factorize(n * multiple)
        assert found.is_complete
        assert set(factors) <= set(found.primes)


@pytest.mark.parametrize("stage", [1, STAGES - 1])
def test_products_of_carmichael_numbers(stage: int) -> None:
    numbers = list(islice(chernick_numbers(25, seed=6), 4))
    for (one, factors), (other, more) in combinations(numbers, 2):
        found = refine(begin(one * other), stage)
        while not found.is_complete:
            found = refine(found, STAGES - 1)
        assert found.primes == tuple(sorted(factors + more))


def test_powers_of_carmichael_numbers() -> None:
    n, factors = ENDLESS
    assert is_split(n**2, factors * 2)
    assert is_split(n**5, factors * 5)


@pytest.mark.parametrize("digits", [11, 25, 50, 150])
def test_products_of_close_primes(digits: int) -> None:
    for p, q in pairwise(next_primes(10**digits, 2)):
        assert is_split(p * q, (p, q))
        assert is_split(p * p, (p, p))
        assert is_split(p * p * q * q, (p, p, q, q))


@pytest.mark.parametrize(("u", "v"), [(1, 2), (1, 3), (2, 3), (3, 5), (4, 5), (1, 20)])
def test_products_of_primes_with_a_small_quotient(u: int, v: int) -> None:
    for p in next_primes(u * 10**40, 3):
        q = int(gmpy2.next_prime(p * v // u))
        assert is_split(p * q, (p, q))


@pytest.mark.parametrize("exponent", [67, 83, 97, 101, 103])
def test_mersenne_numbers_that_pass_base_2(exponent: int) -> None:
    n = 2**exponent - 1
    assert gmpy2.is_strong_prp(n, 2)
    found = factorize(n)
    assert found.is_complete
    assert math.prod(found.primes) == n
    assert all(map(gmpy2.is_prime, found.primes))


def test_flint_is_not_asked_to_factor_what_it_may_not_end_for() -> None:
    for n in (ENDLESS[0], math.prod(ARNAULT)):
        assert flint_calls.could_be_endless(n)
        with pytest.raises(InvariantError, match="might not end"):
            flint_calls.factors(n)


def test_only_one_module_calls_flint_to_prove_or_factor() -> None:
    root = Path(engine.__file__).parents[1]
    callers = {
        f"{path.relative_to(root)}: {name}"
        for package in ("engine", "resolvers", "schema", "execution", "middleware", "primeql")
        for path in (root / package).rglob("*.py")
        if path.name != "flint_calls.py"
        for name in _flint_calls(ast.parse(path.read_text()))
    }
    assert callers == set()


def _flint_calls(tree: ast.Module) -> Iterator[str]:
    """Yield the methods of ``fmpz`` that prove or factor, and what sympy and FLINT bring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in FLINT_CALLS:
            owner = ast.unparse(node.value)
            if owner.startswith("fmpz"):
                yield ast.unparse(node)
        if isinstance(node, ast.Import) and {"flint", "sympy"} & {n.name for n in node.names}:
            yield ast.unparse(node)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "sympy":
            yield ast.unparse(node)
