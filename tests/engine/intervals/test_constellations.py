"""Prime constellations against a naive search, published terms, and impossible patterns."""

import math

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.intervals.constellation_patterns import (
    MAX_OFFSETS,
    MAX_SPAN,
    constellation_density,
    covered_modulus,
)
from engine.intervals.constellations import (
    constellation_count,
    constellation_count_cost,
    constellations,
    constellations_cost,
    matching_starts,
)
from engine.results import ConstellationPage
from engine.stop import Stop
from tests.engine.prime_patterns import (
    INTERVALS,
    RANGES,
    blocks_of,
    primes_by_sympy,
    published_terms,
    stopped,
)

_PATTERNS = [(0,), (0, 2), (0, 4), (0, 6), (0, 2, 6), (0, 4, 6), (0, 2, 6, 8), (0, 30, 90, 2_310)]


def _by_definition(primes: list[int], pattern: tuple[int, ...]) -> list[int]:
    known = set(primes)
    return [p for p in primes if all(p + offset in known for offset in pattern)]


@settings(max_examples=80, deadline=None)
@given(INTERVALS, st.sampled_from(_PATTERNS))
def test_page_and_count_agree_with_a_naive_search(
    interval: tuple[int, int], pattern: tuple[int, ...]
) -> None:
    expected = _by_definition(primes_by_sympy(*interval), pattern)
    page = constellations(RANGES, *interval, pattern, 10_000, None, Stop())
    assert page == ConstellationPage(pattern, tuple(expected), has_next=False)
    assert constellation_count(RANGES, *interval, pattern, Stop()) == len(expected)


@settings(deadline=None)
@given(
    st.data(),
    st.sampled_from([(2, 2_000), (10**9, 10**9 + 3_000), (2**64 - 3_000, 2**64 - 1)]),
    st.sampled_from(_PATTERNS),
)
def test_matches_do_not_depend_on_the_blocks(
    data: st.DataObject, interval: tuple[int, int], pattern: tuple[int, ...]
) -> None:
    primes = primes_by_sympy(*interval)
    blocks = data.draw(st.composite(blocks_of)(primes))
    arrays = [np.array(block, dtype=np.uint64) for block in blocks]
    found = [p for starts in matching_starts(arrays, pattern) for p in starts.tolist()]
    assert found == _by_definition(primes, pattern)


@pytest.mark.parametrize(
    ("entry", "pattern"),
    [
        ("A023201", (0, 6)),
        ("A022004", (0, 2, 6)),
        ("A007530", (0, 2, 6, 8)),
        ("A022008", (0, 4, 6, 10, 12, 16)),
    ],
)
def test_starts_are_the_published_terms(entry: str, pattern: tuple[int, ...]) -> None:
    terms = tuple(published_terms(entry))
    page = constellations(RANGES, 0, 10**10, pattern, len(terms), None, Stop())
    assert page == ConstellationPage(pattern, terms, has_next=True)


_COUNTS = [("A007508", (0, 2)), ("A050258", (0, 2, 6, 8))]


@pytest.mark.parametrize("exponent", range(1, 8))
@pytest.mark.parametrize(("entry", "pattern"), _COUNTS)
def test_count_is_as_published(entry: str, pattern: tuple[int, ...], exponent: int) -> None:
    found = constellation_count(RANGES, 0, 10**exponent, pattern, Stop())
    assert found == published_terms(entry)[exponent - 1]


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [8, 9])
@pytest.mark.parametrize(("entry", "pattern"), _COUNTS)
def test_count_far_up_is_as_published(entry: str, pattern: tuple[int, ...], exponent: int) -> None:
    found = constellation_count(RANGES, 0, 10**exponent, pattern, Stop())
    assert found == published_terms(entry)[exponent - 1]


def test_page_lists_the_primes_of_each_constellation() -> None:
    page = constellations(RANGES, 0, 30, [0, 2, 6], 2, None, Stop())
    assert page.constellations == ((5, 7, 11), (11, 13, 17))


@pytest.mark.parametrize("first", [1, 7, 1_000])
def test_pages_join_to_the_whole(first: int) -> None:
    low, high, pattern = 10**6, 10**6 + 20_000, (0, 2)
    found: list[int] = []
    page = constellations(RANGES, low, high, pattern, first, None, Stop())
    while page.starts:
        # Each page goes on, so there is a last one.
        assert page.starts[0] > max(found, default=low - 1)
        found += page.starts
        page = constellations(RANGES, low, high, pattern, first, found[-1], Stop())
    assert found == _by_definition(primes_by_sympy(low, high), pattern)


@pytest.mark.parametrize(("high", "has_next"), [(31, True), (30, False)])
def test_page_ends_with_the_last_constellation_within(high: int, has_next: bool) -> None:
    page = constellations(RANGES, 0, high, [0, 2], 4, None, Stop())
    assert page == ConstellationPage((0, 2), (3, 5, 11, 17), has_next)


@pytest.mark.parametrize(
    ("after", "starts", "has_next"),
    [(-7, (3,), True), (3, (5,), True), (4, (5,), True), (29, (41,), False), (41, (), False)],
)
def test_page_starts_after_the_given_integer(
    after: int, starts: tuple[int, ...], has_next: bool
) -> None:
    page = constellations(RANGES, 0, 43, [0, 2], 1, after, Stop())
    assert page == ConstellationPage((0, 2), starts, has_next)


def test_page_starts_within_the_interval_if_after_lies_below_it() -> None:
    page = constellations(RANGES, 10, 43, [0, 2], 1, 3, Stop())
    assert page == ConstellationPage((0, 2), (11,), has_next=True)


@pytest.mark.parametrize(("low", "has_next"), [(0, True), (18, False)])
def test_empty_page_tells_whether_there_are_any(low: int, has_next: bool) -> None:
    page = constellations(RANGES, low, 30, [0, 2], 0, None, Stop())
    assert page == ConstellationPage((0, 2), (), has_next)


@pytest.mark.parametrize("high", [2**63, 10**30])
def test_page_of_a_vast_interval_is_found_at_its_start(high: int) -> None:
    expected: list[int] = []
    p = 10**18
    while len(expected) < 3:
        p = sympy.nextprime(p)
        if sympy.isprime(p + 6) and sympy.isprime(p + 2):
            expected.append(p)
    page = constellations(RANGES, 10**18, high, [0, 2, 6], 3, None, Stop())
    assert page == ConstellationPage((0, 2, 6), tuple(expected), has_next=True)


def test_page_below_two_to_the_64_is_found_in_an_interval_that_crosses_it() -> None:
    low = 2**64 - 3_000
    expected = _by_definition(primes_by_sympy(low, 2**64 - 1), (0, 6))[:1]
    page = constellations(RANGES, low, 2**70, [0, 6], 1, None, Stop())
    assert page == ConstellationPage((0, 6), tuple(expected), has_next=True)


def test_says_that_the_search_ends_at_two_to_the_64() -> None:
    with pytest.raises(CapacityError, match=r"below 2\^64"):
        constellations(RANGES, 2**64 - 10_000, 2**65, [0, 2], 1_000, None, Stop())


# The patterns cover every residue modulo 2, 2, 3, 3, 5, 5; the primes are found by hand.
@pytest.mark.parametrize(
    ("pattern", "starts"),
    [
        ((0, 1), (2,)),
        ((0, 1, 3, 5), (2,)),
        ((0, 2, 4), (3,)),
        ((0, 4, 8), (3,)),
        ((0, 6, 12, 18, 24), (5,)),
        ((0, 2, 8, 14, 26), (3, 5)),
    ],
)
def test_exceptions_to_an_impossible_pattern_are_found(
    pattern: tuple[int, ...], starts: tuple[int, ...]
) -> None:
    page = constellations(RANGES, 0, 100, pattern, 10, None, Stop())
    assert page == ConstellationPage(pattern, starts, has_next=False)
    assert constellation_count(RANGES, 0, 100, pattern, Stop()) == len(starts)


def test_page_of_exceptions_obeys_first_and_after() -> None:
    before = constellations(RANGES, 0, 10, [0, 2, 4], 0, None, Stop())
    behind = constellations(RANGES, 0, 10, [0, 2, 4], 5, 3, Stop())
    assert before == ConstellationPage((0, 2, 4), (), has_next=True)
    assert behind == ConstellationPage((0, 2, 4), (), has_next=False)


@pytest.mark.parametrize(("low", "high"), [(4, 10**6), (0, 6)])
def test_impossible_pattern_is_refused_with_the_reason(low: int, high: int) -> None:
    reason = "every residue modulo 3, .* divisible by 3: no p but p = 3 gives primes"
    with pytest.raises(DomainError, match=reason):
        constellations(RANGES, low, high, [0, 2, 4], 10, None, Stop())
    with pytest.raises(DomainError, match=reason):
        constellation_count(RANGES, low, high, [0, 2, 4], Stop())


def test_pattern_without_any_exception_is_refused_with_the_reason() -> None:
    with pytest.raises(DomainError, match=r"modulo 2, .* divisible by 2: no p gives primes"):
        constellations(RANGES, 0, 100, [0, 1, 2], 10, None, Stop())


@given(st.sets(st.integers(1, 60), max_size=9))
def test_covered_modulus_is_the_least_with_every_residue(offsets: set[int]) -> None:
    pattern = (0, *sorted(offsets))
    covered = [q for q in sympy.primerange(2, 61) if len({o % q for o in pattern}) == q]
    assert covered_modulus(pattern) == (covered[0] if covered else None)


@pytest.mark.parametrize(
    ("offsets", "message"),
    [
        ([], "start with 0"),
        ([2, 4], "start with 0"),
        ([-2, 0], "start with 0"),
        ([0, 4, 2], "strictly ascending"),
        ([0, 2, 2], "strictly ascending"),
    ],
)
def test_rejects_offsets_out_of_order(offsets: list[int], message: str) -> None:
    with pytest.raises(DomainError, match=message):
        constellations(RANGES, 0, 100, offsets, 10, None, Stop())


@pytest.mark.parametrize(
    "offsets", [list(range(0, 30 * MAX_OFFSETS + 1, 30)), [0, MAX_SPAN + 2], [0, 10**5000]]
)
def test_refuses_offsets_that_are_too_many_or_too_wide(offsets: list[int]) -> None:
    with pytest.raises(CapacityError, match="offsets"):
        constellations(RANGES, 0, 100, offsets, 10, None, Stop())


def test_finds_constellations_as_wide_as_allowed() -> None:
    pattern = (0, MAX_SPAN)
    primes = [p for p in primes_by_sympy(0, 2_000) if sympy.isprime(p + MAX_SPAN)]
    page = constellations(RANGES, 0, MAX_SPAN + 2_000, pattern, 1_000, None, Stop())
    assert page.starts == tuple(p for p in primes if p <= 2_000)


def test_rejects_a_page_of_less_than_nothing() -> None:
    with pytest.raises(DomainError, match="first must be at least 0, got -1"):
        constellations(RANGES, 0, 100, [0, 2], -1, None, Stop())


def test_rejects_low_above_high() -> None:
    with pytest.raises(DomainError, match="low"):
        constellations(RANGES, 10, 9, [0, 2], 1, None, Stop())


def test_stops_when_told_to() -> None:
    with pytest.raises(DeadlineError):
        constellations(RANGES, 10**9, 10**10, [0, 2], 10, None, stopped())


# Hardy & Littlewood's constants: 1.3203236 for twins (Wrench 1961), 4.1511809 for quadruplets,
# 17.2986123 for sextuplets (Riesel, Prime numbers and computer methods, 2nd ed., table 2.6).
@pytest.mark.parametrize(
    ("pattern", "constant"),
    [((0, 2), 1.3203236), ((0, 2, 6, 8), 4.1511809), ((0, 4, 6, 10, 12, 16), 17.2986123)],
)
def test_density_is_that_of_hardy_and_littlewood(pattern: tuple[int, ...], constant: float) -> None:
    expected = constant / math.log(1e12) ** len(pattern)
    assert constellation_density(pattern, 1e12) == pytest.approx(expected, rel=0.04)


def test_page_costs_by_the_page() -> None:
    vast = constellations_cost(RANGES, 10**15, 10**18, [0, 2], 100, None)
    narrow = constellations_cost(RANGES, 10**15, 10**15 + 10**7, [0, 2], 100, None)
    assert vast == narrow < constellation_count_cost(RANGES, 10**15, 10**15 + 10**7, [0, 2]) / 10


def test_impossible_pattern_costs_next_to_nothing() -> None:
    assert constellation_count_cost(RANGES, 0, 10**12, [0, 2, 4]) < 1
    assert constellations_cost(RANGES, 0, 10**12, [0, 2, 4], 100, None) < 1
