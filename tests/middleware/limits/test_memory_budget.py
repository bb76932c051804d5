"""The memory of responses being made: what fits together, and what never fits."""

import pytest

from middleware.limits.memory_budget import (
    SMALL_BYTES,
    AnswerTooLargeError,
    ClientMemoryError,
    HeldMemory,
    MemoryBudget,
)
from resolvers.errors import OverloadedError

MEBIBYTE = 1 << 20
ALICE, BOB, CAROL = "ip:192.0.2.1", "ip:192.0.2.2", "ip:192.0.2.3"


def taken(budget: MemoryBudget, size: float, client_id: str) -> HeldMemory:
    """Return what holds memory of a client."""
    holder = budget.holder()
    holder.take(size, client_id)
    return holder


def test_what_does_not_fit_beside_others_is_refused_until_they_are_done() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    first = taken(budget, 4 * MEBIBYTE, ALICE)
    with pytest.raises(OverloadedError):
        taken(budget, 3 * MEBIBYTE, BOB)
    second = taken(budget, 2 * MEBIBYTE, BOB)
    assert budget.held_bytes == 6 * MEBIBYTE
    first.let_go()
    first.take(3 * MEBIBYTE, ALICE)
    first.let_go()
    second.let_go()
    second.let_go()
    assert (budget.held_bytes, len(budget)) == (0, 0)


def test_large_answers_leave_room_for_small_ones() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    for client_id in (ALICE, BOB):
        taken(budget, 3 * MEBIBYTE, client_id)
    for _ in range(2 * MEBIBYTE // SMALL_BYTES):
        taken(budget, SMALL_BYTES, ALICE)
    with pytest.raises(OverloadedError):
        taken(budget, SMALL_BYTES, ALICE)


def test_one_client_leaves_room_for_others() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    first = [taken(budget, MEBIBYTE, ALICE) for _ in range(4)]
    with pytest.raises(ClientMemoryError, match="may take 4 MiB"):
        taken(budget, MEBIBYTE, ALICE)
    taken(budget, SMALL_BYTES, ALICE)
    taken(budget, MEBIBYTE, BOB)
    first[0].lessen(MEBIBYTE // 2)
    taken(budget, MEBIBYTE // 2, ALICE)
    with pytest.raises(ClientMemoryError):
        taken(budget, MEBIBYTE // 2, ALICE)
    first[1].let_go()
    taken(budget, MEBIBYTE, ALICE)


@pytest.mark.parametrize(("share", "most"), [(0.5, 4), (0.25, 2), (1.0, 6)])
def test_what_can_never_fit_says_so(share: float, most: int) -> None:
    budget = MemoryBudget(8 * MEBIBYTE, share)
    with pytest.raises(AnswerTooLargeError, match=rf"7 MiB .* may take {most} MiB"):
        taken(budget, 7 * MEBIBYTE, ALICE)
    taken(budget, most * MEBIBYTE, ALICE)


def test_holder_can_hold_less_and_never_more() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    holder = taken(budget, 4 * MEBIBYTE, ALICE)
    holder.lessen(MEBIBYTE)
    assert budget.held_bytes == MEBIBYTE
    holder.lessen(2 * MEBIBYTE)
    assert budget.held_bytes == MEBIBYTE
    holder.let_go()
    assert budget.held_bytes == 0


def test_holder_can_hold_a_share_and_what_is_being_sent() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    holder = taken(budget, 4 * MEBIBYTE, ALICE)
    for share, held in [(1.0, 4.0), (0.5, 2.0), (0.75, 2.0), (0.25, 1.0), (0.0, 0.0)]:
        holder.lessen_to_share(share)
        assert budget.held_bytes == min(4 * MEBIBYTE, held * MEBIBYTE + SMALL_BYTES)
