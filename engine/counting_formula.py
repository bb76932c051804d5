"""pi(x) by a formula over leaves: neither lists nor sieves the primes up to x."""

import math

import numpy as np
from numpy.typing import NDArray

from engine.base_primes import BasePrimes
from engine.counting_leaves import PRESIEVED, HardLeaves, LeafTables, rough_numbers
from engine.sieve import IntervalSieve
from engine.small_primes import SmallPrimes
from engine.stop import Stop
from engine.wheel import Wheel

# Least x of this method: smaller ones are sieved.
LEAST_X = 10**7


def leaf_bound(x: int) -> int:
    """Return y, between the third and the square root of x: the greater, the less to sieve.

    The factor was chosen by timing x = 10**11 to 10**14: twice or half of it costs 10 %.
    """
    factor = 0.0085 * math.log(x) ** 2.2
    return min(int(factor * x ** (1 / 3)) + 100, math.isqrt(x))


class LeafCounter:
    """Computes pi(x) from phi(x, pi(y)), the integers up to x without a prime factor up to y.

    pi(x) = phi(x, a) + a - 1 - P2, a = pi(y), y >= x**(1/3), where P2 counts the products of two
    primes above y. phi(x, a) is a sum over leaves mu(n) * phi(x // n, b) that are ordinary, easy
    (given by pi), trivial (1), or hard (counted in a sieve up to x / y).

    Args:
        x: LEAST_X <= x < 2**53, and isqrt(x) at most the bound of the small primes.
        small_primes: The table of small primes.

    Cost: about O(x**(2/3)) time: see ``leaf_seconds``. Memory: 2 * sqrt(x) + 40 * y bytes and
    10 MB: 140 MB at 10**15.
    Source: Lagarias, Miller, Odlyzko, "Computing pi(x): the Meissel-Lehmer method", Math. Comp. 44
    (1985); easy leaves as in Deleglise and Rivat, Math. Comp. 65 (1996).
    """

    def __init__(self, x: int, small_primes: SmallPrimes) -> None:
        """Make the tables up to y and root x."""
        self._x = x
        self._small_primes = small_primes
        y = leaf_bound(x)
        primes = small_primes.primes[: small_primes.rank(y)].astype(np.int64)
        self._tables = LeafTables(x, y, primes, *rough_numbers(y, primes))

    def count(self, stop: Stop) -> int:
        """Return pi(x)."""
        stop.check()
        return (
            self._ordinary()
            + HardLeaves(self._tables).total(stop)
            + self._easy(stop)
            + self._tables.primes.size
            - 1
            - self._products_of_two(stop)
        )

    def _ordinary(self) -> int:
        """Return the sum of mu(n) * phi(x // n, 7) over n <= y without factors up to 17."""
        modulus = 30 * math.prod(PRESIEVED)
        coprime = np.ones(modulus, dtype=np.bool_)
        for p in (2, 3, 5, *PRESIEVED):
            coprime[::p] = False
        counts = np.cumsum(coprime, dtype=np.int64)
        # The table counts 0 as an integer up to r; it is not coprime, so nothing is off.
        values = self._x // self._tables.rough
        phi = values // modulus * counts[-1] + counts[values % modulus]
        return int(np.dot(phi, self._tables.signs.astype(np.int64)))

    def _easy(self, stop: Stop) -> int:
        """Return the sum of phi over the leaves p * q with p > root y that are not hard."""
        x, y, primes = self._x, self._tables.y, self._tables.primes
        ranks = self._prime_ranks(math.isqrt(x))
        begin = int(np.searchsorted(primes, math.isqrt(y), side="right"))
        total = 0
        for place in range(begin, primes.size):
            p = int(primes[place])
            quotient = x // p
            if quotient // p <= p:
                break
            stop.check()
            # Above x / p**2 a leaf is 1, up to x / p**3 it is hard.
            most, least = min(y, quotient // p), max(p, quotient // (p * p))
            first, last = np.searchsorted(primes, (least, most), side="right").tolist()
            last = max(first, last)
            total += primes.size - max(last, place + 1)
            values = np.floor(quotient / primes[first:last].astype(np.float64)).astype(np.int64)
            values += 1
            values >>= 1
            total += int(ranks.take(values).sum(dtype=np.int64)) - (last - first) * (place - 1)
        else:
            return total
        rest = primes.size - place
        return total + rest * (rest - 1) // 2

    def _prime_ranks(self, bound: int) -> NDArray[np.uint32]:
        """Return pi(2 * i - 1) at index i >= 1, which is pi(2 * i); for 2 * i <= bound + 1."""
        odd = np.zeros(bound // 2 + 2, dtype=np.bool_)
        primes = self._small_primes.primes[1 : self._small_primes.rank(bound)]
        odd[(primes >> np.uint32(1)) + np.uint32(1)] = True
        odd[1] = True  # for the prime 2; the odd prime 2 * i - 1 is at i
        ranks: NDArray[np.uint32] = np.cumsum(odd, dtype=np.uint32)
        return ranks

    def _products_of_two(self, stop: Stop) -> int:
        """Return the number of products p * q <= x of primes y < p <= q."""
        x, small = self._x, self._small_primes
        a, b = int(self._tables.primes.size), small.rank(math.isqrt(x))
        primes = small.primes[a:b][::-1].astype(np.int64)
        wanted = (x // primes).astype(np.uint64)
        # The sum of pi(p) - 1 over the primes number a + 1 to b.
        total = -(b * (b - 1) - a * (a - 1)) // 2
        inside = int(np.searchsorted(wanted, np.uint64(small.bound), side="right"))
        narrow = wanted[:inside].astype(np.uint32)
        total += int(np.searchsorted(small.primes, narrow, side="right").sum(dtype=np.int64))
        if inside == wanted.size:
            return total
        return total + self._ranks_above_table(wanted[inside:], stop)

    def _ranks_above_table(self, wanted: NDArray[np.uint64], stop: Stop) -> int:
        """Return the sum of pi(v) over ascending v above the table, by listing the primes."""
        small = self._small_primes
        wheel = Wheel(210, (11, 13, 17, 19))
        base_primes = BasePrimes(small, small.bound).up_to(math.isqrt(int(wanted[-1])), stop)
        sieve = IntervalSieve(wheel, base_primes, small.bound + 1, int(wanted[-1]))
        total, rank, done = 0, int(small.primes.size), 0
        for primes in sieve.arrays(stop):
            ready = int(np.searchsorted(wanted, primes[-1], side="left")) if primes.size else done
            found = np.searchsorted(primes, wanted[done:ready], side="right")
            total += int(found.sum()) + rank * (ready - done)
            rank += primes.size
            done = ready
        return total + rank * (wanted.size - done)


def leaf_seconds(x: int) -> float:
    """Return about how long ``LeafCounter`` takes."""
    return float(7e-3 + 4.5e-10 * x ** (2 / 3))
