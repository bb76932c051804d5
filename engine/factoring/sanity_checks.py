"""Checks whether an answer from a cache can be right, at a small part of the cost of computing it.

False means that the answer is wrong. True means that no error was found; only the computation
itself could find the others.
"""

import math
from collections.abc import Sequence

from engine.bounds import log_integral, prime_count_between_upper
from engine.primality.primality import is_probable_prime, is_probable_prime_cost
from engine.results import Factorization, Primality, PrimalityVerdict

# The bound on |pi(x) - li(x)| holds from _LEAST_X to 1.4 * _MOST_X.
_LEAST_X = 2_657
_MOST_X = 10**25


def could_be_factorization(factorization: Factorization, n: int) -> bool:
    """Return whether the parts multiply to n, the primes ascend, and each prime passes BPSW.

    For a complete factorization with primes below 2**64, True means that it is right. The
    composites of an incomplete factorization are multiplied, but not tested.

    Cost: see ``factorization_check_cost``.

    >>> could_be_factorization(Factorization(6, 1, (PrimePower(2, 1), PrimePower(3, 1))), 6)
    True
    """
    primes = [power.prime for power in factorization.factors]
    if any(power.exponent < 1 for power in factorization.factors) or not _ascend(primes):
        return False
    if primes and primes[0] < 2:
        return False
    if factorization.value != n or factorization.sign != (n > 0) - (n < 0):
        return False
    if n == 0:
        return not primes and not factorization.composites
    # Avoid multiplying integers that are far longer than n.
    if sum(p.exponent * (p.prime.bit_length() - 1) for p in factorization.factors) > n.bit_length():
        return False
    product = math.prod(power.prime**power.exponent for power in factorization.factors)
    if product * math.prod(factorization.composites) != abs(n):
        return False
    return all(map(is_probable_prime, primes))


def factorization_check_cost(factorization: Factorization, n: int) -> float:
    """Return the points predicted for ``could_be_factorization``."""
    tests = sum(is_probable_prime_cost(power.prime) for power in factorization.factors)
    return 0.05 + tests


def could_be_primality(primality: Primality, n: int) -> bool:
    """Return whether a verdict on n agrees with BPSW, and its witness, if any, is in [2, n).

    >>> could_be_primality(primality(91), 91), could_be_primality(primality(91), 97)
    (True, False)
    """
    is_called_prime = primality.verdict in (PrimalityVerdict.PRIME, PrimalityVerdict.PROBABLE_PRIME)
    has_witness = primality.verdict is PrimalityVerdict.COMPOSITE
    if primality.value != n or has_witness is (primality.witness is None):
        return False
    if primality.witness is not None and not 2 <= primality.witness < n:
        return False
    return is_probable_prime(n) is is_called_prime


def primality_check_cost(primality: Primality, n: int) -> float:
    """Return the points predicted for ``could_be_primality``."""
    return 0.05 + is_probable_prime_cost(n)


def could_be_prime_count(count: int, x: int) -> bool:
    """Return whether pi(x) can be ``count``; see ``could_be_count``.

    >>> could_be_prime_count(25, 100), could_be_prime_count(90, 100)
    (True, False)
    """
    return could_be_count(count, 0, x)


def could_be_nth_prime(prime: int, n: int) -> bool:
    """Return whether the n-th prime can be ``prime``: it passes BPSW, and pi(prime) can be n.

    >>> could_be_nth_prime(97, 25), could_be_nth_prime(98, 25)
    (True, False)
    """
    return could_be_prime_count(n, prime) and is_probable_prime(prime)


def could_be_count(count: int, low: int, high: int) -> bool:
    """Return whether [low, high] can hold ``count`` primes.

    Source: \\|pi(x) - li(x)\\| < sqrt(x) * ln(x) / (8 * pi) for 2657 <= x <= 1.4 * 10**25: Buethe,
    "Estimating pi(x) and related functions under partial RH assumptions", Math. Comp. 85 (2016),
    2483-2498. Above, only the bound of ``prime_count_between_upper`` is checked.

    Cost: 30 us.

    >>> could_be_count(4, 1, 10), could_be_count(11, 1, 10)
    (True, False)
    """
    least, most = _count_bounds(low, high)
    return least <= count <= most


def could_be_sum(total: int, low: int, high: int) -> bool:
    """Return whether the primes of [low, high] can add up to ``total``, by bounds of their count.

    >>> could_be_sum(17, 1, 10), could_be_sum(1000, 1, 10)
    (True, False)
    """
    least, most = _count_bounds(low, high)
    return least * max(low, 2) <= total <= most * max(high, 0)


def could_be_next_prime(prime: int, n: int) -> bool:
    """Return whether ``prime`` is above n and passes BPSW.

    >>> could_be_next_prime(101, 97), could_be_next_prime(99, 97)
    (True, False)
    """
    return prime > n and is_probable_prime(prime)


def could_be_previous_prime(prime: int | None, n: int) -> bool:
    """Return whether ``prime`` is below n and passes BPSW; None is right for n <= 2 only.

    >>> could_be_previous_prime(97, 100), could_be_previous_prime(None, 2)
    (True, True)
    """
    if prime is None:
        return n <= 2
    return prime < n and is_probable_prime(prime)


def could_be_end(primes: Sequence[int], low: int, high: int, count: int) -> bool:
    """Return whether ``primes`` can be a page of at most ``count`` primes of [low, high].

    They must ascend within the interval. Only the first and the last are tested.

    >>> could_be_end((11, 13), 10, 20, 2), could_be_end((11, 15), 10, 20, 2)
    (True, False)
    """
    if not len(primes):
        return True
    if len(primes) > count or primes[0] < low or primes[-1] > high or not _ascend(primes):
        return False
    return all(is_probable_prime(end) for end in {int(primes[0]), int(primes[-1])})


def _ascend(values: Sequence[int]) -> bool:
    return all(values[k] < values[k + 1] for k in range(len(values) - 1))


def _count_bounds(low: int, high: int) -> tuple[int, int]:
    """Return the least and the greatest number of primes that [low, high] may have."""
    most = prime_count_between_upper(low, high)
    if high > _MOST_X:
        return 0, most
    (below, below_slack), (up_to, up_to_slack) = _near_count(low - 1), _near_count(high)
    near, slack = up_to - below, up_to_slack + below_slack
    return max(0, math.floor(near - slack)), min(most, math.ceil(near + slack))


def _near_count(x: int) -> tuple[float, float]:
    """Return an approximation to pi(x) and a bound of its error; see ``could_be_count``."""
    if x < _LEAST_X:
        # pi(2657) is 384.
        return 0.0, 384.0 if x > 1 else 0.0
    near, log = log_integral(x), math.log(x)
    # The last two terms cover the rounding errors of floats.
    return near, math.sqrt(x) * log / (8 * math.pi) + 1e-14 * log * near + 1
