"""Decides the classes given by an algebraic form of p, such as 2^k - 1, or by a congruence.

Every function takes a prime p; for a composite the result is undefined.
"""

from itertools import count

from flint import fmpz

from engine.primality.neighbours import next_prime

WILSON_SEARCH_LIMIT = 2 * 10**13
"""5, 13 and 563 are the only Wilson primes up to this bound. Source: E. Costa, R. Gerbicz,
D. Harvey, "A search for Wilson primes", Math. Comp. 83 (2014), 3071-3091."""


def is_mersenne(p: int) -> bool:
    """Return whether p = 2^k - 1.

    >>> is_mersenne(127), is_mersenne(11)
    (True, False)
    """
    return p & (p + 1) == 0


def is_fermat(p: int) -> bool:
    """Return whether p = 2^(2^k) + 1.

    If 2^e + 1 with e >= 1 is prime, e is a power of 2: an odd factor f > 1 of e would give the
    divisor 2^(e/f) + 1.

    >>> is_fermat(257), is_fermat(19)
    (True, False)
    """
    return p > 2 and (p - 1) & (p - 2) == 0


def is_primorial(p: int) -> bool:
    """Return whether p - 1 or p + 1 is the product of the first k primes, k >= 0.

    >>> is_primorial(211), is_primorial(17)
    (True, False)
    """
    return _is_primorial_number(p - 1) or _is_primorial_number(p + 1)


def _is_primorial_number(number: int) -> bool:
    prime = 2
    while number % prime == 0:
        number //= prime
        prime = next_prime(prime)
    return number == 1


def is_factorial(p: int) -> bool:
    """Return whether p - 1 or p + 1 is k!, k >= 1.

    >>> is_factorial(719), is_factorial(13)
    (True, False)
    """
    return _is_factorial_number(p - 1) or _is_factorial_number(p + 1)


def _is_factorial_number(number: int) -> bool:
    for factor in count(2):
        if number % factor:
            break
        number //= factor
    return number == 1


def is_wagstaff(p: int) -> bool:
    """Return whether p = (2^k + 1) / 3.

    An odd composite k = ab gives the divisor (2^a + 1) / 3, so k is prime.

    >>> is_wagstaff(43), is_wagstaff(13)
    (True, False)
    """
    return (3 * p - 1) & (3 * p - 2) == 0


def is_proth(p: int) -> bool:
    """Return whether p = k * 2^m + 1 with k odd and 2^m > k.

    >>> is_proth(13), is_proth(7)
    (True, False)
    """
    power = (p - 1) & (1 - p)
    return power > (p - 1) // power


def is_pierpont(p: int) -> bool:
    """Return whether p - 1 has no prime factor above 3.

    >>> is_pierpont(73), is_pierpont(11)
    (True, False)
    """
    power = (p - 1) & (1 - p)
    rest = (p - 1) // power
    while rest % 3 == 0:
        rest //= 3
    return rest == 1


def is_cuban(p: int) -> bool:
    """Return whether p is the difference of two consecutive cubes.

    p = 3k^2 + 3k + 1 is equivalent to (4p - 1) / 3 = (2k + 1)^2.

    >>> is_cuban(19), is_cuban(13)
    (True, False)
    """
    quotient, remainder = divmod(4 * p - 1, 3)
    return remainder == 0 and _is_square(quotient)


def is_wilson(p: int) -> bool:
    """Return whether p is one of the known p with p^2 | (p - 1)! + 1.

    The list is complete up to ``WILSON_SEARCH_LIMIT``. Above it the truth is unknown, and the
    function returns False.

    >>> is_wilson(563), is_wilson(7)
    (True, False)
    """
    return p in (5, 13, 563)


def is_wieferich(p: int) -> bool:
    """Return whether p^2 divides 2^(p - 1) - 1.

    >>> is_wieferich(1093), is_wieferich(7)
    (True, False)
    """
    return bool(pow(fmpz(2), p - 1, fmpz(p * p)) == 1)


def is_gaussian(p: int) -> bool:
    """Return whether p = 4k + 3.

    >>> is_gaussian(7), is_gaussian(5)
    (True, False)
    """
    return p % 4 == 3


def is_pythagorean(p: int) -> bool:
    """Return whether p = 4k + 1.

    >>> is_pythagorean(5), is_pythagorean(7)
    (True, False)
    """
    return p % 4 == 1


def is_fibonacci(p: int) -> bool:
    """Return whether p is a Fibonacci number.

    Source: I. Gessel, problem H-187, Fibonacci Quarterly 10 (1972), 417: n is a Fibonacci number
    if and only if 5n^2 + 4 or 5n^2 - 4 is a square.

    >>> is_fibonacci(89), is_fibonacci(11)
    (True, False)
    """
    fivefold = 5 * p * p
    return _is_square(fivefold + 4) or _is_square(fivefold - 4)


def _is_square(number: int) -> bool:
    return bool(fmpz(number).is_square())
