"""How much memory the answers under way may take together."""

import math

from resolvers.errors import OverloadedError

# Answers up to this size may use the quarter that larger ones leave: light requests of everybody
# are still taken when large ones have filled their part.
SMALL_BYTES = 65_536
LARGE_SHARE = 0.75
_MEBIBYTE = 1 << 20


class AnswerTooLargeError(Exception):
    """An answer that would not fit even if it were the only one; the message is safe to show."""


class MemoryBudget:
    """Lets requests run while what their responses are predicted to take fits together.

    Args:
        max_bytes: For all responses being made.
    """

    def __init__(self, max_bytes: int) -> None:
        """Begin with no response being made."""
        self._max_bytes = max_bytes
        self._share = math.floor(max_bytes * LARGE_SHARE)
        self.held_bytes = 0

    def holder(self) -> "HeldMemory":
        """Return what will hold the memory of one request."""
        return HeldMemory(self)

    def take(self, size: int) -> None:
        """Take memory, to be given back.

        Raises:
            AnswerTooLargeError: It can never be had.
            OverloadedError: It can not be had now.
        """
        share = self._share
        if size > share:
            raise AnswerTooLargeError(
                f"this answer is predicted to take {size // _MEBIBYTE:,} MiB of memory while it is"
                f" made; a request may take {share // _MEBIBYTE:,} MiB: ask for fewer entries"
            )
        if self.held_bytes + size > (share if size > SMALL_BYTES else self._max_bytes):
            raise OverloadedError("the memory for answers is in use; try again in a moment")
        self.held_bytes += size

    def give_back(self, size: int) -> None:
        """Give back what was taken."""
        self.held_bytes -= size


class HeldMemory:
    """What one request holds of a budget."""

    __slots__ = ("_budget", "_size")

    def __init__(self, budget: MemoryBudget) -> None:
        """Hold nothing."""
        self._budget = budget
        self._size = 0

    def take(self, predicted_bytes: float) -> None:
        """Hold this much, once; errors as ``MemoryBudget.take``."""
        size = math.ceil(predicted_bytes)
        self._budget.take(size)
        self._size = size

    def lessen(self, size: int) -> None:
        """Hold no more than this from now on."""
        if size < self._size:
            self._budget.give_back(self._size - size)
            self._size = size

    def let_go(self) -> None:
        """Hold nothing from now on."""
        self._budget.give_back(self._size)
        self._size = 0
