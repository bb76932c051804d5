"""What is known about the primality of many integers below 2**64, but for their witnesses."""

from collections.abc import Sequence

import numpy as np

from engine.batch_primality import are_prime
from engine.results import PrimalityMethod, PrimalityVerdict

_TRIAL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_TRIAL_END = np.uint64(53**2)

KINDS = (
    (PrimalityVerdict.NEITHER, PrimalityMethod.BY_DEFINITION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION),
    (PrimalityVerdict.COMPOSITE, PrimalityMethod.BPSW_64),
    (PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64),
)
"""What ``primality`` may say of a word: its verdict and its method."""


def primality_kinds(words: Sequence[int]) -> list[int]:
    """Return for each word which of ``KINDS`` ``primality`` says of it.

    Args:
        words: Integers within [0, 2**64).

    Cost: as ``are_prime``, and 50 ns a word.
    """
    values = np.array(words, dtype=np.uint64)
    verdicts = are_prime(words)
    # A prime that one of the primes up to 47 divides is that prime.
    has_factor = np.zeros(len(values), dtype=np.bool_)
    for prime in _TRIAL_PRIMES:
        has_factor |= values % np.uint64(prime) == 0
    composite = np.where(has_factor, 1, 3)
    prime_kind = np.where(values < _TRIAL_END, 2, 4)
    kinds = np.where(verdicts, prime_kind, composite)
    kinds[values <= 1] = 0
    found: list[int] = kinds.tolist()
    return found
