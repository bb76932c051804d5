"""Buckets of points: what is spent, what flows back, and what is forgotten."""

from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from middleware.limits.clients import Client
from middleware.limits.tier import DEFAULT_TIERS, Tier
from middleware.limits.token_bucket import LocalBuckets, LocalBudget, Taken

TIER = Tier(
    "test",
    points=1_000,
    restore_rate=10,
    requests_per_minute=1,
    concurrent_requests=1,
    max_request_cost=1,
)
ALICE, BOB = Client("ip:192.0.2.1", TIER), Client("ip:192.0.2.2", TIER)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> LocalBuckets:
    return LocalBuckets(clock=clock)


def test_outcome_tells_what_is_left_and_when_it_is_full(buckets: LocalBuckets) -> None:
    assert buckets.take(ALICE, 400) == Taken(True, 1_000, 600, 40.0, 0.0)


def test_refusal_spends_nothing_and_tells_when_to_retry(buckets: LocalBuckets) -> None:
    buckets.take(ALICE, 400)
    for _ in range(3):
        assert buckets.take(ALICE, 700) == Taken(False, 1_000, 600, 40.0, 10.0)
    assert buckets.take(ALICE, 600).is_allowed


def test_retry_after_is_the_moment_at_which_it_succeeds(
    buckets: LocalBuckets, clock: Clock
) -> None:
    buckets.take(ALICE, 1_000)
    clock.now = buckets.take(ALICE, 300).retry_after
    assert buckets.take(ALICE, 300).is_allowed


def test_what_is_larger_than_the_bucket_never_succeeds(buckets: LocalBuckets) -> None:
    assert buckets.take(ALICE, 1_001) == Taken(False, 1_000, 1_000, 0.0, 0.0)


def test_nothing_asks_what_is_left(buckets: LocalBuckets) -> None:
    buckets.take(ALICE, 1_000)
    assert buckets.take(ALICE, 0) == Taken(True, 1_000, 0, 100.0, 0.0)


def test_points_flow_back_until_the_bucket_is_full(buckets: LocalBuckets, clock: Clock) -> None:
    buckets.take(ALICE, 1_000)
    clock.now = 30.0
    assert buckets.take(ALICE, 0).remaining == 300
    clock.now = 1_000.0
    assert buckets.take(ALICE, 0).remaining == 1_000


def test_points_given_back_can_be_spent_and_never_overfill(buckets: LocalBuckets) -> None:
    buckets.take(ALICE, 900)
    buckets.give_back(ALICE, 400)
    assert buckets.take(ALICE, 0).remaining == 500
    buckets.give_back(ALICE, 4_000)
    assert buckets.take(ALICE, 0).remaining == 1_000


def test_clients_have_budgets_of_their_own(buckets: LocalBuckets) -> None:
    buckets.take(ALICE, 1_000)
    assert buckets.take(BOB, 1_000).is_allowed


def test_client_that_changes_to_a_smaller_tier_is_not_in_debt(buckets: LocalBuckets) -> None:
    buckets.take(Client(ALICE.id, DEFAULT_TIERS["pro"]), 500_000)
    assert buckets.take(ALICE, 0).remaining == 0
    assert buckets.take(ALICE, 10).retry_after == 1.0


def test_full_buckets_are_forgotten(buckets: LocalBuckets, clock: Clock) -> None:
    for k in range(50):
        buckets.take(Client(f"ip:{k}", TIER), 10)
    assert len(buckets) == 50
    clock.now = 2.0
    for _ in range(60):
        buckets.take(ALICE, 1)
    assert len(buckets) == 1


def test_bucket_used_longest_ago_is_evicted(clock: Clock) -> None:
    buckets = LocalBuckets(max_clients=2, clock=clock)
    carol = Client("ip:192.0.2.3", TIER)
    for client in (ALICE, BOB, ALICE, carol):
        buckets.take(client, 500)
    assert len(buckets) == 2
    assert [buckets.take(client, 0).remaining for client in (ALICE, BOB, carol)] == [0, 1_000, 500]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 64).map(lambda n: Fraction(n, 4)),
            st.integers(-300, 1_200),
        )
    )
)
def test_bucket_agrees_with_exact_arithmetic(steps: list[tuple[Fraction, int]]) -> None:
    clock = Clock()
    buckets = LocalBuckets(clock=clock)
    left, now = Fraction(TIER.points), Fraction(0)
    for seconds, cost in steps:
        now += seconds
        clock.now = float(now)
        left = min(Fraction(TIER.points), left + seconds * int(TIER.restore_rate))
        if cost < 0:
            buckets.give_back(ALICE, -cost)
            left = min(Fraction(TIER.points), left - cost)
            continue
        outcome = buckets.take(ALICE, cost)
        assert outcome.is_allowed == (cost <= left)
        left -= cost if outcome.is_allowed else 0
        assert outcome.remaining == left // 1


async def test_budget_of_one_process_spends_from_its_buckets(buckets: LocalBuckets) -> None:
    budget = LocalBudget(buckets)
    assert (await budget.take(ALICE, 1_000)).is_allowed
    assert not (await budget.take(ALICE, 1)).is_allowed
    budget.give_back(ALICE, 1)
    assert (await budget.take(ALICE, 1)).is_allowed
    await budget.close()
