"""Limits the memory of all answers in progress, and of the answers to one client."""

import math

from resolvers.errors import OverloadedError

# Larger answers may use three quarters of the memory only. So answers up to this size still find
# room when large ones have filled their part.
SMALL_BYTES = 65_536
LARGE_SHARE = 0.75
_MEBIBYTE = 1 << 20


class AnswerTooLargeError(Exception):
    """The answer would not fit even alone; the message is safe to show."""


class ClientMemoryError(Exception):
    """The answer does not fit beside other answers to its client; the message is safe to show."""


class MemoryBudget:
    """The memory that the responses in progress share, by their predicted sizes.

    Args:
        max_bytes: The memory for all responses in progress.
        client_share: The share that the responses to one client may take; above 0, at most 1.
    """

    def __init__(self, max_bytes: int, client_share: float = 0.5) -> None:
        self._max_bytes = max_bytes
        self._share = math.floor(max_bytes * LARGE_SHARE)
        self._client_share = min(self._share, math.floor(max_bytes * client_share))
        self._of_clients: dict[str, int] = {}
        self.held_bytes = 0

    def __len__(self) -> int:
        """Return how many clients hold memory for large answers."""
        return len(self._of_clients)

    def holder(self) -> "HeldMemory":
        """Return an object that will hold the memory of one request."""
        return HeldMemory(self)

    def take_small(self, size: int) -> None:
        """Take at most ``SMALL_BYTES``; the caller gives them back.

        Raises:
            OverloadedError: The memory is not free now.
        """
        self._take(size, self._max_bytes)

    def take_large(self, size: int, client_id: str) -> None:
        """Take memory for an answer to a client; the caller gives it back.

        Raises:
            AnswerTooLargeError: The answer could never fit.
            ClientMemoryError: It does not fit until the client has read other answers.
            OverloadedError: The memory is not free now.
        """
        most = self._client_share
        if size > most:
            raise AnswerTooLargeError(
                f"this answer is predicted to take {size // _MEBIBYTE:,} MiB of memory while it is"
                f" made; a request may take {most // _MEBIBYTE:,} MiB: ask for fewer entries"
            )
        total = self._of_clients.get(client_id, 0) + size
        if total > most:
            raise ClientMemoryError(
                f"the answers to one client may take {most // _MEBIBYTE:,} MiB of memory until it"
                " has read them; read the running answers first"
            )
        self._take(size, self._share)
        self._of_clients[client_id] = total

    def give_back(self, size: int, client_id: str | None) -> None:
        """Give back memory; ``client_id`` is None for a small answer."""
        self.held_bytes -= size
        if client_id is not None:
            left = self._of_clients[client_id] - size
            if left:
                self._of_clients[client_id] = left
            else:
                del self._of_clients[client_id]

    def _take(self, size: int, most: int) -> None:
        """Take memory if all memory in use is then at most ``most``."""
        if self.held_bytes + size > most:
            raise OverloadedError("the memory for answers is in use; try again in a moment")
        self.held_bytes += size


class HeldMemory:
    """The memory that one request holds of a budget."""

    __slots__ = ("_budget", "_client_id", "_size", "_taken")

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self._client_id: str | None = None
        self._size = self._taken = 0

    def take(self, predicted_bytes: float, client_id: str) -> None:
        """Take this much memory, once; raises as ``MemoryBudget``."""
        size = math.ceil(predicted_bytes)
        if size <= SMALL_BYTES:
            self._budget.take_small(size)
        else:
            self._budget.take_large(size, client_id)
            self._client_id = client_id
        self._size = self._taken = size

    def lessen(self, size: int) -> None:
        """Give back the memory above this size."""
        if size < self._size:
            self._budget.give_back(self._size - size, self._client_id)
            self._size = size

    def lessen_to_share(self, share: float) -> None:
        """Give back all but a share of the memory, and the piece that is being sent."""
        self.lessen(math.ceil(self._taken * share) + SMALL_BYTES)

    def let_go(self) -> None:
        """Give back all memory."""
        if self._size:
            self._budget.give_back(self._size, self._client_id)
            self._size = 0
