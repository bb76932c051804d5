"""Turns at a pool: between clients, between a client's requests, and who is refused."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.errors import OverloadedError
from resolvers.running.fair_pool import FairPool, Owner


async def queue_up(pool: FairPool[int], owners: Sequence[Owner]) -> list[asyncio.Task[int]]:
    """Return tasks that borrow in this order, all of which have begun to wait."""
    tasks = [asyncio.ensure_future(pool.borrow(owner, 1.0)) for owner in owners]
    await asyncio.sleep(0)
    return tasks


async def order_of(pool: FairPool[int], owners: Sequence[Owner]) -> list[Owner]:
    """Return the order in which these owners are served by a pool that has nothing at hand."""
    served: list[Owner] = []

    async def work(owner: Owner) -> None:
        thing = await pool.borrow(owner, 1.0)
        served.append(owner)
        pool.give_back(thing)

    first = await pool.borrow(Owner("first"), 1.0)
    tasks = [asyncio.ensure_future(work(owner)) for owner in owners]
    await asyncio.sleep(0)
    pool.give_back(first)
    await asyncio.gather(*tasks)
    return served


async def test_one_task_of_a_client_does_not_wait_for_a_thousand_of_another() -> None:
    greedy, modest = Owner("greedy", "1"), Owner("modest", "1")
    order = await order_of(FairPool([1], 2_000), [greedy] * 1_000 + [modest])
    assert order.index(modest) == 1


async def test_requests_of_one_client_have_turns() -> None:
    large, small = Owner("c", "large"), Owner("c", "small")
    order = await order_of(FairPool([1], 100), [large] * 5 + [small] * 2)
    assert order == [large, small, large, small, large, large, large]


async def test_clients_have_turns_whatever_number_of_requests_they_split_into() -> None:
    split = [Owner("split", str(number)) for number in range(4)]
    whole = [Owner("whole", "1")] * 2
    order = await order_of(FairPool([1], 100), [*split, *whole])
    assert [owner.client for owner in order] == [
        "split",
        "whole",
        "split",
        "whole",
        "split",
        "split",
    ]


async def test_full_pool_refuses_the_client_that_fills_it() -> None:
    pool = FairPool([1], 2)
    await pool.borrow(Owner("greedy"), 1.0)
    waiting = await queue_up(pool, [Owner("greedy")] * 2)
    with pytest.raises(OverloadedError, match="2 computations"):
        await pool.borrow(Owner("greedy"), 1.0)
    assert pool.refuses("greedy")
    assert not pool.refuses("modest")
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert (pool.waiting, pool.waiting_points) == (0, 0.0)


async def test_full_pool_takes_a_newcomer_for_the_last_of_the_heaviest() -> None:
    pool = FairPool([1], 2)
    thing = await pool.borrow(Owner("greedy"), 1.0)
    first, last = await queue_up(pool, [Owner("greedy")] * 2)
    (newcomer,) = await queue_up(pool, [Owner("modest")])
    with pytest.raises(OverloadedError):
        await last
    pool.give_back(thing)
    pool.give_back(await first)
    assert await newcomer == thing


async def test_full_pool_refuses_a_newcomer_where_nobody_has_more() -> None:
    pool = FairPool([1], 2)
    thing = await pool.borrow(Owner("first"), 1.0)
    waiting = await queue_up(pool, [Owner("a"), Owner("b")])
    assert pool.refuses("c")
    with pytest.raises(OverloadedError, match="2 computations"):
        await pool.borrow(Owner("c"), 1.0)
    pool.give_back(thing)
    pool.give_back(await waiting[0])
    assert await waiting[1] == thing


async def test_a_pool_without_a_queue_refuses_all_that_would_wait() -> None:
    pool = FairPool([1], 0)
    await pool.borrow(Owner("a"), 1.0)
    with pytest.raises(OverloadedError):
        await pool.borrow(Owner("b"), 1.0)


@given(clients=st.lists(st.sampled_from("abcd"), max_size=40), room=st.integers(0, 8))
async def test_nobody_loses_a_place_to_one_who_would_have_as_much(
    clients: list[str], room: int
) -> None:
    pool = FairPool([1], room)
    await pool.borrow(Owner("first"), 1.0)
    tasks = []
    for client in clients:
        before = {name: pool.waiting_for(name) for name in "abcd"}
        tasks += await queue_up(pool, [Owner(client)])
        for name, count in before.items():
            if pool.waiting_for(name) < count:
                assert count > before[client] + 1
    assert pool.waiting <= room
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_gives_up_leaves_no_trace() -> None:
    pool = FairPool([1], 10)
    thing = await pool.borrow(Owner("a"), 1.0)
    one, two = await queue_up(pool, [Owner("a"), Owner("b")])
    one.cancel()
    pool.give_back(thing)  # before the one that gives up has had a turn of the event loop
    assert await two == thing
    pool.give_back(thing)
    assert (pool.at_hand, pool.waiting) == (1, 0)


async def test_what_is_lent_to_one_who_has_just_given_up_is_lent_on() -> None:
    pool = FairPool([1], 10)
    thing = await pool.borrow(Owner("a"), 1.0)
    one, two = await queue_up(pool, [Owner("a"), Owner("b")])
    pool.give_back(thing)
    one.cancel()
    assert await two == thing
    await asyncio.wait([one])
    assert one.cancelled()


async def test_what_is_withdrawn_is_not_lent() -> None:
    pool = FairPool([1, 2], 10)
    assert pool.withdraw(1)
    assert not pool.withdraw(1)
    assert await pool.borrow(Owner(), 1.0) == 2


async def test_what_is_handed_over_has_the_turns_of_the_other_client() -> None:
    pool: FairPool[int] = FairPool([1], 100)
    greedy, popular, modest = Owner("greedy", "1"), Owner("greedy", "1"), Owner("modest", "1")
    served: list[str] = []

    async def work(name: str, owner: Owner) -> None:
        thing = await pool.borrow(owner, 1.0)
        served.append(name)
        pool.give_back(thing)

    first = await pool.borrow(Owner("first"), 1.0)
    names = [(str(number), greedy) for number in range(20)] + [("popular", popular)]
    tasks = [asyncio.ensure_future(work(*one)) for one in names]
    await asyncio.sleep(0)
    assert pool.waiting_for("greedy") == 21
    pool.hand_over(popular, modest)
    assert (pool.waiting_for("greedy"), pool.waiting_for("modest"), pool.waiting) == (20, 1, 21)
    assert pool.waiting_points == 21.0
    pool.give_back(first)
    await asyncio.gather(*tasks)
    assert served.index("popular") == 1
    assert (pool.waiting, pool.waiting_points, pool.at_hand) == (0, 0.0, 1)


async def test_one_handed_over_may_give_up_or_be_handed_over_again() -> None:
    pool: FairPool[int] = FairPool([1], 100)
    owners = [Owner(name, "1") for name in ("a", "b", "c")]
    first = await pool.borrow(Owner("first"), 1.0)
    (waiting,) = await queue_up(pool, [owners[0]])
    pool.hand_over(owners[0], owners[1])
    pool.hand_over(owners[0], owners[2])  # has nothing any more
    pool.hand_over(owners[1], owners[2])
    assert [pool.waiting_for(owner.client) for owner in owners] == [0, 0, 1]
    waiting.cancel()
    await asyncio.wait({waiting})
    assert pool.waiting == 0
    pool.give_back(first)
    assert pool.at_hand == 1
