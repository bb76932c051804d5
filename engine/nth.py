"""The n-th prime: estimate it, count the primes below the estimate, walk the rest."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.bounds import riemann_r_inverse
from engine.errors import InvariantError

# Takes (x, count) and returns that many primes on one side of x, ascending.
Walk = Callable[[int, int], Sequence[int] | NDArray[np.uint64]]


def nth_prime_near(n: int, estimate: int, rank: int, upward: Walk, downward: Walk) -> int:
    """Return the n-th prime from an estimate of it and pi(estimate).

    Args:
        n: >= 1.
        estimate: Any integer >= 1.
        rank: pi(estimate).
        upward: ``upward(x, count)`` gives the ``count`` least primes > x.
        downward: ``downward(x, count)`` gives the ``count`` greatest primes <= x, ascending.
    """
    missing = n - rank
    primes = upward(estimate, missing) if missing > 0 else downward(estimate, 1 - missing)
    if len(primes) != (missing if missing > 0 else 1 - missing):
        raise InvariantError(f"the walk to prime number {n} ended early")
    return int(primes[-1] if missing > 0 else primes[0])


def estimate_nth_prime(n: int) -> int:
    """Return an integer near the n-th prime, n >= 1, by the inverse of Riemann's R."""
    return int(riemann_r_inverse(n))
