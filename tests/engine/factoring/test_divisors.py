"""Tests of the pages of divisors of one integer."""

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import CapacityError, DomainError
from engine.factoring.divisors import divisors, divisors_cost
from engine.factoring.factoring import begin, factorize
from engine.results import DivisorPage, Factorization, PrimePower


def all_pages(n: int, first: int) -> list[int]:
    """Return the divisors of n, gathered page by page."""
    factorization = factorize(n)
    page = divisors(factorization, first, None)
    found = list(page.values)
    while page.has_next:
        page = divisors(factorization, first, found[-1])
        # Each page goes on, so there is a last one.
        assert page.values[0] > found[-1]
        found += page.values
    return found


def test_agrees_with_sympy_to_a_thousand() -> None:
    found = {n: list(divisors(factorize(n), 1000, None).values) for n in range(1, 1000)}
    assert found == {n: sympy.divisors(n) for n in range(1, 1000)}


@given(st.lists(st.sampled_from([2, 3, 5, 7, 11, 13, 2**31 - 1]), max_size=14), st.integers(1, 20))
def test_pages_join_to_all_divisors(primes: list[int], first: int) -> None:
    n = math.prod(primes)
    assert all_pages(n, first) == sympy.divisors(n)


@given(st.integers(1, 10**9), st.data())
def test_continues_after_any_divisor(n: int, data: st.DataObject) -> None:
    expected = sympy.divisors(n)
    after = data.draw(st.sampled_from(expected))
    rest = [d for d in expected if d > after]
    assert divisors(factorize(n), 5, after) == DivisorPage(tuple(rest[:5]), len(rest) > 5)


@pytest.mark.parametrize(
    ("n", "first", "after", "expected"),
    [
        (1, 10, None, DivisorPage((1,), False)),
        (-12, 10, None, DivisorPage((1, 2, 3, 4, 6, 12), False)),
        (12, 6, None, DivisorPage((1, 2, 3, 4, 6, 12), False)),
        (12, 5, None, DivisorPage((1, 2, 3, 4, 6), True)),
        (12, 0, None, DivisorPage((), True)),
        (12, 2, 3, DivisorPage((4, 6), True)),
        (-12, 3, 12, DivisorPage((), False)),
        (2**61 - 1, 10, 1, DivisorPage((2**61 - 1,), False)),
    ],
)
def test_pages(n: int, first: int, after: int | None, expected: DivisorPage) -> None:
    assert divisors(factorize(n), first, after) == expected


def test_page_in_the_middle_of_a_billion_divisors() -> None:
    primorial = factorize(math.prod(sympy.primerange(2, 110)) * 12)
    after = 2**3 * 3 * 5 * 7 * 101 * 103 * 107 * 109
    page = divisors(primorial, 50, after)
    smallest = [d for d in range(after + 1, page.values[-1] + 1) if primorial.value % d == 0]
    assert list(page.values) == smallest
    assert page.has_next


@pytest.mark.parametrize("after", [0, -1, 5, 24, 12 + 2**64])
def test_rejects_a_bound_that_is_no_divisor(after: int) -> None:
    with pytest.raises(DomainError, match="after must be a positive divisor"):
        divisors(factorize(12), 10, after)


def test_rejects_a_negative_page_size() -> None:
    with pytest.raises(DomainError, match="first must be >= 0"):
        divisors(factorize(12), -1, None)


@pytest.mark.parametrize("n", [0, (2**1279 - 1) * (2**2203 - 1)])
def test_rejects_zero_and_incomplete_factorizations(n: int) -> None:
    with pytest.raises(DomainError):
        divisors(begin(n), 10, None)
    with pytest.raises(DomainError):
        divisors_cost(begin(n), 10)


def primorial(count: int) -> Factorization:
    """Return the product of the first primes, factored."""
    primes = [sympy.prime(k) for k in range(1, count + 1)]
    return Factorization(math.prod(primes), 1, tuple(PrimePower(p, 1) for p in primes))


def test_an_empty_page_of_any_number_of_divisors_is_answered() -> None:
    primorial = factorize(math.prod(sympy.primerange(2, 400)))
    assert divisors(primorial, 0, None) == DivisorPage((), True)
    assert divisors(primorial, 0, abs(primorial.value)) == DivisorPage((), False)
    assert divisors_cost(primorial, 0) < divisors_cost(factorize(2), 1) + 1


def test_too_many_divisors_are_refused() -> None:
    assert divisors(primorial(30), 3, None).values == (1, 2, 3)
    with pytest.raises(CapacityError, match="divisors in each half"):
        divisors(primorial(31), 1, None)


def test_cost_grows_with_the_halves_and_the_page() -> None:
    few, many = factorize(30), factorize(math.factorial(30))
    assert 0 < divisors_cost(few, 10) < divisors_cost(many, 10) < divisors_cost(many, 1000)
