"""Documents made ready once: parsed, validated, and kept while they fit."""

from collections import OrderedDict
from typing import Generic, TypeVar

from execution.document_tokens import count_tokens

T = TypeVar("T")

# What a document takes with its plan and price (measured: for each token, 540 for aliases, 573 for
# spreads of fragments, 403 for lists of short values, 375 for wide selections; for each character
# of long strings 3 besides).
BYTES_PER_TOKEN = 530
BYTES_PER_CHARACTER = 4
# What the errors of an invalid document take for each character of its text, at most.
BYTES_PER_REFUSED_CHARACTER = 200
# What a document of no length takes.
BYTES_PER_DOCUMENT = 2_000


class DocumentCache(Generic[T]):
    """What was made of texts; the one unused for longest goes when memory is short.

    Args:
        max_bytes: Memory that the documents may take, by estimate.
    """

    def __init__(self, max_bytes: int) -> None:
        """Start empty."""
        self._max_bytes = max_bytes
        self._bytes = 0
        self._documents: OrderedDict[str, tuple[T, int]] = OrderedDict()

    def find(self, text: str) -> T | None:
        """Return what was made of ``text`` if it is kept. Cost: 0.3 us."""
        found = self._documents.get(text)
        if found is None:
            return None
        self._documents.move_to_end(text)
        return found[0]

    def peek(self, text: str) -> T | None:
        """Return the same without taking it for used; from any thread."""
        found = self._documents.get(text)
        return None if found is None else found[0]

    def size_of(self, text: str) -> int:
        """Return the bytes that what was made of ``text`` takes, 0 if it is not kept."""
        found = self._documents.get(text)
        return 0 if found is None else found[1]

    def keep(self, text: str, document: T, size: int) -> None:
        """Keep a document of so many bytes if it fits, and let go of others until all do."""
        self.forget(text)
        if size > self._max_bytes:
            return
        self._documents[text] = (document, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            _, (_, freed) = self._documents.popitem(last=False)
            self._bytes -= freed

    def forget(self, text: str) -> None:
        """Let go of what was made of ``text``, if it is kept."""
        found = self._documents.pop(text, None)
        if found is not None:
            self._bytes -= found[1]


def document_size(text: str) -> int:
    """Return about how many bytes a parsed document of this text takes, planned and priced.

    Cost: 80 ns a token.
    """
    tokens = count_tokens(text).tokens
    return BYTES_PER_DOCUMENT + BYTES_PER_TOKEN * tokens + BYTES_PER_CHARACTER * len(text)


def refused_size(text: str) -> int:
    """Return about how many bytes the errors of an invalid document of this text take."""
    return BYTES_PER_DOCUMENT + BYTES_PER_REFUSED_CHARACTER * len(text)
