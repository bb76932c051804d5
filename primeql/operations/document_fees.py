"""Charges the documents of a request: a fee to read a new one, and a fee for its errors."""

import math
from collections.abc import Awaitable, Callable
from typing import Final

from execution.executor import Outcome, Phase

# A new document costs this many points to parse and validate, and one for each
# CHARACTERS_PER_POINT characters.
READ_POINTS: Final = 5
CHARACTERS_PER_POINT: Final = 40
# Free points in each request: enough for one document of 200 characters.
FREE_POINTS: Final = 10.0
# The points for each error of a document; most are for finding names similar to a misspelt one.
ERROR_POINTS: Final = 5
# The points for all errors of a document are bounded by its length: one for this many characters.
CHARACTERS_PER_ERROR_POINT: Final = 4
# Validation stops at a hundred errors.
MOST_REFUSED_POINTS: Final = 500
# A first document of up to this length is read even if the bucket is empty, so that a client can
# always ask for its remaining points.
UNHELD_CHARACTERS: Final = 64
# An error of variables is cheap, because no similar names are searched.
VARIABLE_ERRORS_PER_POINT: Final = 4


def most_refused_points(length: int) -> int:
    """Return the most points for refusing a document of this many characters."""
    return min(MOST_REFUSED_POINTS, ERROR_POINTS + length // CHARACTERS_PER_ERROR_POINT)


def refused_points(outcome: Outcome, length: int) -> int:
    """Return the points for an operation that was refused before it ran.

    Args:
        outcome: The outcome of the operation.
        length: The characters of its document.
    """
    errors = len(outcome.errors)
    if outcome.phase is Phase.VARIABLES:
        return math.ceil(errors / VARIABLE_ERRORS_PER_POINT)
    return min(ERROR_POINTS * errors, most_refused_points(length))


class DocumentFees:
    """Charges points for the documents of one request.

    Args:
        pay: Charges the client; raises a RequestError if it does not have the points.
        give_back: Refunds points; charges them unconditionally if negative.
        bucket: The size of the client's bucket.
    """

    def __init__(
        self,
        pay: Callable[[int], Awaitable[None]],
        give_back: Callable[[int], None],
        bucket: int,
    ) -> None:
        self._pay = pay
        self._give_back = give_back
        # At most a quarter of the bucket is held, so that clients with a small bucket can ask too.
        self._most_held = bucket // 4
        self._free = FREE_POINTS
        self._held = 0

    async def begin(self, length: int) -> None:
        """Charge for reading a new document, and hold the points that refusing it may cost.

        Raises:
            RequestError: The client does not have these points.
        """
        price = READ_POINTS + length / CHARACTERS_PER_POINT
        free = min(self._free, price)
        is_short = free == price and length <= UNHELD_CHARACTERS
        held = 0 if is_short else min(most_refused_points(length), self._most_held)
        await self._pay(math.ceil(price - free) + held)
        self._free -= free
        self._held = held

    def end(self, points: int) -> None:
        """Charge ``points`` for refusing an operation (0 if it can run); refund the rest held."""
        if self._held != points:
            self._give_back(self._held - points)
        self._held = 0
