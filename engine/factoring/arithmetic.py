"""Computes the arithmetic functions of one integer from its complete factorization.

All are functions of |value|, except ``is_perfect_power`` and ``is_perfect``. Each raises
DomainError if value is 0 or the factorization is not complete. Definitions: Hardy & Wright, *An
Introduction to the Theory of Numbers*, 6th ed. (2008), chapters 5, 16 and 17.
"""

import math

from engine.errors import CapacityError, DomainError
from engine.results import ArithmeticFunctions, Factorization, PrimePower

MAX_DIVISOR_SUM_DIGITS = 4_200
"""The most decimal digits of |value| ** power in a divisor sum.

The sum itself may have a few more; Python prints integers of up to 4,300 digits.
"""

_MAX_DIVISOR_SUM_BITS = MAX_DIVISOR_SUM_DIGITS * math.log2(10)


def arithmetic_functions(factorization: Factorization) -> ArithmeticFunctions:
    """Return all arithmetic functions of the value; ``divisor_sum`` is for power 1.

    Raises:
        DomainError: The value is 0 or the factorization is not complete.
        CapacityError: |value| has more than MAX_DIVISOR_SUM_DIGITS digits.

    Cost: 12 us below 2**64; see ``arithmetic_functions_cost``.

    >>> functions = arithmetic_functions(factorize(12))
    >>> functions.totient, functions.divisor_count, functions.radical
    (4, 6, 6)
    """
    return ArithmeticFunctions(
        value=factorization.value,
        totient=totient(factorization),
        carmichael=carmichael(factorization),
        mobius=mobius(factorization),
        divisor_count=divisor_count(factorization),
        divisor_sum=divisor_sum(factorization, 1),
        distinct_prime_factor_count=distinct_prime_factor_count(factorization),
        prime_factor_count=prime_factor_count(factorization),
        radical=radical(factorization),
        is_squarefree=is_squarefree(factorization),
        is_perfect_power=is_perfect_power(factorization),
        is_perfect=is_perfect(factorization),
    )


def totient(factorization: Factorization) -> int:
    """Return Euler's phi: how many of 1, ..., |value| are coprime to it.

    >>> totient(factorize(12))
    4
    """
    return math.prod(
        (power.prime - 1) * power.prime ** (power.exponent - 1) for power in _powers(factorization)
    )


def carmichael(factorization: Factorization) -> int:
    """Return Carmichael's lambda: the exponent of the group of units modulo value.

    Source: Carmichael, *Bull. Amer. Math. Soc.* 16 (1910), 232-238.

    >>> carmichael(factorize(12))
    2
    """
    return math.lcm(*(_unit_group_exponent(power) for power in _powers(factorization)))


def mobius(factorization: Factorization) -> int:
    """Return mu: 0 if a square > 1 divides value, else -1 to the number of prime factors.

    >>> mobius(factorize(30)), mobius(factorize(12))
    (-1, 0)
    """
    if not is_squarefree(factorization):
        return 0
    return -1 if distinct_prime_factor_count(factorization) % 2 else 1


def divisor_count(factorization: Factorization) -> int:
    """Return tau, the number of positive divisors.

    >>> divisor_count(factorize(12))
    6
    """
    return math.prod(power.exponent + 1 for power in _powers(factorization))


def divisor_sum(factorization: Factorization, power: int) -> int:
    """Return sigma_power, the sum of the power-th powers of the positive divisors.

    Args:
        power: >= 0; 0 counts the divisors.

    Raises:
        DomainError: power is negative, the value is 0 or its factorization is not complete.
        CapacityError: |value| ** power has more than MAX_DIVISOR_SUM_DIGITS digits.

    Cost: see ``divisor_sum_cost``.

    >>> divisor_sum(factorize(12), 1), divisor_sum(factorize(12), 2)
    (28, 210)
    """
    if power < 0:
        raise DomainError(f"power is {power}; it must be at least 0")
    if power == 0:
        return divisor_count(factorization)
    size = abs(factorization.value)
    # The sum of the powers of the divisors of 1 is 1, whatever the power.
    if size > 1 and power > _MAX_DIVISOR_SUM_BITS / math.log2(size):
        raise CapacityError(
            f"value^power may have at most {MAX_DIVISOR_SUM_DIGITS} digits: ask for a lower power"
        )
    return math.prod(
        (factor.prime ** (power * (factor.exponent + 1)) - 1) // (factor.prime**power - 1)
        for factor in _powers(factorization)
    )


def distinct_prime_factor_count(factorization: Factorization) -> int:
    """Return omega, the number of distinct prime factors.

    >>> distinct_prime_factor_count(factorize(12))
    2
    """
    return len(_powers(factorization))


def prime_factor_count(factorization: Factorization) -> int:
    """Return Omega, the number of prime factors counted with their exponents.

    >>> prime_factor_count(factorize(12))
    3
    """
    return sum(power.exponent for power in _powers(factorization))


def radical(factorization: Factorization) -> int:
    """Return the product of the distinct prime factors; 1 for +-1.

    >>> radical(factorize(12))
    6
    """
    return math.prod(power.prime for power in _powers(factorization))


def is_squarefree(factorization: Factorization) -> bool:
    """Return whether no square > 1 divides value; true for +-1.

    >>> is_squarefree(factorize(30)), is_squarefree(factorize(12))
    (True, False)
    """
    return all(power.exponent == 1 for power in _powers(factorization))


def is_perfect_power(factorization: Factorization) -> bool:
    """Return whether value = m**k for integers m and k >= 2.

    A negative value needs an odd k. So it is true for -8, for 1 = 1**2 and for -1 = (-1)**3, and
    false for -4.

    >>> is_perfect_power(factorize(-8)), is_perfect_power(factorize(12))
    (True, False)
    """
    powers = _powers(factorization)
    exponent = math.gcd(*(power.exponent for power in powers))
    if factorization.value < 0 and exponent:
        exponent //= exponent & -exponent
    return exponent != 1


def is_perfect(factorization: Factorization) -> bool:
    """Return whether the positive divisors of value sum to 2 * value; false if value < 0.

    >>> is_perfect(factorize(28)), is_perfect(factorize(12))
    (True, False)
    """
    return divisor_sum(factorization, 1) == 2 * factorization.value


def arithmetic_functions_cost(factorization: Factorization) -> float:
    """Return the points predicted for ``arithmetic_functions(factorization)``."""
    bits, primes = factorization.value.bit_length(), len(factorization.factors)
    return 0.07 + 0.005 * primes + 3e-5 * bits + 3.5e-6 * primes * bits


def divisor_sum_cost(factorization: Factorization, power: int) -> float:
    """Return the points predicted for ``divisor_sum(factorization, power)``."""
    bits = min(power * factorization.value.bit_length(), _MAX_DIVISOR_SUM_BITS)
    return 0.012 + 0.0025 * len(factorization.factors) + 4e-9 * bits**2


def _powers(factorization: Factorization) -> tuple[PrimePower, ...]:
    """Return the prime powers of a complete factorization of a value other than 0."""
    if factorization.value == 0:
        raise DomainError("value must not be 0")
    if not factorization.is_complete:
        raise DomainError("the factorization must be complete")
    return factorization.factors


def _unit_group_exponent(power: PrimePower) -> int:
    """Return lambda(prime ** exponent): phi of it, or half of phi for 8, 16, 32, ..."""
    units: int = (power.prime - 1) * power.prime ** (power.exponent - 1)
    return units // 2 if power.prime == 2 and power.exponent >= 3 else units
