"""Long loops on the event loop, with a turn for other requests now and then."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

# Errors between two turns of other requests: to locate one takes 17 to 60 us, to format it 10 us.
SLICE_ERRORS = 100


async def each_in_turns(make: Callable[[Item], Made], items: Iterable[Item]) -> list[Made]:
    """Return what is made of each item, others having a turn after every hundred.

    Cost: that of ``make`` for each; no turn at all for fewer than a hundred.
    """
    made: list[Made] = []
    for number, item in enumerate(items, start=1):
        made.append(make(item))
        if number % SLICE_ERRORS == 0:
            await asyncio.sleep(0)
    return made


def taken(items: list[Item]) -> Iterator[Item]:
    """Yield the items of a list, which ends empty, so that each can end when it has been used.

    To let go of 20,000 errors at once would hold up the event loop for 20 ms.
    """
    items.reverse()
    while items:
        yield items.pop()
