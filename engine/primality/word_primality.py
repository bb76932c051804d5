"""What is known about the primality of many integers below 2**64, but for their witnesses."""

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
# Below so many words one call each is quicker than numpy, for random words; for primes up to 200.
_FEW = 60

KINDS = (
    (PrimalityVerdict.NEITHER, PrimalityMethod.BY_DEFINITION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.BPSW_64),
    (PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64),
)
"""What ``primality`` may say of a word: its verdict and its method."""


class WordBatch:
    """Integers within [0, 2**64); what is asked of them again is not computed again.

    Attributes:
        values: As given; not to be changed.

    Not thread-safe. Memory: 17 bytes a word, once it is known whether they are prime.
    """

    def __init__(self, values: Sequence[int]) -> None:
        self.values = values

    def __len__(self) -> int:
        """Return how many integers there are."""
        return len(self.values)

    def __getitem__(self, part: slice) -> "WordBatch":
        """Return some of them."""
        return WordBatch(self.values[part])

    @cached_property
    def are_prime(self) -> list[bool]:
        """Whether each is prime. Cost: as ``are_prime``."""
        if len(self.values) < _FEW:
            return [is_prime(word) for word in self.values]
        verdicts: list[bool] = self._verdicts.tolist()
        return verdicts

    @cached_property
    def kinds(self) -> list[int]:
        """Which of ``KINDS`` ``primality`` says of each. Cost: as ``are_prime``, 40 ns a word."""
        if len(self.values) < _FEW:
            return [_kind(word) for word in self.values]
        words = self._words
        # A prime that one of the primes up to 47 divides is that prime.
        is_rough = have_no_factor(words, _ODD_TRIAL_PRIMES) & (words & np.uint64(1) == 1)
        composite = np.where(is_rough, 3, 1)
        prime = np.where(words < np.uint64(_TRIAL_END), 2, 4)
        numbers = np.where(self._verdicts, prime, composite)
        numbers[words <= 1] = 0
        kinds: list[int] = numbers.tolist()
        return kinds

    @cached_property
    def _words(self) -> NDArray[np.uint64]:
        """The integers."""
        return np.array(self.values, dtype=np.uint64)

    @cached_property
    def _verdicts(self) -> NDArray[np.bool_]:
        """Whether each is prime."""
        return are_prime_words(self._words)


def _kind(word: int) -> int:
    """Return which of ``KINDS`` ``primality`` says of one word."""
    if word <= 1:
        return 0
    if is_prime(word):
        return 2 if word < _TRIAL_END else 4
    return 1 if math.gcd(word, PRIMORIAL_47) > 1 else 3
