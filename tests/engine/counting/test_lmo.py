"""The formula over leaves against primecount and published values."""

import math
import random

import numpy as np
import pytest

from engine.counting import lmo_hard_leaves
from engine.counting.lmo import LEAST_X, LeafCounter, leaf_bound
from engine.counting.lmo_hard_leaves import rough_numbers
from engine.errors import DeadlineError
from engine.sieving.small_primes import SmallPrimes
from engine.stop import Stop
from tests.engine.published import published
from tests.oracles import prime_count_by_primecount

SMALL = SmallPrimes()
GENERATOR = random.Random(6)
SAMPLE = [int(10 ** GENERATOR.uniform(7, 10.5)) for _ in range(120)]
P = 2_154_433  # a prime near 10**(19/3)


@pytest.mark.parametrize("x", SAMPLE)
def test_agrees_with_primecount(x: int) -> None:
    assert LeafCounter(x, SMALL, Stop()).count(Stop()) == prime_count_by_primecount(x)


@pytest.mark.parametrize(
    "x", [LEAST_X, LEAST_X + 1, 2**32 - 1, 2**32, 3163**2, 3163**2 - 1, 1009**3, 1009**3 - 1, P**2]
)
def test_agrees_with_primecount_at_edges(x: int) -> None:
    assert LeafCounter(x, SMALL, Stop()).count(Stop()) == prime_count_by_primecount(x)


@pytest.mark.parametrize("elements", [1 << 12, 1 << 16])
def test_nothing_is_lost_at_the_seams_of_segments(
    elements: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lmo_hard_leaves, "SEGMENT_ELEMENTS", elements)
    x = 123_456_789_012
    assert LeafCounter(x, SMALL, Stop()).count(Stop()) == prime_count_by_primecount(x)


@pytest.mark.parametrize("k", [8, 9, 10, 11, 12, 13])
def test_powers_of_ten(k: int) -> None:
    expected = published("prime_count_of_power_of_ten")[k - 1]
    assert LeafCounter(10**k, SMALL, Stop()).count(Stop()) == expected


@pytest.mark.slow
@pytest.mark.parametrize("k", [14, 15])
def test_large_powers_of_ten(k: int) -> None:
    expected = published("prime_count_of_power_of_ten")[k - 1]
    assert LeafCounter(10**k, SMALL, Stop()).count(Stop()) == expected


@pytest.mark.parametrize("x", [LEAST_X, 10**9, 10**12, 10**15])
def test_leaf_bound_is_between_third_and_square_root(x: int) -> None:
    assert leaf_bound(x) ** 3 > x
    assert leaf_bound(x) <= math.isqrt(x)


def test_rough_numbers_agree_with_factorizations() -> None:
    sympy = pytest.importorskip("sympy")
    y = 5000
    values, least, signs = rough_numbers(y, SMALL.primes[: SMALL.rank(y)].astype(np.int64), Stop())
    expected = [
        (m, min(factors, default=2**31 - 1), (-1) ** len(factors))
        for m in range(1, y + 1)
        for factors in [sympy.factorint(m)]
        if min(factors, default=19) > 17 and all(e == 1 for e in factors.values())
    ]
    assert list(zip(values.tolist(), least.tolist(), signs.tolist(), strict=True)) == expected


def test_a_raised_flag_stops_it() -> None:
    stop = Stop()
    stop.set()
    counter = LeafCounter(10**12, SMALL, Stop())
    with pytest.raises(DeadlineError):
        counter.count(stop)
    with pytest.raises(DeadlineError):
        LeafCounter(10**12, SMALL, stop)
