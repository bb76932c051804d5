"""The table of small primes, sieved once at start and shared by all of the engine."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.sieving.sieve import list_sieved
from engine.sieving.wheel import Wheel
from engine.stop import Stop

# Holds the base primes of every interval below 1.1 * 10**15: 2.06 million primes, 8.3 MB, and
# 2.1 MB of bits. Takes about 25 ms to make.
DEFAULT_BOUND = 2**25


class SmallPrimes:
    """Every prime up to a bound: an ascending array and a bit for each odd integer. Read-only.

    Args:
        bound: The last integer covered, 1,000 <= bound < 2**31.

    Attributes:
        bound: As given.
        primes: Every prime <= bound, ascending, uint32; not writeable.

    Memory: 4 bytes a prime and bound / 16 bytes.
    """

    def __init__(self, bound: int = DEFAULT_BOUND) -> None:
        """Sieve the table. Cost: about 25 ms for the default bound."""
        if not 1000 <= bound < 2**31:
            raise ValueError(f"need 1000 <= bound < 2**31, got {bound}")
        self.bound = bound
        self.primes = _primes_to(bound)
        self.primes.flags.writeable = False
        odd = np.zeros((bound + 1) // 2 + 8, dtype=np.bool_)
        odd[self.primes[1:] >> np.uint32(1)] = True
        self._bits = np.packbits(odd, bitorder="little")

    def contains(self, n: int) -> bool:
        """Return whether n is prime, for n <= bound; False for negative n. Cost: 0.2 us."""
        if n % 2 == 0 or n < 0:
            return n == 2
        return bool(self._bits[n >> 4] >> ((n >> 1) & 7) & 1)

    def contains_many(self, values: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Return which values are prime, all of them <= bound. Cost: about 10 ns a value."""
        half = (values >> np.uint64(1)).astype(np.intp)
        bit = (self._bits[half >> 3] >> (half & 7).astype(np.uint8)) & np.uint8(1)
        odd = (values & np.uint64(1)).astype(np.bool_)
        result: NDArray[np.bool_] = (bit.astype(np.bool_) & odd) | (values == np.uint64(2))
        return result

    def rank(self, x: int) -> int:
        """Return how many primes are <= x, for x <= bound. Cost: 2 us."""
        if x < 2:
            return 0
        return int(np.searchsorted(self.primes, np.uint32(x), side="right"))


def _primes_to(bound: int) -> NDArray[np.uint32]:
    """Return the primes <= bound: by a plain sieve up to the root of bound, by a wheel above."""
    root = max(math.isqrt(bound), 100)
    base_primes = _primes_by_eratosthenes(root)
    rest = list_sieved(Wheel(30, (7, 11, 13, 17)), base_primes, root + 1, bound, Stop())
    return np.concatenate((base_primes, rest.astype(np.uint32)))


def _primes_by_eratosthenes(bound: int) -> NDArray[np.uint32]:
    """Return the primes <= bound, ascending, from a mask of every integer."""
    mask = np.ones(bound + 1, dtype=np.bool_)
    mask[:2] = False
    for p in range(2, math.isqrt(bound) + 1):
        if mask[p]:
            mask[p * p :: p] = False
    return np.flatnonzero(mask).astype(np.uint32)
