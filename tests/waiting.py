"""Waiting for what another task, thread or process brings about.

The bound is far above what anything here takes: only a hang reaches it, on a busy machine too.
"""

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

WAIT_SECONDS = 60.0
# Of a program that is run to its end; the bound of a test is above it.
PROCESS_SECONDS = 240.0
_PAUSE_SECONDS = 0.01


def wait_until(holds: Callable[[], Found], what: Callable[[], object] | str) -> Found:
    """Return what a condition returns once it is true; fail if that takes too long.

    Args:
        holds: The condition.
        what: What is waited for, or a function that returns it: part of the message of a failure.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := holds()):
        _check(deadline, what)
        time.sleep(_PAUSE_SECONDS)
    return found


async def until(holds: Callable[[], object], what: Callable[[], object] | str) -> None:
    """Return once a condition is true, while other tasks run; fail if that takes too long.

    Args:
        holds: The condition, or a function that returns an awaitable of it.
        what: As for ``wait_until``.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        _check(deadline, what)
        await asyncio.sleep(_PAUSE_SECONDS / 10)


def _check(deadline: float, what: Callable[[], object] | str) -> None:
    """Fail if the deadline has passed."""
    if time.monotonic() > deadline:
        raise AssertionError(
            f"not within {WAIT_SECONDS:.0f} s: {what() if callable(what) else what}"
        )
