"""Primality verdicts on many integers below 2**64, without witnesses."""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.primality.batch_primality import are_prime_words, have_no_factor, small_factor_filter
from engine.primality.primality import PRIMORIAL_47, is_prime
from engine.results import PrimalityMethod, PrimalityVerdict

_ODD_TRIAL_PRIMES = small_factor_filter((3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47))
_TRIAL_END = 53**2
# For fewer random words than this, one call for each is faster than numpy; for primes, up to 200.
_FEW = 60

KINDS = (
    (PrimalityVerdict.NEITHER, PrimalityMethod.BY_DEFINITION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.BPSW_64),
    (PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64),
)
"""The pairs of verdict and method that ``primality`` can return for a word."""


class WordBatch:
    """Integers within [0, 2**64) whose primality is computed once, when first read.

    Attributes:
        values: The integers; they must not change.

    Not thread-safe. Memory: 17 bytes a word after the first read.
    """

    def __init__(self, values: Sequence[int]) -> None:
        self.values = values

    def __len__(self) -> int:
        """Return how many integers there are."""
        return len(self.values)

    def __getitem__(self, part: slice) -> "WordBatch":
        """Return a slice of the integers as a new batch."""
        return WordBatch(self.values[part])

    @cached_property
    def are_prime(self) -> list[bool]:
        """Whether each integer is prime. Cost: as the function ``are_prime``."""
        if len(self.values) < _FEW:
            return [is_prime(word) for word in self.values]
        verdicts: list[bool] = self._verdicts.tolist()
        return verdicts

    @cached_property
    def kinds(self) -> list[int]:
        """The index in ``KINDS`` of each integer. Cost: as ``are_prime``, and 40 ns a word."""
        if len(self.values) < _FEW:
            return [_kind(word) for word in self.values]
        words = self._words
        # A prime divisible by a prime up to 47 is that prime.
        is_rough = have_no_factor(words, _ODD_TRIAL_PRIMES) & (words & np.uint64(1) == 1)
        composite = np.where(is_rough, 3, 1)
        prime = np.where(words < np.uint64(_TRIAL_END), 2, 4)
        numbers = np.where(self._verdicts, prime, composite)
        numbers[words <= 1] = 0
        kinds: list[int] = numbers.tolist()
        return kinds

    @cached_property
    def _words(self) -> NDArray[np.uint64]:
        """The integers as an array."""
        return np.array(self.values, dtype=np.uint64)

    @cached_property
    def _verdicts(self) -> NDArray[np.bool_]:
        """Whether each integer is prime, as an array."""
        return are_prime_words(self._words)


def _kind(word: int) -> int:
    """Return the index in ``KINDS`` of one word."""
    if word <= 1:
        return 0
    if is_prime(word):
        return 2 if word < _TRIAL_END else 4
    return 1 if math.gcd(word, PRIMORIAL_47) > 1 else 3
