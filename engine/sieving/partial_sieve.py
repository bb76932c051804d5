"""Finds primes in a short interval of large numbers: a partial sieve, then primality tests."""

import math
from collections.abc import Iterator
from itertools import compress

import gmpy2
import numpy as np
from flint import fmpz
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.flint_calls import WORD_END, is_probable, is_word_prime
from engine.sieving.row_sieve import WheelSieve, places_of
from engine.sieving.wheel import Wheel
from engine.stop import Stop

EULER_GAMMA = 0.5772156649015329
# Base primes reach at least 30, and all must lie below the interval.
_LEAST_LOW = 31
# Odd integers sieved at once.
WINDOW_ELEMENTS = 1 << 19
# Integers below 2**64 tested between two checks of the stop flag: 0.2 ms.
_PROVED_AT_ONCE = 256
# A probable-prime test of a number of up to this many bits takes less than 0.2 ms.
_QUICK_BITS = 512


def test_seconds(bits: int) -> float:
    """Return the approximate time of testing one prime of this many bits, in seconds.

    Measured with FLINT 3.6: 0.45 us to 63 bits, 0.85 us at 64, 2.5 to 3.2 us to 82, 4.2 to 8.7 us
    to 129, 19 to 28 us to 200, 0.15 ms at 512, 0.8 ms at 1,024, 6 ms at 2,048, 41 ms at 4,096.
    """
    if bits <= 63:
        return 0.45e-6
    if bits == 64:
        return 0.85e-6
    if bits <= 82:
        return 5e-6 * bits / 128
    if bits <= 129:
        return 4.2e-6 + 0.1e-6 * (bits - 83)
    if bits <= 200:
        return 19e-6 + 0.13e-6 * (bits - 130)
    if bits <= 512:
        return float(25e-6 * (bits / 192) ** 1.9)
    return float(0.16e-3 * (bits / 512) ** 2.65)


def composite_seconds(bits: int) -> float:
    """Return the approximate time of testing a composite without small factors, in seconds.

    Measured with FLINT 3.6: 0.28 us up to 63 bits, 0.68 us at 64 bits; above that, about a third of
    the time of a prime.
    """
    if bits <= 63:
        return 0.28e-6
    return 0.68e-6 if bits == 64 else test_seconds(bits) / 3


def start_seconds(bits: int) -> float:
    """Return the approximate time of finding the first multiple of one base prime, in seconds."""
    return 2.5e-9 + 0.9e-9 * max(bits - 53, 0) / 22


def sieve_bound(low: int, width: int, most: int) -> int:
    """Return the best bound B of the base primes that sieve [low, low + width) before the tests.

    The share exp(-gamma) / ln B of the integers is left to test (Mertens). Raising B by 1 removes
    exp(-gamma) * width / (B * ln(B)**2) tests and adds 1 / ln B base primes. At the best B the cost
    of both is equal: B * ln B = exp(-gamma) * width * test / start.

    >>> sieve_bound(10**18, 1000, 10**9) < 10**9
    True
    """
    bits = low.bit_length()
    struck = math.exp(-EULER_GAMMA) * min(width, 2 * WINDOW_ELEMENTS)
    ratio = struck * composite_seconds(bits) / start_seconds(bits)
    bound = 1000.0
    found = max(ratio / math.log(bound), bound)
    # Each step reduces the error at least sixfold.
    while abs(found - bound) > 1e-3 * bound:
        bound, found = found, max(ratio / math.log(found), 1000.0)
    return min(int(found), most, math.isqrt(low))


class CandidateSieve:
    """Finds the primes of an interval that is too high for a full sieve.

    Below 2**64 every answer is proven, because FLINT's test has no exception there. From 2**64 on
    the answers are probable primes: no composite that passes BPSW is known.

    Args:
        wheel: The wheel of modulus 2.
        base_primes: Every prime up to a bound of at least 30 and at most isqrt(low), ascending,
            below 2**31.
        width: The width of the widest interval; it is sieved in windows of at most
            2 * WINDOW_ELEMENTS integers.

    Memory: 1.5 MB for a window, 16 bytes a base prime, and the answer.
    """

    def __init__(self, wheel: Wheel, base_primes: NDArray[np.uint32], width: int) -> None:
        self._elements = min(width // 2 + 2, WINDOW_ELEMENTS)
        self._sieve = WheelSieve(wheel, base_primes, self._elements)

    def candidates(self, low: int, high: int, stop: Stop) -> list[int]:
        """Return the odd integers of [low, high] that no base prime divides, ascending.

        Raises:
            DomainError: low is below 31, or the interval is wider than a window.
        """
        odd, places = self._places(low, high, stop)
        return [odd + 2 * place for place in places.tolist()]

    def primes(self, low: int, high: int, stop: Stop) -> Iterator[list[int]]:
        """Yield the primes of [low, high] window by window, ascending."""
        for begin, last in self._windows(low, high):
            yield select_primes(self.candidates(begin, last, stop), stop)

    def arrays(self, low: int, high: int, stop: Stop) -> Iterator[NDArray[np.uint64]]:
        """Yield the primes of [low, high] as ``primes`` does, in arrays.

        Raises:
            DomainError: low is below 31, or high is not below 2**64.
        """
        if high >= WORD_END:
            raise DomainError(f"arrays hold primes below 2^64, got high={high}")
        for begin, last in self._windows(low, high):
            odd, places = self._places(begin, last, stop)
            values = (places.astype(np.uint64) << np.uint64(1)) + np.uint64(odd)
            yield values[_proven(values, stop)]

    def _windows(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        width = 2 * (self._elements - 1)
        return ((begin, min(begin + width - 1, high)) for begin in range(low, high + 1, width))

    def _places(self, low: int, high: int, stop: Stop) -> tuple[int, NDArray[np.intp]]:
        """Return an odd integer and an array of indices: candidate = odd + 2 * index."""
        first = low // 2
        size = (high - 1) // 2 - first + 1
        odd = 2 * first + 1
        if low < _LEAST_LOW or size > self._elements:
            raise DomainError(
                f"need low >= {_LEAST_LOW} and at most {self._elements} odd integers,"
                f" got low={low}, high={high}"
            )
        if size <= 0:
            return odd, np.empty(0, dtype=np.intp)
        ((_, row),) = self._sieve.rows(first, size, stop)
        if odd < low:
            row[0] = False
        return odd, places_of(row)


def select_primes(candidates: list[int], stop: Stop) -> list[int]:
    """Return the candidates that are prime, in the same order; probable primes from 2**64 on.

    >>> select_primes([91, 97, 101], Stop())
    [97, 101]
    """
    if not candidates:
        return []
    bits = max(candidates[0], candidates[-1]).bit_length()
    at_once = _PROVED_AT_ONCE if bits <= 64 else 8 if bits <= _QUICK_BITS else 1
    is_prime = is_word_prime if bits <= 64 else is_probable
    chosen: list[int] = []
    for begin in range(0, len(candidates), at_once):
        stop.check()
        part = candidates[begin : begin + at_once]
        chosen += compress(part, map(is_prime, map(fmpz, part)))
    return chosen


def _proven(values: NDArray[np.uint64], stop: Stop) -> NDArray[np.bool_]:
    """Return which values are prime."""
    verdicts = np.empty(values.size, dtype=np.bool_)
    for begin in range(0, values.size, _PROVED_AT_ONCE):
        stop.check()
        part = slice(begin, begin + _PROVED_AT_ONCE)
        tests = map(is_word_prime, map(fmpz, values[part].tolist()))
        verdicts[part] = np.fromiter(tests, dtype=np.bool_)
    return verdicts


def next_primes(low: int, high: int, count: int, stop: Stop) -> list[int]:
    """Return the ``count`` least primes of [low, high], stepping from prime to prime.

    For few primes of moderate size this is cheaper than sieving a window. Uses GMP's mpz_nextprime,
    which tests by BPSW: the primes are proven below 2**64.

    >>> next_primes(90, 200, 2, Stop())
    [97, 101]
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
    """Return the ``count`` greatest primes of [low, high], ascending; low is at least 3.

    >>> previous_primes(3, 100, 2, Stop())
    [89, 97]
    """
    found: list[int] = []
    current = high + 1
    while len(found) < count:
        stop.check()
        current = int(gmpy2.prev_prime(current))
        if current < low:
            break
        found.append(current)
    return found[::-1]
