"""Primes of a short interval high up: sieve by few base primes, then test what is left."""

import math
from collections.abc import Iterator

import gmpy2
import numpy as np
from flint import fmpz
from numpy.typing import NDArray

from engine.segment import WheelSieve, places_of
from engine.stop import Stop
from engine.wheel import Wheel

# Odd integers sieved at once.
WINDOW_ELEMENTS = 1 << 19
# Integers below 2**64 proved between two looks at the stop flag: 0.2 ms.
_PROVED_AT_ONCE = 256
# Bits up to which a probable-prime test takes less than 0.2 ms.
_QUICK_BITS = 512


def test_seconds(bits: int) -> float:
    """Return about how long it takes to test one prime of this many bits.

    Measured with FLINT 3.6: 0.75 us to 64 bits, 22 us at 128, 0.2 ms at 512, 9 ms at 2,048 and
    51 ms at 4,096; the exponent of the growth is about 2.75.
    """
    if bits <= 64:
        return 0.75e-6
    return float(22e-6 + 0.2e-3 * (bits / 512) ** 2.75)


def sieve_bound(low: int, width: int, most: int) -> int:
    """Return up to which prime to sieve [low, low + width) before the rest is tested.

    A prime near B costs c seconds (c = 2.5 ns a limb of 32 bits, and 3 ns) and spares
    width / (B ln B) * exp(-gamma) / ln B... tests in all; the best B balances the two.
    """
    bits = low.bit_length()
    start_seconds = 3e-9 + 2.5e-9 * (bits / 32 if bits > 64 else 1)
    candidate_seconds = 0.35e-6 if bits <= 64 else test_seconds(bits)
    # d/dB of: pi(B) * start + width * 0.5615 / ln B * candidate, with pi' = 1 / ln B.
    ratio = 0.5615 * width * candidate_seconds / start_seconds
    bound = 1000.0
    for _ in range(20):
        bound = max(ratio / math.log(bound), 1000.0)
    return min(int(bound), most, math.isqrt(low))


class CandidateSieve:
    """Finds the primes of an interval whose square roots are out of reach of a full sieve.

    Below 2**64 every answer is proven: FLINT's test is BPSW, checked against all exceptions there.
    From 2**64 on a prime is a probable prime: no composite is known that passes BPSW.

    Args:
        wheel: The wheel of modulus 2.
        base_primes: Every prime <= some bound, ascending, below 2**31; the bound is at most
            isqrt(low) and at least 1,000.

    Memory: 1.5 MB for a window, 16 bytes a base prime, and the answer.
    """

    def __init__(self, wheel: Wheel, base_primes: NDArray[np.uint32]) -> None:
        """Prepare the base primes. Cost: about 4 ns each."""
        self._sieve = WheelSieve(wheel, base_primes, WINDOW_ELEMENTS)

    def candidates(self, low: int, high: int, stop: Stop) -> list[int]:
        """Return the odd integers of [low, high] that no base prime divides, ascending.

        The interval holds at most WINDOW_ELEMENTS odd integers, and low is at least 31.
        """
        first = low // 2
        size = (high - 1) // 2 - first + 1
        if size <= 0:
            return []
        ((_, row),) = self._sieve.rows(first, size, stop)
        odd = 2 * first + 1
        if odd < low:
            row[0] = False
        places = places_of(row)
        if high < 2**64:
            values = (places.astype(np.uint64) << np.uint64(1)) + np.uint64(odd)
            found: list[int] = values.tolist()
            return found
        return [odd + 2 * place for place in places.tolist()]

    def primes(self, low: int, high: int, stop: Stop) -> Iterator[list[int]]:
        """Yield the primes of [low, high] window by window, ascending."""
        for begin in range(low, high + 1, 2 * WINDOW_ELEMENTS):
            last = min(begin + 2 * WINDOW_ELEMENTS - 1, high)
            yield select_primes(self.candidates(begin, last, stop), stop)


def select_primes(candidates: list[int], stop: Stop) -> list[int]:
    """Return which candidates are prime, in their order; probable primes from 2**64 on."""
    if not candidates:
        return []
    bits = max(candidates[0], candidates[-1]).bit_length()
    if bits <= 64:
        return _select_proven(candidates, stop)
    at_once = 8 if bits <= _QUICK_BITS else 1
    chosen = []
    for begin in range(0, len(candidates), at_once):
        stop.check()
        part = candidates[begin : begin + at_once]
        chosen += [n for n in part if fmpz(n).is_probable_prime()]
    return chosen


def _select_proven(candidates: list[int], stop: Stop) -> list[int]:
    chosen = []
    for begin in range(0, len(candidates), _PROVED_AT_ONCE):
        stop.check()
        part = candidates[begin : begin + _PROVED_AT_ONCE]
        verdicts = map(fmpz.is_prime, map(fmpz, part))
        chosen += [n for n, is_prime in zip(part, verdicts, strict=True) if is_prime]
    return chosen


def next_primes(low: int, high: int, count: int, stop: Stop) -> list[int]:
    """Return the ``count`` least primes of [low, high], stepping from prime to prime.

    Cheaper than a window for few primes of moderate size. Source: GMP's mpz_nextprime, which tests
    by BPSW: proven below 2**64.
    """
    found: list[int] = []
    current = low - 1
    while len(found) < count:
        stop.check()
        current = int(gmpy2.next_prime(current))
        if current > high:
            break
        found.append(current)
    return found


def previous_primes(low: int, high: int, count: int, stop: Stop) -> list[int]:
    """Return the ``count`` greatest primes of [low, high], ascending; low is at least 3."""
    found: list[int] = []
    current = high + 1
    while len(found) < count:
        stop.check()
        current = int(gmpy2.prev_prime(current))
        if current < low:
            break
        found.append(current)
    return found[::-1]
