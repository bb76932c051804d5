"""Computes pi(x) by the Lagarias-Miller-Odlyzko (LMO) method: it lists no primes up to x."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.counting.lmo_hard_leaves import PRESIEVED, HardLeaves, LeafTables, rough_numbers
from engine.sieving.sieve import IntervalSieve
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop

# The least x for this method; below it a sieve is used.
LEAST_X = 10**7
# Ranks added up, or values searched for, between two checks of the stop flag: about 1 ms.
_RANK_BLOCK = 1 << 19
_SEARCH_BLOCK = 1 << 14


def leaf_bound(x: int) -> int:
    """Return y, the bound of the primes in leaves, between the cube root and the square root of x.

    A greater y leaves less to sieve, but adds leaves. The factor was chosen by timing x = 10**11 to
    10**14; twice or half of it costs 10 % more time.

    >>> 10**4 <= leaf_bound(10**12) <= 10**6
    True
    """
    factor = 0.0085 * math.log(x) ** 2.2
    return min(int(factor * x ** (1 / 3)) + 100, math.isqrt(x))


class LeafCounter:
    """Computes pi(x) by the LMO method.

    phi(x, a) is the number of integers in [1, x] without a prime factor among the first a primes.
    With a = pi(y) and y >= x**(1/3), pi(x) = phi(x, a) + a - 1 - P2, where P2 is the number of
    products p * q <= x of two primes above y. phi(x, a) is a sum of leaves mu(n) * phi(x // n, b).
    There are four kinds: ordinary leaves, trivial leaves (phi is 1), easy leaves (phi follows from
    a table of pi), and hard leaves (phi is counted in a sieve up to x / y).

    Args:
        x: LEAST_X <= x < 2**53, and isqrt(x) at most the bound of the small primes.
        small_primes: The table of small primes.

    Cost: about O(x**(2/3)) time, see ``leaf_seconds``. Memory: 2 * sqrt(x) + 40 * y bytes, and
    10 MB; 140 MB at 10**15.
    Source: Lagarias, Miller, Odlyzko, "Computing pi(x): the Meissel-Lehmer method", Math. Comp. 44
    (1985); easy leaves as in Deleglise and Rivat, Math. Comp. 65 (1996).
    """

    def __init__(self, x: int, small_primes: SmallPrimes, stop: Stop) -> None:
        self._x = x
        self._small_primes = small_primes
        y = leaf_bound(x)
        primes = small_primes.primes[: small_primes.rank(y)].astype(np.int64)
        self._tables = LeafTables(x, y, primes, *rough_numbers(y, primes, stop))

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
        """Return the ordinary leaves: mu(n) * phi(x // n, 7), summed over the rough n <= y."""
        modulus = 30 * math.prod(PRESIEVED)
        coprime = np.ones(modulus, dtype=np.bool_)
        for p in (2, 3, 5, *PRESIEVED):
            coprime[::p] = False
        counts = np.cumsum(coprime, dtype=np.int64)
        # The table includes 0, which is not coprime and so adds nothing.
        values = self._x // self._tables.rough
        phi = values // modulus * counts[-1] + counts[values % modulus]
        return int(np.dot(phi, self._tables.signs.astype(np.int64)))

    def _easy(self, stop: Stop) -> int:
        """Return the easy and trivial leaves: the sum of phi over n = p * q with p > sqrt(y)."""
        x, y, primes = self._x, self._tables.y, self._tables.primes
        ranks = self._prime_ranks(math.isqrt(x), stop)
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

    def _prime_ranks(self, bound: int, stop: Stop) -> NDArray[np.uint32]:
        """Return an array with pi(2 * i) at index i >= 1, up to 2 * i > bound.

        pi(2 * i - 1) is the same, except for i = 1.
        """
        ranks = np.empty(bound // 2 + 2, dtype=np.uint32)
        # The odd prime 2 * i - 1 counts from index i on; the prime 2 counts from index 1 on.
        primes = self._small_primes.primes[1 : self._small_primes.rank(bound)] >> np.uint32(1)
        below = 1
        for begin in range(0, ranks.size, _RANK_BLOCK):
            stop.check()
            part = ranks[begin : begin + _RANK_BLOCK]
            ends = np.array([begin, begin + part.size], dtype=np.int64) - 1
            first, last = np.searchsorted(primes, ends.clip(0).astype(np.uint32)).tolist()
            odd = np.zeros(part.size, dtype=np.bool_)
            odd[primes[first:last].astype(np.int64) + (1 - begin)] = True
            np.cumsum(odd, dtype=np.uint32, out=part)
            part += np.uint32(below)
            below = int(part[-1])
        return ranks

    def _products_of_two(self, stop: Stop) -> int:
        """Return P2, the number of products p * q <= x of primes y < p <= q."""
        small = self._small_primes
        a, b = int(self._tables.primes.size), small.rank(math.isqrt(self._x))
        wanted = self._x // small.primes[a:b][::-1].astype(np.int64)
        # Minus the sum of pi(p) - 1 over the primes with numbers a + 1 to b.
        total = -(b * (b - 1) - a * (a - 1)) // 2
        inside = int(np.searchsorted(wanted, small.bound, side="right"))
        total += _sum_of_ranks(small.primes, wanted[:inside].astype(np.uint32), stop)
        if inside == wanted.size:
            return total
        return total + self._ranks_above_table(wanted[inside:].astype(np.uint64), stop)

    def _ranks_above_table(self, wanted: NDArray[np.uint64], stop: Stop) -> int:
        """Return the sum of pi(v) over ascending values v above the table, by listing primes."""
        small = self._small_primes
        wheel = Wheel(210, (11, 13, 17, 19))
        last = int(wanted[-1])
        base_primes = small.primes[: small.rank(math.isqrt(last))]
        sieve = IntervalSieve(wheel, base_primes, small.bound + 1, last)
        total, rank, done = 0, int(small.primes.size), 0
        for primes in sieve.arrays(stop):
            ready = int(np.searchsorted(wanted, primes[-1])) if primes.size else done
            total += _sum_of_ranks(primes, wanted[done:ready], stop) + rank * (ready - done)
            rank += primes.size
            done = ready
        return total + rank * (wanted.size - done)


def _sum_of_ranks(
    primes: NDArray[np.unsignedinteger[Any]], values: NDArray[np.unsignedinteger[Any]], stop: Stop
) -> int:
    """Return the sum, over the values v, of the number of ``primes`` <= v."""
    total = 0
    for begin in range(0, values.size, _SEARCH_BLOCK):
        stop.check()
        part = values[begin : begin + _SEARCH_BLOCK]
        total += int(np.searchsorted(primes, part, side="right").sum(dtype=np.int64))
    return total


def leaf_seconds(x: int) -> float:
    """Return the predicted time of ``LeafCounter``, in seconds."""
    return float(7e-3 + 4.5e-10 * x ** (2 / 3))
