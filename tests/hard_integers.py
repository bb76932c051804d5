"""Integers that take longer to factor than any request has, each different from all others."""

import gmpy2

_FIRST_PRIME = 10**44 + 31  # found with sympy.nextprime(10**44)


def hard_semiprime(number: int) -> int:
    """Return a product of two primes of 45 digits; another one for each number."""
    return _FIRST_PRIME * int(gmpy2.next_prime(3 * 10**44 + number * 10**30))


def hard_question(number: int) -> str:
    """Return a document that asks for the factorization of ``hard_semiprime(number)``."""
    return f'{{ integer(value: "{hard_semiprime(number)}") {{ factorization {{ expression }} }} }}'
