"""The memory of responses being made: what fits together, and what never fits."""

import pytest

from middleware.memory_budget import SMALL_BYTES, AnswerTooLargeError, MemoryBudget
from resolvers.errors import OverloadedError

MEBIBYTE = 1 << 20


def test_what_does_not_fit_beside_others_is_refused_until_they_are_done() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    first, second = budget.holder(), budget.holder()
    first.take(4 * MEBIBYTE)
    with pytest.raises(OverloadedError):
        second.take(3 * MEBIBYTE)
    second.take(2 * MEBIBYTE)
    assert budget.held_bytes == 6 * MEBIBYTE
    first.let_go()
    first.take(3 * MEBIBYTE)
    first.let_go()
    second.let_go()
    second.let_go()
    assert budget.held_bytes == 0


def test_large_answers_leave_room_for_small_ones() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    budget.holder().take(6 * MEBIBYTE)
    for _ in range(2 * MEBIBYTE // SMALL_BYTES):
        budget.holder().take(SMALL_BYTES)
    with pytest.raises(OverloadedError):
        budget.holder().take(SMALL_BYTES)


def test_what_can_never_fit_says_so() -> None:
    with pytest.raises(AnswerTooLargeError, match=r"7 MiB .* may take 6 MiB"):
        MemoryBudget(8 * MEBIBYTE).holder().take(7 * MEBIBYTE)


def test_holder_can_hold_less_and_never_more() -> None:
    budget = MemoryBudget(8 * MEBIBYTE)
    holder = budget.holder()
    holder.take(4 * MEBIBYTE)
    holder.lessen(MEBIBYTE)
    assert budget.held_bytes == MEBIBYTE
    holder.lessen(2 * MEBIBYTE)
    assert budget.held_bytes == MEBIBYTE
    holder.let_go()
    assert budget.held_bytes == 0
