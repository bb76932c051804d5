"""Base primes that grow on demand."""

import pytest

from engine.errors import CapacityError, DeadlineError
from engine.sieving.base_primes import BasePrimes
from engine.sieving.small_primes import SmallPrimes
from engine.stop import Stop
from tests.oracles import primes_by_primesieve

SMALL = SmallPrimes(2000)


def test_grows_when_asked_and_not_before() -> None:
    base = BasePrimes(SMALL, 10**6)
    assert base.covered == 2000
    assert base.up_to(1999, Stop()).tolist() == primes_by_primesieve(0, 1999)
    assert base.covered == 2000
    assert base.up_to(50_000, Stop()).tolist() == primes_by_primesieve(0, 50_000)
    assert 50_000 <= base.covered < 10**6
    assert base.up_to(10**6, Stop()).tolist() == primes_by_primesieve(0, 10**6)


@pytest.mark.parametrize("bound", [0, 1, 2, 3, 2000, 2001, 2003])
def test_ends_exactly_at_the_bound_asked(bound: int) -> None:
    assert BasePrimes(SMALL, 10**6).up_to(bound, Stop()).tolist() == primes_by_primesieve(0, bound)


def test_refuses_bounds_above_its_most() -> None:
    with pytest.raises(CapacityError, match="up to 10000, not to 10001"):
        BasePrimes(SMALL, 10**4).up_to(10_001, Stop())


def test_keeps_what_it_had_when_stopped() -> None:
    base = BasePrimes(SMALL, 10**6)
    stop = Stop()
    stop.set()
    with pytest.raises(DeadlineError):
        base.up_to(10**6, stop)
    assert base.covered == 2000
    assert base.up_to(3000, Stop()).tolist() == primes_by_primesieve(0, 3000)


@pytest.mark.parametrize("bound", [2002, 2003, 2010, 2011])
def test_growing_starts_right_behind_what_there_was(bound: int) -> None:
    base = BasePrimes(SmallPrimes(bound), 10**5)
    assert base.up_to(3000, Stop()).tolist() == primes_by_primesieve(0, 3000)
