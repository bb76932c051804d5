"""Coroutines that are begun before anybody waits for them."""

import asyncio
import gc
import weakref
from collections.abc import Awaitable, Callable

import pytest

from primeql.server.eager_start import EagerTask


async def _steps(*waits: "asyncio.Future[int]") -> list[int]:
    """Return what each of these comes to, one after the other."""
    return [await wait for wait in waits]


def _future() -> "asyncio.Future[int]":
    return asyncio.get_running_loop().create_future()


def test_what_does_not_wait_is_over_at_once() -> None:
    begun = EagerTask(_steps())
    assert begun.is_over
    assert begun.result == []


async def test_what_is_over_can_be_awaited() -> None:
    assert await EagerTask(_steps()) == []


async def test_waits_are_taken_one_after_the_other() -> None:
    first, second = _future(), _future()
    begun = EagerTask(_steps(first, second))
    assert not begun.is_over
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, first.set_result, 1)
    loop.call_later(0.02, second.set_result, 2)
    assert await begun == [1, 2]


async def test_exceptions_come_through_before_and_after_a_wait() -> None:
    async def fail(wait: "asyncio.Future[int] | None") -> None:
        if wait is not None:
            await wait
        raise KeyError("as it is")

    with pytest.raises(KeyError, match="as it is"):
        EagerTask(fail(None))
    wait = _future()
    begun = EagerTask(fail(wait))
    wait.set_result(0)
    with pytest.raises(KeyError, match="as it is"):
        await begun


async def test_an_exception_of_what_it_waits_for_reaches_the_coroutine() -> None:
    async def patient(wait: "asyncio.Future[int]") -> str:
        try:
            await wait
        except ValueError as error:
            await asyncio.sleep(0)
            return str(error)
        raise AssertionError

    wait = _future()
    begun = EagerTask(patient(wait))
    wait.set_exception(ValueError("told"))
    assert await begun == "told"


async def test_cancelling_reaches_the_coroutine() -> None:
    seen: list[str] = []

    async def stubborn() -> str:
        try:
            await _future()
        except asyncio.CancelledError:
            seen.append("cancelled")
            await asyncio.sleep(0)
            return "ended well"
        raise AssertionError

    async def outer() -> str:
        return await EagerTask(stubborn())

    task = asyncio.create_task(outer())
    await asyncio.sleep(0)
    task.cancel()
    assert await task == "ended well"
    assert seen == ["cancelled"]


async def _one(event: asyncio.Event) -> None:
    await event.wait()


async def _gathered(event: asyncio.Event) -> None:
    await asyncio.gather(event.wait(), asyncio.sleep(0))


@pytest.mark.parametrize("waits", [_one, _gathered])
async def test_what_is_cancelled_leaves_nothing_to_the_collector(
    waits: Callable[[asyncio.Event], Awaitable[None]],
) -> None:
    kept: list[weakref.ref[asyncio.Event]] = []

    async def patient() -> None:
        event = asyncio.Event()
        kept.append(weakref.ref(event))
        await waits(event)

    async def outer() -> None:
        await EagerTask(patient())

    gc.disable()
    try:
        task = asyncio.create_task(outer())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        del task
        await asyncio.sleep(0)
        assert kept[0]() is None
    finally:
        gc.enable()
