"""Tests whether each of many integers is prime."""

from collections.abc import Sequence

import numpy as np
from flint import fmpz
from numpy.typing import NDArray

from engine.flint_calls import WORD_END, is_word_prime
from engine.primality.primality import is_prime, is_prime_cost
from engine.sieving.small_primes import SmallPrimes

Filter = tuple[tuple[np.uint64, np.uint64], ...]
"""For each of a few odd primes p: 1 / p modulo 2**64, and the quotient (2**64 - 1) // p."""


def small_factor_filter(primes: Sequence[int]) -> Filter:
    """Return the filter of some odd primes, for ``have_no_factor``.

    >>> words = np.array([25, 49, 121], dtype=np.uint64)
    >>> have_no_factor(words, small_factor_filter([5, 7])).tolist()
    [False, False, True]
    """
    return tuple((np.uint64(pow(p, -1, WORD_END)), np.uint64((WORD_END - 1) // p)) for p in primes)


# More primes cost more than the FLINT tests they save (benchmarks/bench_integers.py).
_FILTER = small_factor_filter((3, 5, 7, 11, 13, 17, 19, 23, 29, 31))
_FILTER_END = np.uint64(32)

# Points for one integer below 2**32, for one below 2**64, and for any batch. A random integer costs
# 2.5 times less, and a prime 3 times more.
_HALF_WORD_COST = 0.0012
_WORD_COST = 0.0027
_SETUP_COST = 0.15


def are_prime(values: Sequence[int], small_primes: SmallPrimes | None = None) -> NDArray[np.bool_]:
    """Return whether each value is prime, with proof, exactly as ``is_prime`` does.

    Args:
        values: Any integers, duplicates allowed.
        small_primes: If given, values up to its bound are looked up there, at 10 ns each.

    Returns:
        Verdicts in the order of values; shape (len(values),).

    Raises:
        CapacityError: ``is_prime`` raises it for one of the values.

    Cost: 0.17 us for a random integer below 2**64, 1 us for a prime; above, as ``is_prime``.
    Memory: about 40 bytes a value.

    >>> are_prime([91, 97, 2**61 - 1]).tolist()
    [False, True, True]
    """
    try:
        words = np.array(values, dtype=np.uint64)
    except OverflowError:
        return _are_prime_of_any_size(values, small_primes)
    return _are_prime_words(words, small_primes)


def are_prime_cost(values: Sequence[int]) -> float:
    """Return the points predicted for ``are_prime(values)``, in O(len(values)) time."""
    largest = max(values, default=0)
    if largest < WORD_END:
        each = _HALF_WORD_COST if largest < 2**32 else _WORD_COST
        return _SETUP_COST + len(values) * each
    large = [n for n in values if n >= WORD_END]
    words = len(values) - len(large)
    return _SETUP_COST + words * _WORD_COST + sum(map(is_prime_cost, large))


def _are_prime_of_any_size(
    values: Sequence[int], small_primes: SmallPrimes | None
) -> NDArray[np.bool_]:
    """Return the verdicts on integers of which some are negative or not below 2**64."""
    is_word = np.array([0 <= n < WORD_END for n in values], dtype=np.bool_)
    words = np.array([n for n in values if 0 <= n < WORD_END], dtype=np.uint64)
    verdicts = np.empty(len(values), dtype=np.bool_)
    verdicts[is_word] = _are_prime_words(words, small_primes)
    verdicts[~is_word] = [is_prime(n) for n in values if not 0 <= n < WORD_END]
    return verdicts


def _are_prime_words(
    words: NDArray[np.uint64], small_primes: SmallPrimes | None
) -> NDArray[np.bool_]:
    """Return the verdicts on integers below 2**64; those within the table are looked up."""
    if small_primes is None:
        return are_prime_words(words)
    is_small = words <= np.uint64(small_primes.bound)
    verdicts = np.empty(len(words), dtype=np.bool_)
    verdicts[is_small] = small_primes.contains_many(words[is_small])
    verdicts[~is_small] = are_prime_words(words[~is_small])
    return verdicts


def are_prime_words(words: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Return the verdicts on integers below 2**64: by small divisors, then by FLINT one by one.

    >>> are_prime_words(np.array([91, 97], dtype=np.uint64)).tolist()
    [False, True]
    """
    verdicts = np.zeros(len(words), dtype=np.bool_)
    is_below = words < _FILTER_END
    places = np.flatnonzero((words & np.uint64(1)) | is_below)
    places = places[have_no_factor(words[places], _FILTER) | is_below[places]]
    verdicts[places] = [is_word_prime(fmpz(n)) for n in words[places].tolist()]
    return verdicts


def have_no_factor(words: NDArray[np.uint64], primes: Filter) -> NDArray[np.bool_]:
    """Return which integers are divisible by none of the filter's primes; False for 0.

    The product n * (1/p mod 2**64) wraps on purpose. If p divides n, it is n / p. Otherwise it
    exceeds every quotient of a 64-bit multiple of p, because multiplying by the inverse permutes
    the integers modulo 2**64.

    Cost: 1 us, and 0.5 to 1.2 ns an integer, for each of the primes.
    Source: Granlund & Montgomery, *PLDI* 1994, section 9.

    >>> have_no_factor(np.array([91, 97], dtype=np.uint64), small_factor_filter([3, 5, 7])).tolist()
    [False, True]
    """
    passes = np.ones(len(words), dtype=np.bool_)
    for inverse, greatest_quotient in primes:
        passes &= words * inverse > greatest_quotient
    return passes
