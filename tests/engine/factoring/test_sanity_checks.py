"""Checks of answers from elsewhere: every right one passes, and wrong ones of each kind do not."""

import math

import pytest

from engine.factoring import sanity_checks
from engine.results import (
    Factorization,
    Primality,
    PrimalityMethod,
    PrimalityVerdict,
    PrimePower,
)

# OEIS A006880: pi(10^k) from k = 0.
PI = [0, 4, 25, 168, 1_229, 9_592, 78_498, 664_579, 5_761_455, 50_847_534, 455_052_511]
PI += [4_118_054_813, 37_607_912_018, 346_065_536_839, 3_204_941_750_802, 29_844_570_422_669]
PI += [279_238_341_033_925, 2_623_557_157_654_233, 24_739_954_287_740_860]
P, Q = 2**61 - 1, 2**89 - 1


def factorization(
    value: int, *powers: tuple[int, int], rest: tuple[int, ...] = ()
) -> Factorization:
    sign = (value > 0) - (value < 0)
    return Factorization(value, sign, tuple(PrimePower(*power) for power in powers), rest)


@pytest.mark.parametrize(
    ("n", "found"),
    [
        (0, factorization(0)),
        (1, factorization(1)),
        (-1, factorization(-1)),
        (-12, factorization(-12, (2, 2), (3, 1))),
        (P * Q, factorization(P * Q, (P, 1), (Q, 1))),
        (2**4_000 * Q, factorization(2**4_000 * Q, (2, 4_000), (Q, 1))),
        (6 * P * Q, factorization(6 * P * Q, (2, 1), (3, 1), rest=(P * Q,))),
    ],
)
def test_right_factorizations_pass(n: int, found: Factorization) -> None:
    assert sanity_checks.could_be_factorization(found, n)


@pytest.mark.parametrize(
    ("n", "found"),
    [
        (12, factorization(12, (2, 1), (3, 1))),
        (12, factorization(12, (3, 1), (4, 1))),
        (12, factorization(12, (3, 1), (2, 2))),
        (12, factorization(12, (1, 5), (2, 2), (3, 1))),
        (12, factorization(12, (2, 2), (3, 1), (5, 0))),
        (12, factorization(-12, (2, 2), (3, 1))),
        (12, Factorization(12, -1, (PrimePower(2, 2), PrimePower(3, 1)))),
        (P * Q, factorization(P * Q, (P * Q, 1))),
        (15 * Q, factorization(15 * Q, (15, 1), (Q, 1))),
        (-12, factorization(-12, (-3, 1), (2, 2))),
        (12, factorization(12, (2, 10**12), (3, 1))),
        (12, factorization(12, (2**10_000 + 1, 10**6))),
        # Multiplied out, 50 MB of a power that 0 seemed to make up for.
        (12, factorization(12, (0, 4 * 10**8), (3, 4 * 10**8))),
        (0, factorization(0, (2, 1))),
        (0, factorization(0, rest=(4,))),
    ],
)
def test_wrong_factorizations_do_not_pass(n: int, found: Factorization) -> None:
    assert not sanity_checks.could_be_factorization(found, n)


def verdict(value: int, name: str, witness: int | None = None) -> Primality:
    return Primality(value, PrimalityVerdict[name], PrimalityMethod.BPSW, witness)


@pytest.mark.parametrize(
    ("found", "n", "expected"),
    [
        (verdict(Q, "PRIME"), Q, True),
        (verdict(Q, "PROBABLE_PRIME"), Q, True),
        (verdict(P * Q, "COMPOSITE", 2), P * Q, True),
        (verdict(0, "NEITHER"), 0, True),
        (verdict(P * Q, "PRIME"), P * Q, False),
        (verdict(Q, "COMPOSITE", 2), Q, False),
        (verdict(Q, "NEITHER"), Q, False),
        (verdict(Q, "PRIME", 2), Q, False),
        (verdict(Q, "PRIME"), Q + 2, False),
        (verdict(P * Q, "COMPOSITE"), P * Q, False),
        (verdict(P * Q, "COMPOSITE", 1), P * Q, False),
        (verdict(P * Q, "COMPOSITE", P * Q), P * Q, False),
    ],
)
def test_verdicts_are_held_to_bpsw(found: Primality, n: int, expected: bool) -> None:
    assert sanity_checks.could_be_primality(found, n) is expected


@pytest.mark.parametrize(("power", "count"), list(enumerate(PI)))
def test_published_counts_pass_and_distant_ones_do_not(power: int, count: int) -> None:
    x = 10**power
    assert sanity_checks.could_be_prime_count(count, x)
    # About as far off as the theorem allows.
    far = math.isqrt(x) * (power + 1) + 400
    assert not sanity_checks.could_be_prime_count(count + far, x)
    assert not sanity_checks.could_be_prime_count(count - far, x)


@pytest.mark.parametrize("low", [0, 3, 6, 9, 12])
@pytest.mark.parametrize("high", [12, 13, 15, 18])
def test_counts_and_sums_of_intervals_are_bounded(low: int, high: int) -> None:
    count = PI[high] - PI[low]
    interval = (10**low + 1, 10**high)
    assert sanity_checks.could_be_count(count, *interval)
    assert not sanity_checks.could_be_count(2 * count + 100, *interval)
    assert not sanity_checks.could_be_count(count // 2 - 100, *interval)
    assert not sanity_checks.could_be_sum(interval[0] - 1, *interval) or high == low
    assert not sanity_checks.could_be_sum(2 * interval[1] * (count + 1_000), *interval)


def test_published_sums_pass() -> None:
    # OEIS A046731: sum of the primes below 10^k.
    sums = {1: 17, 2: 1_060, 3: 76_127, 6: 37_550_402_023, 9: 24_739_512_092_254_535}
    for power, total in sums.items():
        assert sanity_checks.could_be_sum(total, 0, 10**power)
        assert sanity_checks.could_be_sum(total, -5, 10**power)


def test_intervals_far_out_are_held_to_the_bound_that_holds_anywhere() -> None:
    low = 10**40
    assert sanity_checks.could_be_count(10, low, low + 1_000)
    assert not sanity_checks.could_be_count(-1, low, low + 1_000)
    assert not sanity_checks.could_be_count(400, low, low + 1_000)
    assert sanity_checks.could_be_count(0, 10, 5)


@pytest.mark.parametrize(
    ("prime", "n", "expected"),
    # OEIS A006988: the (10^k)-th prime.
    [
        (22_801_763_489, 10**9, True),
        (252_097_800_623, 10**10, True),
        (22_801_763_491, 10**9, False),
        (252_097_800_623, 10**9, False),
    ],
)
def test_nth_prime_is_prime_and_has_its_rank(prime: int, n: int, expected: bool) -> None:
    assert sanity_checks.could_be_nth_prime(prime, n) is expected


def test_neighbours_are_primes_on_their_side() -> None:
    assert sanity_checks.could_be_next_prime(Q, Q - 1)
    assert not sanity_checks.could_be_next_prime(Q, Q)
    assert not sanity_checks.could_be_next_prime(P * Q, Q)
    assert sanity_checks.could_be_previous_prime(Q, Q + 1)
    assert not sanity_checks.could_be_previous_prime(Q, Q)
    assert not sanity_checks.could_be_previous_prime(P * Q, P * Q + 1)
    assert sanity_checks.could_be_previous_prime(None, 2)
    assert not sanity_checks.could_be_previous_prime(None, 3)


@pytest.mark.parametrize(
    ("primes", "expected"),
    [
        ((), True),
        ((11, 13, 17), True),
        ((11, 13, 17, 19), False),
        ((11, 17, 13), False),
        ((7, 11), False),
        ((19, 23), False),
        ((11, 15), False),
        ((15, 17), False),
        ((11, 11), False),
    ],
)
def test_lists_ascend_within_the_interval(primes: tuple[int, ...], expected: bool) -> None:
    assert sanity_checks.could_be_end(primes, 10, 20, 3) is expected
