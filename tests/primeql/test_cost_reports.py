"""What an operation has cost: its price, what it left unused, and what it took far beyond."""

import pytest

from middleware.clients import Client
from middleware.tier import DEFAULT_TIERS
from middleware.token_bucket import LocalBuckets
from primeql.cost_reports import actual_points
from resolvers.answer_notes import AnswerNotes
from resolvers.limits import SECONDS_PER_POINT


def noted(spent_points: float, unused_points: float = 0.0) -> AnswerNotes:
    """Return what is noted of an answer."""
    notes = AnswerNotes()
    notes.spent_seconds = spent_points * SECONDS_PER_POINT
    notes.unused_points = unused_points
    return notes


@pytest.mark.parametrize(
    ("price", "spent", "unused", "actual"),
    [
        (100, 40, 50, 50),
        (100, 60, 80, 60),
        (100, 0, 100, 0),
        (100, 90, 0, 100),
        # Twice the price and 10 ms are promised; three times are forgiven on a machine in use.
        (100, 200, 0, 100),
        (100, 400, 0, 100),
        (100, 401, 0, 101),
        (40, 3_400, 0, 40 + 3_400 - 220),
        (1, 100, 0, 1),
        # What is free stays so.
        (0, 5_000, 0, 0),
    ],
)
def test_what_is_charged_in_the_end(price: int, spent: float, unused: float, actual: int) -> None:
    assert actual_points(price, noted(spent, unused)) == actual


def test_what_was_used_beyond_a_price_leaves_the_bucket_at_most_empty() -> None:
    client = Client("somebody", DEFAULT_TIERS["anonymous"])
    buckets = LocalBuckets(clock=lambda: 0.0)
    assert buckets.take(client, 40).is_allowed
    buckets.give_back(client, 40 - actual_points(40, noted(3_400)))
    assert buckets.spent(client) == 3_220
    buckets.give_back(client, -1_000_000.0)
    assert buckets.spent(client) == client.tier.points
