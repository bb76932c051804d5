"""Splits composites of special forms in microseconds."""

from collections.abc import Iterator

import gmpy2
from gmpy2 import mpz

from engine.flint_calls import is_probable_prime

# Bases tried on a composite even if ``order`` turns out not to be a multiple of every p - 1.
_FEW_BASES = 3
# Above this size one power modulo n takes 10 ms or more, so only the first base is tried.
_SEVERAL_BASES_BITS = 2_048
# Fermat's method needs one step if the difference of the two primes is below the fourth root of n.
_FERMAT_STEPS = 32
_LEHMAN_STEPS = 3
# The products u * v for which Lehman's method looks for two factors with a quotient near u / v.
_LEHMAN_PRODUCTS = range(2, 25)


def separate(n: int, order: int) -> Iterator[tuple[int, int, bool]]:
    """Yield parts of n > 1: each with its exponent, and with whether it passes BPSW.

    A perfect power is replaced by its root. A composite is split by ``special_factor``, and so are
    the parts, until none splits further.

    Args:
        n: Odd, unless it is prime.
        order: As for ``special_factor``; used for every part.

    Cost: for a composite that is not split, about that of a BPSW test of a prime.

    >>> sorted(separate(3**5, 1))
    [(3, 5, True)]
    """
    left = [(n, 1, order)]
    while left:
        part, exponent, order = left.pop()
        if is_probable_prime(part):
            yield part, exponent, True
            continue
        root, power = _root(part)
        if power > 1:
            left.append((root, exponent * power, order))
            continue
        factor = special_factor(part, order)
        if factor is None:
            yield part, exponent, False
        else:
            left += [(one, exponent, order) for one in (factor, part // factor)]


def special_factor(n: int, order: int) -> int | None:
    """Return a proper divisor of a composite of a special form, or None if there is none.

    It splits: every Carmichael number that passes the strong test to base 2; nearly all products
    (k + 1)(rk + 1) of two primes with a small r, the form of most other pseudoprimes; and products
    of two integers whose quotient is close to u/v with small u and v.

    Args:
        n: An odd composite that is not a perfect power.
        order: An integer that may be a multiple of p - 1 for every prime factor p of n. If n
            divides a Carmichael number m, this is m - 1.

    >>> special_factor(1009 * 1013, 1) in (1009, 1013)
    True
    """
    few = _FEW_BASES if n.bit_length() <= _SEVERAL_BASES_BITS else 1
    return (
        (_unity_factor(n, order, 1) if order != n - 1 else None)
        or _unity_factor(n, n - 1, few)
        or _fermat_factor(n)
    )


def _unity_factor(n: int, order: int, few: int) -> int | None:
    """Return a proper divisor of n modulo which a power of a base is 1, or None.

    With order = 2^s * d, d odd, the strong test to a base b computes b^d, b^2d, ... up to b^order
    modulo n. If one of them, c, is 1 modulo some prime factors of n but not modulo the others, then
    gcd(c - 1, n) is a proper divisor.

    The first ``few`` bases are always tried. Further bases are tried while b^order is 1 for each:
    then p - 1 probably divides the order for every prime factor p of n, and each base splits n with
    a probability of at least a half.

    Source: Rabin, *J. Number Theory* 12 (1980), 128-138; Pollard, *Proc. Cambridge Philos. Soc.*
        76 (1974), 521-528.
    """
    twos = (order & -order).bit_length() - 1
    for tried, base in enumerate(_primes(), 1):
        power = gmpy2.powmod(base, order >> twos, n)
        for step in range(twos + 1):
            if step:
                power = power * power % n
            divisor = int(gmpy2.gcd(power - 1, n))
            if 1 < divisor < n:
                return divisor
        if power != 1 and tried >= few:
            return None
    return None


def _primes() -> Iterator[int]:
    """Yield the primes."""
    prime = mpz(2)
    while True:
        yield int(prime)
        prime = gmpy2.next_prime(prime)


def _fermat_factor(n: int) -> int | None:
    """Return a divisor of n = p * q whose quotient p / q is close to u / v for small u and v.

    If 4uvn = a^2 - b^2 = (a - b)(a + b), then a - b and n have a common divisor.

    Source: Lehman, *Math. Comp.* 28 (1974), 637-646.
    """
    for product in (1, *_LEHMAN_PRODUCTS):
        multiple = mpz(n) * (4 * product)
        root = gmpy2.isqrt(multiple - 1) + 1
        for step in range(_FERMAT_STEPS if product == 1 else _LEHMAN_STEPS):
            rest = (root + step) ** 2 - multiple
            if gmpy2.is_square(rest):
                divisor = int(gmpy2.gcd(root + step - gmpy2.isqrt(rest), n))
                if 1 < divisor < n:
                    return divisor
    return None


def _root(n: int) -> tuple[int, int]:
    """Return the least r, and its k, for which r^k = n > 1."""
    if not gmpy2.is_power(n):
        return n, 1
    for k in range(n.bit_length(), 1, -1):
        root, is_exact = gmpy2.iroot(mpz(n), k)
        if is_exact:
            return int(root), k
    return n, 1
