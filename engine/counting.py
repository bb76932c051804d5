"""The prime-counting function pi(x), without listing the primes."""

import math

import numpy as np

from engine.stop import Stop


def count_by_legendre(x: int, stop: Stop) -> int:
    """Return pi(x) for 2 <= x < 2**53, from the counts at every x // k.

    S(v, p), the integers in [2, v] that are prime or free of factors up to p, follows from
    S(v, p) = S(v, p - 1) - (S(v // p, p - 1) - S(p - 1, p - 1)) for p * p <= v.

    Cost: O(x**0.75 / ln x) time; 32 * sqrt(x) bytes.
    Source: Legendre's formula as arranged by Lucy_Hedgehog, Project Euler problem 10 (2013).
    """
    root = math.isqrt(x)
    divisors = np.arange(1, root + 1, dtype=np.int64)
    # small[v] = S(v), large[k] = S(x // k); index 0 is never read.
    small = np.arange(-1, root, dtype=np.int64)
    large = np.concatenate((np.zeros(1, dtype=np.int64), x // divisors - 1))
    for p in range(2, math.isqrt(x) + 1):
        if small[p] == small[p - 1]:
            continue
        stop.check()
        below = int(small[p - 1])
        last = min(root, x // (p * p))
        inner = min(last, root // p)
        reduced = np.empty(last, dtype=np.int64)
        reduced[:inner] = large[p : inner * p + 1 : p]
        reduced[inner:] = small[x // p // divisors[inner:last]]
        large[1 : last + 1] -= reduced - below
        if p * p <= root:
            small[p * p :] -= small[np.arange(p * p, root + 1) // p] - below
    return int(large[1])


def legendre_seconds(x: int) -> float:
    """Return about how long ``count_by_legendre`` takes."""
    return float(1e-3 + 2.5e-9 * x**0.75 / math.log(x))
