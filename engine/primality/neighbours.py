"""Finds the primes next to an integer.

Below 2**64 every answer is proven. Above, "prime" means a probable prime: it passes BPSW and one
further strong test. No composite that passes both is known.
"""

import gmpy2

from engine.errors import DomainError
from engine.primality.primality import is_probable_prime
from engine.prime_steps import steps_cost
from engine.results import PrimeNeighbours


def next_prime(n: int) -> int:
    """Return the least prime > n; above 2**64 the least probable prime.

    Args:
        n: Any integer; 2 follows every n < 2.

    Cost: see ``next_prime_cost``. Holds the GIL throughout.
    Source: GMP 6.3, ``mpz_nextprime``: a sieve by small primes, then BPSW and one strong test.

    >>> next_prime(7), next_prime(-5)
    (11, 2)
    """
    return 2 if n < 2 else int(gmpy2.next_prime(n))


def previous_prime(n: int) -> int | None:
    """Return the greatest prime < n, None if n <= 2; above 2**64 the greatest probable prime.

    Cost: as ``next_prime``. Source: GMP 6.3, ``mpz_prevprime``.

    >>> previous_prime(7), previous_prime(2)
    (5, None)
    """
    return None if n <= 2 else int(gmpy2.prev_prime(n))


def neighbours(n: int, count: int) -> PrimeNeighbours:
    """Return the ``count`` primes on either side of n; fewer below, if there are fewer.

    Args:
        n: Any integer; it is in neither list.
        count: How many primes on each side, >= 1.

    Raises:
        DomainError: count is below 1.

    Cost: 2 * count steps of ``next_prime``.

    >>> found = neighbours(10, 2)
    >>> found.below, found.above, found.nearest, found.gap
    ((7, 5), (11, 13), 11, 4)
    """
    if count < 1:
        raise DomainError(f"count is {count}; it must be at least 1")
    below, above = _primes_below(n, count), _primes_above(n, count)
    if is_probable_prime(n):
        return PrimeNeighbours(n, below, above, n, above[0] - n)
    if not below:
        return PrimeNeighbours(n, below, above, above[0], None)
    nearest = below[0] if n - below[0] <= above[0] - n else above[0]
    return PrimeNeighbours(n, below, above, nearest, above[0] - below[0])


def next_prime_cost(n: int) -> float:
    """Return the points predicted for ``next_prime(n)``."""
    return steps_cost(n, 1)


def previous_prime_cost(n: int) -> float:
    """Return the points predicted for ``previous_prime(n)``."""
    return next_prime_cost(n)


def neighbours_cost(n: int, count: int) -> float:
    """Return the points predicted for ``neighbours(n, count)``."""
    return steps_cost(n, 2 * max(count, 0) + 1)


def _primes_above(n: int, count: int) -> tuple[int, ...]:
    """Return the next ``count`` primes above n, ascending."""
    primes = []
    for _ in range(count):
        n = next_prime(n)
        primes.append(n)
    return tuple(primes)


def _primes_below(n: int, count: int) -> tuple[int, ...]:
    """Return up to ``count`` primes below n, descending."""
    primes: list[int] = []
    prime = previous_prime(n)
    while prime is not None and len(primes) < count:
        primes.append(prime)
        prime = previous_prime(prime)
    return tuple(primes)
