"""Composites of special forms, which are split in microseconds."""

from collections.abc import Iterator

import gmpy2
from gmpy2 import mpz

from engine.flint_calls import is_probable_prime

# Bases tried on a composite even if its order shows to be wrong.
_FEW_BASES = 3
# Above this, one power modulo n takes 10 ms and more, and only the first base is tried.
_SEVERAL_BASES_BITS = 2_048
# Fermat's method takes one step for primes whose difference is below the fourth root of n.
_FERMAT_STEPS = 32
_LEHMAN_STEPS = 3
# Products uv of the quotients u/v near which two factors are looked for.
_LEHMAN_PRODUCTS = range(2, 25)


def separate(n: int, order: int) -> Iterator[tuple[int, int, bool]]:
    """Yield parts of n > 1 with their exponents, and whether they pass BPSW.

    Perfect powers are taken to their roots, and composites split as far as ``special_factor``
    does. What it splits by powers modulo n is split on with the same powers.

    Args:
        n: Odd, unless it is prime.
        order: See ``special_factor``.

    Cost: about that of BPSW on a prime, for a composite that is not split.

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
    """Return a proper divisor of an odd composite n > 1 that is no power; None if none is near.

    Splits every Carmichael number that passes the strong test to base 2; nearly all products
    (k + 1)(rk + 1) of primes with a small r, of which most other pseudoprimes are; and products of
    two integers whose quotient is close to u/v with u and v small.

    Args:
        n: What to split.
        order: What may be a multiple of p - 1 for all primes p of n: m - 1 for a Carmichael number
            m that n divides.

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
    """Return a divisor of n for which a power of a base is 1, and for the rest is not.

    With order = 2^s d, d odd, the strong test to a base b computes b^d, b^2d, ... up to b^order
    modulo n. Where a square root of 1 other than 1 and -1 is among them, it has a common divisor
    with n, less one. So has b^order if p - 1 divides the order for some of the primes p only. The
    first few bases are tried, and more as long as none shows that p - 1 does not divide the order
    for some prime p: then each splits n with a chance of at least a half.

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
    """Return a divisor close to the root of n times a quotient of small integers.

    With 4uvn = a^2 - b^2 = (a - b)(a + b), a - b has a common divisor with n.

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
    """Return the least r and the k with r^k = n > 1."""
    if not gmpy2.is_power(n):
        return n, 1
    for k in range(n.bit_length(), 1, -1):
        root, is_exact = gmpy2.iroot(mpz(n), k)
        if is_exact:
            return int(root), k
    return n, 1
