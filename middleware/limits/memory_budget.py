"""How much memory the answers under way may take together, and those of each client."""

import math

from resolvers.errors import OverloadedError

# Answers up to this size may use the quarter that larger ones leave: light requests of everybody
# are still taken when large ones have filled their part.
SMALL_BYTES = 65_536
LARGE_SHARE = 0.75
_MEBIBYTE = 1 << 20


class AnswerTooLargeError(Exception):
    """An answer that would not fit even if it were the only one; the message is safe to show."""


class ClientMemoryError(Exception):
    """An answer that does not fit beside others of its client; the message is safe to show."""


class MemoryBudget:
    """Lets requests run while what their responses are predicted to take fits together.

    Args:
        max_bytes: For all responses being made.
        client_share: What those of one client may take of it, above 0 and at most 1.
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
        """Return what will hold the memory of one request."""
        return HeldMemory(self)

    def take_small(self, size: int) -> None:
        """Take at most ``SMALL_BYTES``, to be given back.

        Raises:
            OverloadedError: It cannot be had now.
        """
        self._take(size, self._max_bytes)

    def take_large(self, size: int, client_id: str) -> None:
        """Take memory for an answer to a client, to be given back.

        Raises:
            AnswerTooLargeError: It can never be had.
            ClientMemoryError: It cannot be had before other answers to the client have been read.
            OverloadedError: It cannot be had now.
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
                " has read them; read those under way first"
            )
        self._take(size, self._share)
        self._of_clients[client_id] = total

    def give_back(self, size: int, client_id: str | None) -> None:
        """Give back what was taken, by which client if it was for a large answer."""
        self.held_bytes -= size
        if client_id is not None:
            left = self._of_clients[client_id] - size
            if left:
                self._of_clients[client_id] = left
            else:
                del self._of_clients[client_id]

    def _take(self, size: int, most: int) -> None:
        """Take memory as long as all that is held is no more than ``most``."""
        if self.held_bytes + size > most:
            raise OverloadedError("the memory for answers is in use; try again in a moment")
        self.held_bytes += size


class HeldMemory:
    """What one request holds of a budget."""

    __slots__ = ("_budget", "_client_id", "_size", "_taken")

    def __init__(self, budget: MemoryBudget) -> None:
        self._budget = budget
        self._client_id: str | None = None
        self._size = self._taken = 0

    def take(self, predicted_bytes: float, client_id: str) -> None:
        """Hold this much, once; errors as those of ``MemoryBudget``."""
        size = math.ceil(predicted_bytes)
        if size <= SMALL_BYTES:
            self._budget.take_small(size)
        else:
            self._budget.take_large(size, client_id)
            self._client_id = client_id
        self._size = self._taken = size

    def lessen(self, size: int) -> None:
        """Hold no more than this from now on."""
        if size < self._size:
            self._budget.give_back(self._size - size, self._client_id)
            self._size = size

    def lessen_to_share(self, share: float) -> None:
        """Hold no more than a share of what was taken, and what is just being sent."""
        self.lessen(math.ceil(self._taken * share) + SMALL_BYTES)

    def let_go(self) -> None:
        """Hold nothing from now on."""
        if self._size:
            self._budget.give_back(self._size, self._client_id)
            self._size = 0
