"""Integers that take longer to factor than any request has, each different from all others."""

import gmpy2

_FIRST_PRIME = 10**44 + 31  # found with sympy.nextprime(10**44)
# Not close to a small multiple of the first, which would be found at once.
_SECOND_PLACE = 271_828_182_845_904_523_536_028_747_135_266_249_775_724_709


def hard_semiprime(number: int) -> int:
    """Return a product of two primes of 45 digits; another one for each number."""
    return _FIRST_PRIME * int(gmpy2.next_prime(_SECOND_PLACE + number * 10**30))


def hard_question(number: int) -> str:
    """Return a document that asks for the factorization of ``hard_semiprime(number)``."""
    return f'{{ integer(value: "{hard_semiprime(number)}") {{ factorization {{ expression }} }} }}'
