"""PrimeRanges against second methods, on random windows and at every edge."""

import functools
import random
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop
from tests.engine.published import published
from tests.oracles import (
    count_by_primesieve,
    prime_count_by_primecount,
    primes_by_primesieve,
    primes_by_trial,
)

REACH = 30_000
RANGES = PrimeRanges()
STOP = Stop()


class NothingBegins(Stop):
    """A stop that work looks at; what is refused at once has none."""

    def check(self) -> None:
        """Fail: work has begun."""
        raise AssertionError("work was begun")


BOUND = RANGES.small_primes.bound


def windows() -> list[tuple[int, int]]:
    """Return random windows near the places where the engine changes its way of working."""
    generator = random.Random(20261123)
    places = [0, 10**6, BOUND, 2**32, 10**12, 2**53, 10**15, BOUND**2, 2**63]
    found = []
    for place in places:
        for width in (0, 1, 30, 1000, REACH):
            low = max(place + generator.randrange(-width - 50, 50), 0)
            found.append((low, low + width))
    found += [(2**64 - 1 - width, 2**64 - 1) for width in (0, 58, 59, 1000, REACH)]
    return found


@functools.cache
def primes_near(place: int) -> list[int]:
    """Return the primes of [place, place + 2**16 + REACH], kept: primesieve starts slowly."""
    return primes_by_primesieve(place, min(place + (1 << 16) + REACH, 2**64 - 1))


def primes_of_window(low: int, high: int) -> list[int]:
    """Return the primes of a window that is at most REACH wide."""
    return [p for p in primes_near(low >> 16 << 16) if low <= p <= high]


@pytest.mark.parametrize(("low", "high"), windows())
def test_every_answer_agrees_with_primesieve(low: int, high: int) -> None:
    expected = primes_of_window(low, high)
    listed = RANGES.list_primes(low, high, STOP)
    assert listed.dtype == np.uint64
    assert listed.tolist() == expected
    assert np.concatenate([*RANGES.segments(low, high, STOP), listed[:0]]).tolist() == expected
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)
    for count in (0, 1, 7, len(expected), len(expected) + 1):
        assert list(RANGES.first_primes(low, high, count, STOP)) == expected[:count]
        last = RANGES.last_primes(low, high, count, STOP)
        assert list(last) == expected[len(expected) - min(count, len(expected)) :]


@pytest.mark.parametrize("low", [10**9, 10**12, 10**15 - 10**7])
def test_wide_windows_agree_with_primesieve(low: int) -> None:
    high = low + 4 * 10**6 + 77
    expected = primes_by_primesieve(low, high)
    assert RANGES.list_primes(low, high, STOP).tolist() == expected
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-10, -3, []),
        (-10, 1, []),
        (0, 0, []),
        (0, 1, []),
        (0, 2, [2]),
        (2, 2, [2]),
        (2, 3, [2, 3]),
        (3, 3, [3]),
        (-5, 5, [2, 3, 5]),
        (4, 4, []),
        (24, 28, []),
    ],
)
def test_smallest_intervals(low: int, high: int, expected: list[int]) -> None:
    assert RANGES.list_primes(low, high, STOP).tolist() == expected
    assert list(RANGES.first_primes(low, high, 9, STOP)) == expected
    assert list(RANGES.last_primes(low, high, 9, STOP)) == expected
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)


@pytest.mark.parametrize("p", [5, 5791, 65_537, 1_000_003, 33_554_393, 33_554_467])
def test_squares_of_primes_are_not_prime(p: int) -> None:
    for low, high in ((p * p, p * p), (p * p - 2, p * p + 2)):
        expected = primes_by_primesieve(low, high)
        assert RANGES.list_primes(low, high, STOP).tolist() == expected
        assert RANGES.count(low, high, STOP) == len(expected)


@settings(max_examples=150, deadline=None)
@given(st.integers(-100, 3000), st.integers(0, 400))
def test_small_intervals_agree_with_trial_division(low: int, width: int) -> None:
    expected = primes_by_trial(low, low + width)
    assert RANGES.list_primes(low, low + width, STOP).tolist() == expected
    assert RANGES.count(low, low + width, STOP) == len(expected)


@settings(max_examples=120, deadline=None)
@given(st.integers(1, 2**64 - 2), st.integers(0, 64), st.integers(0, 20_000))
def test_list_count_and_sum_agree_with_an_oracle(high: int, shift: int, width: int) -> None:
    high = max(high >> shift, 1)
    low = max(high - width, 0)
    expected = primes_by_primesieve(low, high)
    assert RANGES.list_primes(low, high, STOP).tolist() == expected
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)


@pytest.mark.parametrize("small_bound", [1000, 4096])
def test_a_small_table_gives_the_same_answers(small_bound: int) -> None:
    ranges = PrimeRanges(small_bound=small_bound, base_prime_bound=10**5)
    low, high = 0, 5 * 10**6
    assert ranges.list_primes(low, high, STOP).tolist() == primes_by_primesieve(low, high)
    assert ranges.count(10**9, 10**9 + 10**6, STOP) == count_by_primesieve(10**9, 10**9 + 10**6)


@pytest.mark.parametrize("low", [2**64 - 1000, 2**64 + 5, 10**20, 10**40, 2**521 - 300])
def test_above_two_to_the_64_agrees_with_sympy(low: int) -> None:
    sympy = pytest.importorskip("sympy")
    high = low + 1500
    expected = tuple(sympy.primerange(low, high + 1))
    assert tuple(RANGES.first_primes(low, high, 10**4, STOP)) == expected
    assert tuple(RANGES.last_primes(low, high, 10**4, STOP)) == expected
    assert tuple(RANGES.last_primes(low, high, 2, STOP)) == expected[-2:]
    assert RANGES.count(low, high, STOP) == len(expected)
    assert RANGES.sum(low, high, STOP) == sum(expected)


def test_page_at_the_end_of_64_bits_is_exact() -> None:
    page = RANGES.first_primes(2**64 - 100, 2**64 + 100, 5, STOP)
    # 2^64 - 59 is the last prime below 2^64, 2^64 + 13 the next: OEIS A013603, A013597.
    assert isinstance(page, tuple)
    assert page[:4] == (2**64 - 95, 2**64 - 83, 2**64 - 59, 2**64 + 13)


def test_page_of_a_wide_interval_does_not_depend_on_its_width() -> None:
    low = 10**15
    assert RANGES.first_primes(low, 10**4000, 3, STOP).tolist() == [low + 37, low + 91, low + 159]  # type: ignore[union-attr]
    assert list(RANGES.last_primes(-(10**4000), 30, 3, STOP)) == [19, 23, 29]


@pytest.mark.parametrize("k", range(1, 11))
def test_prime_count_of_powers_of_ten(k: int) -> None:
    expected = published("prime_count_of_power_of_ten")[k - 1]
    assert RANGES.prime_count(10**k, STOP) == expected


@pytest.mark.parametrize("k", range(9))
def test_nth_prime_of_powers_of_ten(k: int) -> None:
    assert RANGES.nth_prime(10**k, STOP) == published("prime_at_power_of_ten")[k]


@pytest.mark.parametrize("k", range(1, 9))
def test_sum_of_primes_to_powers_of_ten(k: int) -> None:
    assert RANGES.sum(0, 10**k, STOP) == published("prime_sum_to_power_of_ten")[k - 1]


@pytest.mark.slow
@pytest.mark.parametrize("k", [9, 10])
def test_sum_of_primes_to_large_powers_of_ten(k: int) -> None:
    assert RANGES.sum(0, 10**k, STOP) == published("prime_sum_to_power_of_ten")[k - 1]


@pytest.mark.parametrize("x", [-5, 0, 1, 2, 3, 4, BOUND - 1, BOUND, BOUND + 1, 2**32 + 1])
def test_prime_count_at_edges(x: int) -> None:
    assert RANGES.prime_count(x, STOP) == prime_count_by_primecount(x)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 10**9), st.integers(0, 29))
def test_nth_prime_inverts_prime_count(n: int, shift: int) -> None:
    n = max(n >> shift, 1)
    p = RANGES.nth_prime(n, STOP)
    assert prime_count_by_primecount(p) == n
    assert prime_count_by_primecount(p - 1) == n - 1


@pytest.mark.parametrize("method", ["list_primes", "segments", "count", "sum"])
def test_rejects_low_above_high(method: str) -> None:
    with pytest.raises(DomainError, match="low=5, high=4"):
        getattr(RANGES, method)(5, 4, STOP)


@pytest.mark.parametrize("method", ["first_primes", "last_primes"])
def test_pages_reject_low_above_high_and_negative_counts(method: str) -> None:
    with pytest.raises(DomainError, match="low=5, high=4"):
        getattr(RANGES, method)(5, 4, 1, STOP)
    with pytest.raises(DomainError, match="count must be at least 0, got -1"):
        getattr(RANGES, method)(4, 5, -1, STOP)


def test_nth_prime_rejects_zero() -> None:
    with pytest.raises(DomainError, match="n must be at least 1, got 0"):
        RANGES.nth_prime(0, STOP)


@pytest.mark.parametrize("method", ["list_primes", "segments"])
def test_lists_are_refused_from_two_to_the_64_on(method: str) -> None:
    with pytest.raises(CapacityError, match=r"up to 2\^64 - 1"):
        getattr(RANGES, method)(2**64 - 10, 2**64, STOP)


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("count", (0, 2 * 10**15)),
        ("count", (10**18, 2 * 10**18)),
        ("sum", (0, 10**5000)),
        ("list_primes", (0, 10**13)),
        ("list_primes", (0, 10**10)),
        ("segments", (0, 10**14)),
        ("first_primes", (10**4000, 10**4001, 10)),
        ("last_primes", (2, 10**4001, 10**9)),
        ("prime_count", (10**16,)),
        ("nth_prime", (10**15,)),
        ("nth_prime", (10**400,)),
    ],
)
def test_what_is_out_of_reach_is_refused_before_anything_begins(
    method: str, arguments: tuple[int, ...]
) -> None:
    with pytest.raises(CapacityError) as caught:
        getattr(RANGES, method)(*arguments, NothingBegins())
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("count", (10**14, 3 * 10**14)),
        ("sum", (10**12, 10**12 + 10**11)),
        ("list_primes", (10**12, 10**12 + 10**9)),
        ("count", (10**18, 10**18 + 10**9)),
        ("count", (10**400, 10**400 + 10**5)),
        ("prime_count", (10**14,)),
        ("nth_prime", (10**13,)),
    ],
)
def test_work_is_stopped_soon_after_being_told(method: str, arguments: tuple[int, ...]) -> None:
    stop = Stop()
    told = []

    def tell() -> None:
        told.append(True)
        stop.set()

    timer = threading.Timer(0.1, tell)
    timer.start()
    with pytest.raises(DeadlineError):
        getattr(RANGES, method)(*arguments, stop)
    timer.join()
    assert told


def test_answers_from_many_threads_are_the_same() -> None:
    ranges = PrimeRanges(small_bound=10**5)
    low = 10**13
    expected = count_by_primesieve(low, low + 10**5)
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(ranges.count(low, low + 10**5, Stop())))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("list_cost", (0, 10**9)),
        ("list_cost", (5, 4)),
        ("count_cost", (-5, 10**5000)),
        ("sum_cost", (10**12, 10**12 + 10**6)),
        ("page_cost", (10**4000, 10**4001, 5)),
        ("page_cost", (0, 10, 5)),
        ("prime_count_cost", (10**14,)),
        ("nth_prime_cost", (10**12,)),
    ],
)
def test_costs_are_positive_and_finite(method: str, arguments: tuple[int, ...]) -> None:
    assert 0 < getattr(RANGES, method)(*arguments) < float("inf")
