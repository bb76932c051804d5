"""Tests of the arithmetic functions of one integer."""

import dataclasses
import math
from collections.abc import Callable

import pytest
import sympy

from engine.errors import CapacityError, DomainError
from engine.factoring import arithmetic
from engine.factoring.arithmetic import (
    MAX_DIVISOR_SUM_DIGITS,
    arithmetic_functions,
    arithmetic_functions_cost,
    divisor_count,
    divisor_sum,
    divisor_sum_cost,
    is_perfect,
    is_perfect_power,
)
from engine.factoring.factoring import begin, factorize
from engine.results import ArithmeticFunctions, Factorization
from tests.engine.integer_oracles import pari_map, random_words

PARI_EXPRESSIONS = {
    "totient": "eulerphi(x)",
    "carmichael": "lcm(znstar(x)[2])",
    "mobius": "moebius(x)",
    "divisor_count": "numdiv(x)",
    "divisor_sum": "sigma(x)",
    "distinct_prime_factor_count": "omega(x)",
    "prime_factor_count": "bigomega(x)",
    "radical": "factorback(factorint(x)[,1])",
    "is_squarefree": "issquarefree(x)",
    "is_perfect_power": "x == 1 || ispower(x) > 0",
    "is_perfect": "sigma(x) == 2*x",
}
# Perfect numbers: OEIS A000396.
PERFECT_NUMBERS = [6, 28, 496, 8128, 33550336, 8589869056, 137438691328, 2305843008139952128]


def sample() -> list[int]:
    """Return small integers, random 64-bit integers and one with many divisors."""
    return [*range(1, 3000), *(n for n in random_words(300, seed=16) if n), math.factorial(40)]


@pytest.mark.parametrize(("name", "expression"), PARI_EXPRESSIONS.items())
def test_agrees_with_pari(name: str, expression: str) -> None:
    values = sample()
    found = [getattr(arithmetic_functions(factorize(n)), name) for n in values]
    assert [int(result) for result in found] == pari_map(expression, values)


@pytest.mark.parametrize("power", [0, 1, 2, 3, 10])
def test_divisor_sums_agree_with_pari(power: int) -> None:
    values = sample()
    expected = pari_map(f"sigma(x, {power})", values)
    assert [divisor_sum(factorize(n), power) for n in values] == expected


@pytest.mark.parametrize("n", [-1, -2, -12, -360, -(2**61 - 1)])
def test_is_the_same_for_a_negative_value_but_for_its_powers(n: int) -> None:
    of_positive = arithmetic_functions(factorize(-n))
    expected = dataclasses.replace(of_positive, value=n, is_perfect_power=n == -1, is_perfect=False)
    assert arithmetic_functions(factorize(n)) == expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [
        (1, ArithmeticFunctions(1, 1, 1, 1, 1, 1, 0, 0, 1, True, True, False)),
        (2, ArithmeticFunctions(2, 1, 1, -1, 2, 3, 1, 1, 2, True, False, False)),
        (8, ArithmeticFunctions(8, 4, 2, 0, 4, 15, 1, 3, 2, False, True, False)),
        (28, ArithmeticFunctions(28, 12, 6, 0, 6, 56, 2, 3, 14, False, False, True)),
    ],
)
def test_known_values(n: int, expected: ArithmeticFunctions) -> None:
    assert arithmetic_functions(factorize(n)) == expected


@pytest.mark.parametrize(
    ("n", "expected"),
    [(-8, True), (-4, False), (-64, True), (-1, True), (1, True), (36, True), (72, False)],
)
def test_perfect_power_minds_the_sign(n: int, expected: bool) -> None:
    assert is_perfect_power(factorize(n)) is expected


@pytest.mark.parametrize("n", PERFECT_NUMBERS)
def test_published_perfect_numbers(n: int) -> None:
    assert is_perfect(factorize(n))
    assert not is_perfect(factorize(-n))


@pytest.mark.parametrize("name", [*PARI_EXPRESSIONS, "arithmetic_functions"])
@pytest.mark.parametrize("n", [0, (2**1279 - 1) * (2**2203 - 1)])
def test_rejects_zero_and_incomplete_factorizations(name: str, n: int) -> None:
    function: Callable[..., object] = getattr(arithmetic, name)
    arguments = (1,) if name == "divisor_sum" else ()
    with pytest.raises(DomainError):
        function(begin(n), *arguments)


def test_rejects_a_negative_power() -> None:
    with pytest.raises(DomainError, match="it must be at least 0"):
        divisor_sum(factorize(12), -1)


def test_divisor_sum_is_bounded() -> None:
    power_of_two = factorize(2**100)
    assert divisor_sum(power_of_two, 138) == sum(2 ** (138 * k) for k in range(101))
    with pytest.raises(CapacityError, match=f"at most {MAX_DIVISOR_SUM_DIGITS} digits"):
        divisor_sum(power_of_two, 140)
    assert divisor_sum(factorize(1), 10_000) == 1


def test_every_divisor_sum_can_be_printed() -> None:
    smooth = factorize(math.prod(sympy.primerange(2, 9400)))
    assert smooth.value.bit_length() > 13_000
    assert len(str(divisor_sum(smooth, 1))) < 4300


def test_power_zero_is_not_bounded() -> None:
    power_of_two = Factorization(2**40_000, 1, factorize(2**40_000).factors)
    assert divisor_sum(power_of_two, 0) == divisor_count(power_of_two) == 40_001


def test_costs_grow_with_size_and_power() -> None:
    small, large = factorize(12), factorize(2**4000)
    assert 0 < arithmetic_functions_cost(small) < arithmetic_functions_cost(large) < 1
    assert 0 < divisor_sum_cost(small, 1) < divisor_sum_cost(small, 2000) < 1
