"""Bounds and approximations against published counts."""

import math

import mpmath
import pytest

from engine.bounds import (
    log_integral,
    prime_count_between_upper,
    prime_count_upper,
    riemann_r,
    riemann_r_inverse,
)
from tests.engine.published import published
from tests.oracles import count_by_primesieve, prime_count_by_primecount


@pytest.mark.parametrize("x", [*range(-2, 130), 1000, 2_953_652_286, 2_953_652_287, 10**13])
def test_prime_count_upper_is_a_bound(x: int) -> None:
    assert prime_count_upper(x) >= prime_count_by_primecount(max(x, 0))


@pytest.mark.parametrize("k", range(4, 16))
def test_prime_count_upper_is_close_for_large_x(k: int) -> None:
    expected = published("prime_count_of_power_of_ten")[k - 1]
    assert expected <= prime_count_upper(10**k) <= 1.03 * expected


@pytest.mark.parametrize("low", [0, 2, 3, 100, 10**6, 10**12])
@pytest.mark.parametrize("width", [0, 1, 2, 10, 11, 12, 100, 10**5])
def test_prime_count_between_upper_is_a_bound(low: int, width: int) -> None:
    found = count_by_primesieve(low, low + width)
    assert prime_count_between_upper(low, low + width) >= found


# Published: (li(10^n) - pi(10^n)) rounded, OEIS A057752 from n = 1.
INTEGRAL_ERRORS = [2, 5, 10, 17, 38, 130, 339, 754, 1_701, 3_104, 11_588, 38_263, 108_971, 314_890]
INTEGRAL_ERRORS += [1_052_619]


@pytest.mark.parametrize("k", range(1, 16))
def test_log_integral_agrees_with_its_published_errors(k: int) -> None:
    error = log_integral(10.0**k) - published("prime_count_of_power_of_ten")[k - 1]
    assert error == pytest.approx(INTEGRAL_ERRORS[k - 1], abs=1 + 1e-15 * 10.0**k)


@pytest.mark.parametrize("x", [1.001, 1.4, 1.4513692348833812, 2.0, 1e30, 1e100])
def test_log_integral_agrees_with_mpmath(x: float) -> None:
    expected = float(mpmath.li(x))
    assert log_integral(x) == pytest.approx(expected, rel=1e-12, abs=1e-12)


# Published: (R(10^n) - pi(10^n)) rounded, OEIS A057794 from n = 1.
RIEMANN_ERRORS = [1, 1, 0, -2, -5, 29, 88, 97, -79, -1828, -2318, -1476, -5773, -19200, 73218]


@pytest.mark.parametrize("k", range(1, 16))
def test_riemann_r_agrees_with_its_published_errors(k: int) -> None:
    error = riemann_r(10.0**k) - published("prime_count_of_power_of_ten")[k - 1]
    assert error == pytest.approx(RIEMANN_ERRORS[k - 1], abs=1 + 1e-15 * 10.0**k)


@pytest.mark.parametrize("n", [1, 2, 5, 6, 10, 1000, 10**6, 10**9, 10**13])
def test_riemann_r_inverse_inverts(n: int) -> None:
    x = riemann_r_inverse(n)
    assert riemann_r(x) == pytest.approx(n, rel=1e-12, abs=1.5)
    assert math.isfinite(x)
