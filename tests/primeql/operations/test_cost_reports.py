"""What an operation has cost: its price, and what it left unused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from primeql.operations.cost_reports import actual_points
from resolvers.running.request_accounting import AnswerNotes


def noted(spent_points: float, unused_points: float = 0.0) -> AnswerNotes:
    """Return what is noted of an answer."""
    notes = AnswerNotes()
    notes.spent_points = spent_points
    notes.unused_points = unused_points
    return notes


@pytest.mark.parametrize(
    ("price", "spent", "unused", "actual"),
    [
        (100, 40, 50, 50),
        (100, 10, 80.5, 20),
        (100, 60, 80, 60),
        (100, 0, 100, 0),
        (100, 90, 0, 100),
        # However long it takes, nobody pays more than the price.
        (100, 401, 0, 100),
        (40, 3_400, 0, 40),
        (40, 30, 10, 30),
        # Nobody gains.
        (40, 0, 50, 0),
        (0, 5_000, 0, 0),
    ],
)
def test_what_is_charged_in_the_end(price: int, spent: float, unused: float, actual: int) -> None:
    assert actual_points(price, noted(spent, unused)) == actual


POINTS = st.floats(0, 1e7)


@given(price=st.integers(0, 20_000), spent=POINTS, unused=POINTS)
def test_nobody_is_charged_more_than_the_price(price: int, spent: float, unused: float) -> None:
    assert 0 <= actual_points(price, noted(spent, unused)) <= price
