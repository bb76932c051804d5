"""How much of the memory for registered documents each client may fill."""

from collections import Counter, OrderedDict
from typing import Final

# The eighth part for one client: seven others can fill no more than their own parts either.
PARTS: Final = 8


class RegistrationShares:
    """Knows which client has registered which documents, and which must go for a new one.

    A document that several clients have registered counts for none of them, so that nobody can make
    room at the expense of others. At most as many bytes are known as documents may take: of older
    documents nobody is known to be the owner.

    Args:
        max_bytes: Of all documents.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._owners: OrderedDict[str, str] = OrderedDict()
        self._sizes: dict[str, OrderedDict[str, int]] = {}
        self._totals: Counter[str] = Counter()
        self._bytes = 0

    def register(self, client_id: str, identifier: str, size: int) -> list[str]:
        """Note a document of a client; return the identifiers of those that must go for it.

        Args:
            client_id: Who registers.
            identifier: Of the document.
            size: Bytes that it takes.
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
        """Know no owner of a document."""
        owner = self._owners.pop(identifier)
        own = self._sizes[owner]
        size = own.pop(identifier)
        self._totals[owner] -= size
        self._bytes -= size
        if not own:
            del self._sizes[owner], self._totals[owner]
