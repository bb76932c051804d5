"""Limits the share of the memory for registered documents that each client may fill."""

from collections import Counter, OrderedDict
from typing import Final

# One client may fill an eighth of the memory.
PARTS: Final = 8


class RegistrationShares:
    """Records which client registered each document, and which to remove for a new one.

    A document that several clients have registered counts for none of them, so no client can have
    another client's documents removed. Records are kept for at most ``max_bytes`` of documents;
    older documents have no known owner.

    Args:
        max_bytes: The memory for all registered documents.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._sizes: dict[str, OrderedDict[str, int]] = {}
        self._totals: Counter[str] = Counter()
        self._bytes = 0

    def register(self, client_id: str, identifier: str, size: int) -> list[str]:
        """Record a document of a client; return the identifiers of the documents to remove for it.

        Args:
            client_id: The client that registers the document.
            identifier: The identifier of the document.
            size: The bytes of the document.
        """
        owner = self._owners.get(identifier)
        if owner is not None:
            self._forget(identifier)
            if owner != client_id:
                return []
        self._owners[identifier] = client_id
        own = self._sizes.setdefault(client_id, OrderedDict())
        own[identifier] = size
        self._totals[client_id] += size
        self._bytes += size
        gone = []
        while self._totals[client_id] > self._max_bytes // PARTS and len(own) > 1:
            oldest = next(iter(own))
            self._forget(oldest)
            gone.append(oldest)
        while self._bytes > self._max_bytes and self._owners:
            self._forget(next(iter(self._owners)))
        return gone

    def _forget(self, identifier: str) -> None:
        """Remove the record of a document."""
        owner = self._owners.pop(identifier)
        own = self._sizes[owner]
        size = own.pop(identifier)
        self._totals[owner] -= size
        self._bytes -= size
        if not own:
            del self._sizes[owner], self._totals[owner]
