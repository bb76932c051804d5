"""Tests of the run of primes at the start of an arithmetic progression."""

import pytest

from engine.errors import CapacityError, DeadlineError, DomainError
from engine.primality.progressions import progression, progression_cost
from engine.results import PrimeProgression
from engine.stop import Stop

# The first AP-26 found, by Perichon, Wroblewski and Reynolds, 2010: OEIS A204189.
AP26_START = 43142746595714191
AP26_DIFFERENCE = 5283234035979900


@pytest.mark.parametrize(
    ("start", "difference", "terms", "ended_by"),
    [
        (5, 6, (5, 11, 17, 23, 29), 35),
        (7, 6, (7, 13, 19), 25),
        (11, 2, (11, 13), 15),
        (3, 2, (3, 5, 7), 9),
        (7, 30, (7, 37, 67, 97, 127, 157), 187),
        (2, 1, (2, 3), 4),
        (7, -2, (7, 5, 3), 1),
        (2, -7, (2,), -5),
        (4, 3, (), 4),
        (1, 1, (), 1),
        (0, 5, (), 0),
        (-3, 5, (), -3),
        (199, 210, tuple(range(199, 2090, 210)), 2299),
        (2**89 - 1, 1, (2**89 - 1,), 2**89),
    ],
)
def test_runs(start: int, difference: int, terms: tuple[int, ...], ended_by: int) -> None:
    expected = PrimeProgression(start, difference, terms, ended_by)
    assert progression(start, difference, 1000, Stop()) == expected


def test_finds_all_of_the_published_run_of_twenty_six() -> None:
    run = progression(AP26_START, AP26_DIFFERENCE, 1000, Stop())
    assert len(run.terms) == 26
    assert run.ended_by == AP26_START + 26 * AP26_DIFFERENCE


def test_is_cut_at_max_terms_without_an_end() -> None:
    run = progression(199, 210, 10, Stop())
    assert (len(run.terms), run.ended_by) == (10, None)
    assert progression(199, 210, 3, Stop()).terms == (199, 409, 619)


def test_rejects_difference_zero() -> None:
    with pytest.raises(DomainError, match="difference must not be 0"):
        progression(5, 0, 10, Stop())


@pytest.mark.parametrize("max_terms", [0, -1])
def test_rejects_max_terms_below_one(max_terms: int) -> None:
    with pytest.raises(DomainError, match="it must be at least 1"):
        progression(5, 6, max_terms, Stop())


def test_refuses_a_term_beyond_proof() -> None:
    with pytest.raises(CapacityError):
        progression(2, 2**1279 - 3, 10, Stop())


def test_stops_when_told() -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(DeadlineError):
        progression(5, 6, 10, stop)


@pytest.mark.parametrize("difference", [1, 6, -2, 223092870, 5283234035979900])
def test_cost_covers_the_longest_run(difference: int) -> None:
    assert 0 < progression_cost(5, difference, 1000) < 1
    assert progression_cost(2**256, difference, 1) < progression_cost(2**256, 210, 11)


def test_cost_looks_at_the_greatest_term() -> None:
    assert progression_cost(5, 10**250, 10) > 100
