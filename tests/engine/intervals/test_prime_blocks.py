"""Primes handed out in blocks that fit the cache."""

import numpy as np
import pytest

from engine.errors import DeadlineError
from engine.intervals.prime_blocks import BLOCK_PRIMES, prime_blocks
from engine.stop import Stop
from tests.engine.prime_patterns import RANGES
from tests.oracles import primes_by_primesieve


@pytest.mark.parametrize(("low", "high"), [(0, 2 * 10**6), (10**12, 10**12 + 5 * 10**6)])
def test_blocks_join_to_the_primes(low: int, high: int) -> None:
    blocks = list(prime_blocks(RANGES, low, high, Stop()))
    assert np.concatenate(blocks).tolist() == primes_by_primesieve(low, high)
    assert all(0 < block.size <= BLOCK_PRIMES for block in blocks)


def test_interval_without_primes_has_no_blocks() -> None:
    assert list(prime_blocks(RANGES, 24, 28, Stop())) == []


def test_stops_between_two_blocks_of_one_segment() -> None:
    stop = Stop()
    blocks = prime_blocks(RANGES, 0, 10**7, stop)
    next(blocks)
    stop.set()
    with pytest.raises(DeadlineError):
        next(blocks)
