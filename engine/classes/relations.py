"""Decides the classes that depend on integers related to p, such as p + 2 or 2p + 1.

Every function takes a prime p; for a composite the result is undefined.
"""

from math import gcd, isqrt

from engine.cost_curve import cost_at
from engine.errors import CapacityError
from engine.factoring.factoring import factorize
from engine.flint_calls import trial_parts
from engine.primality.primality import is_prime

_ODD_PRIMORIAL_53 = 16_294_579_238_595_022_365
"""3 * 5 * 7 * ... * 53, the longest such product of one machine word."""

_CHEN_TRIAL_PRIMES = 100_000
"""Primes tried on p + 2 when it is too long to be factored: 0.4 ms at 128 bits, 2 ms at 1024 bits;
they decide about 92 % of all p."""

_CHEN_BITS = 129
"""Longest p + 2, in bits, that is factored: 25 ms at most, so that every p < 2^128 is decided."""

# (bits, points) of factoring p + 2 if it has no factor up to 53. From 48 to 64 bits a product of
# two primes of equal size, about 1 in 100, costs 2.5 times as much. FLINT 3.6,
# benchmarks/bench_patterns.py.
_CHEN_FACTOR_CURVE = (
    (24.0, 0.05),
    (48.0, 0.3),
    (64.0, 3.0),
    (65.0, 30.0),
    (69.0, 50.0),
    (88.0, 60.0),
    (89.0, 95.0),
    (96.0, 118.0),
    (97.0, 56.0),
    (129.0, 240.0),
)
_CHEN_TRIAL_POINTS_PER_BIT = 0.02


def is_twin(p: int) -> bool:
    """Return whether p - 2 or p + 2 is prime.

    >>> is_twin(13), is_twin(23)
    (True, False)
    """
    return is_prime(p + 2) or is_prime(p - 2)


def is_cousin(p: int) -> bool:
    """Return whether p - 4 or p + 4 is prime.

    >>> is_cousin(7), is_cousin(5)
    (True, False)
    """
    return is_prime(p + 4) or is_prime(p - 4)


def is_sexy(p: int) -> bool:
    """Return whether p - 6 or p + 6 is prime.

    >>> is_sexy(23), is_sexy(3)
    (True, False)
    """
    return is_prime(p + 6) or is_prime(p - 6)


def is_sophie_germain(p: int) -> bool:
    """Return whether 2p + 1 is prime.

    >>> is_sophie_germain(11), is_sophie_germain(7)
    (True, False)
    """
    return is_prime(2 * p + 1)


def is_safe(p: int) -> bool:
    """Return whether (p - 1) / 2 is prime.

    >>> is_safe(23), is_safe(13)
    (True, False)
    """
    return is_prime(p // 2)


def is_chen(p: int) -> bool:
    """Return whether p + 2 has at most two prime factors, counted with multiplicity.

    A composite p + 2 is a product of two primes if and only if it is prime after division by one of
    its prime factors. So the first prime factor found decides.

    Raises:
        CapacityError: p >= 2^128 and p + 2 is a composite without a small factor. Its factorization
            would decide, but costs too much.

    Cost: see ``is_chen_cost``.

    >>> is_chen(7), is_chen(43)
    (True, False)
    """
    number = p + 2
    return is_prime(number) or is_prime(number // _factor_of_composite(number))


def _factor_of_composite(number: int) -> int:
    """Return a prime factor of the composite ``number``, or its root if it is a square."""
    shared = gcd(number, _ODD_PRIMORIAL_53)
    if shared > 1:
        return factorize(shared).factors[0].prime
    if number.bit_length() <= _CHEN_BITS:
        return factorize(number).factors[0].prime
    root = isqrt(number)
    if root * root == number:
        return root
    factor = min(trial_parts(number, _CHEN_TRIAL_PRIMES))[0]
    if factor == number:
        raise CapacityError(
            f"CHEN cannot be decided: value + 2, of {number.bit_length()} bits, is a composite "
            f"without a small factor, and above {_CHEN_BITS} bits it is not factored"
        )
    return factor


def is_chen_cost(p: int) -> float:
    """Return the points predicted for ``is_chen(p)`` without the primality tests.

    They are 0 if p + 2 has a prime factor up to 53. Otherwise p + 2 may have to be factored.

    Cost: 1 us.
    """
    number = p + 2
    if gcd(number, _ODD_PRIMORIAL_53) > 1:
        return 0.0
    bits = number.bit_length()
    if bits > _CHEN_BITS:
        return bits * _CHEN_TRIAL_POINTS_PER_BIT
    return cost_at(_CHEN_FACTOR_CURVE, bits)


def is_balanced(previous: int, p: int, following: int) -> bool:
    """Return whether p is the mean of the two primes around it.

    >>> is_balanced(47, 53, 59), is_balanced(5, 7, 11)
    (True, False)
    """
    return previous + following == 2 * p


def is_strong(previous: int, p: int, following: int) -> bool:
    """Return whether p exceeds the mean of the two primes around it.

    >>> is_strong(7, 11, 13), is_strong(5, 7, 11)
    (True, False)
    """
    return previous + following < 2 * p
