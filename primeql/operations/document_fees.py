"""What the documents of one request cost their client: to be read if new, and to be refused."""

import math
from collections.abc import Awaitable, Callable
from typing import Final

from execution.executor import Outcome, Phase

# A new document takes so many points to be parsed and validated, and one for each characters.
READ_POINTS: Final = 5
CHARACTERS_PER_POINT: Final = 40
# For nothing in each request, whatever it holds: one document of 200 characters.
FREE_POINTS: Final = 10.0
# Each error of an invalid document; most of it is the search for names like a misspelt one.
ERROR_POINTS: Final = 5
# What all errors of a document take is bounded by its length: they need text to stand in.
CHARACTERS_PER_ERROR_POINT: Final = 4
# Validation stops at a hundred errors.
MOST_REFUSED_POINTS: Final = 500
# A first document so short is read for an empty bucket too: it may ask what is left.
UNHELD_CHARACTERS: Final = 64
# Errors of variables name no likely values, which makes them cheap.
VARIABLE_ERRORS_PER_POINT: Final = 4


def most_refused_points(length: int) -> int:
    """Return what refusing a document of so many characters may cost."""
    return min(MOST_REFUSED_POINTS, ERROR_POINTS + length // CHARACTERS_PER_ERROR_POINT)


def refused_points(outcome: Outcome, length: int) -> int:
    """Return what it costs that an operation was refused before it ran.

    Args:
        outcome: Of the operation.
        length: Characters of its document.
    """
    errors = len(outcome.errors)
    if outcome.phase is Phase.VARIABLES:
        return math.ceil(errors / VARIABLE_ERRORS_PER_POINT)
    return min(ERROR_POINTS * errors, most_refused_points(length))


class DocumentFees:
    """Takes points for the documents of one request.

    Args:
        pay: Takes points from the client; raises a RequestError if it does not have them.
        give_back: Returns points to the client; takes them in any case if negative.
        bucket: Points that the client can have.
    """

    def __init__(
        self,
        pay: Callable[[int], Awaitable[None]],
        give_back: Callable[[int], None],
        bucket: int,
    ) -> None:
        self._pay = pay
        self._give_back = give_back
        # No more than a quarter of the bucket is held, or a small one would never do.
        self._most_held = bucket // 4
        self._free = FREE_POINTS
        self._held = 0

    async def begin(self, length: int) -> None:
        """Pay for a new document before it is read, and hold what refusing it may cost.

        Raises:
            RequestError: The client does not have so many points.
        """
        price = READ_POINTS + length / CHARACTERS_PER_POINT
        free = min(self._free, price)
        is_short = free == price and length <= UNHELD_CHARACTERS
        held = 0 if is_short else min(most_refused_points(length), self._most_held)
        await self._pay(math.ceil(price - free) + held)
        self._free -= free
        self._held = held

    def end(self, points: int) -> None:
        """Take what refusing an operation has cost, 0 if it can run; give back the rest held."""
        if self._held != points:
            self._give_back(self._held - points)
        self._held = 0
