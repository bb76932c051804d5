"""Documents made ready once: parsed, validated, and kept while they fit."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Generic, NamedTuple, TypeVar

from graphql import DocumentNode

from execution.documents.prepared_documents import KEPT_PLANS
from execution.limits.document_tokens import count_tokens
from execution.limits.expansion import Expansion
from execution.plans.planning import conditions_of

T = TypeVar("T")

# What is held, measured by tracemalloc over the shapes of tests/primeql/test_kept_documents.py.
# What each token of a document takes parsed, and each character of its text.
BYTES_PER_TOKEN = 330
BYTES_PER_CHARACTER = 4
# What a number takes beyond its token: cut out of the text, twice in pieces of it.
BYTES_PER_NUMBER = 250
# What a field takes planned and priced, fragments expanded, once for each outcome of conditions.
BYTES_PER_PARENT = 450
BYTES_PER_LEAF = 500
# What arguments of a field without a selection set take beyond that.
BYTES_PER_ASKING_LEAF = 200
# What a document of no length takes: parsed, and planned.
BYTES_PER_DOCUMENT = 2_000
BYTES_PER_PLANNED_DOCUMENT = 5_000
# What the errors of an invalid document take at most: of any, and for each character of its text.
BYTES_PER_REFUSED_DOCUMENT = 4_000
BYTES_PER_REFUSED_CHARACTER = 500
# What a number takes of a text that shares a document: its value, its variable, its shift.
BYTES_PER_SHARED_NUMBER = 200


class ReadDocument(NamedTuple):
    """A valid document within its limits, and what it comes to with its fragments expanded."""

    document: DocumentNode
    expansion: Expansion


class DocumentCache(Generic[T]):
    """What was made of texts; the one unused for longest goes when memory is short.

    Args:
        max_bytes: Memory that the documents may take, by estimate.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._documents: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()

    def find(self, text: Hashable) -> T | None:
        """Return what was made of ``text`` if it is kept. Cost: 0.3 us."""
        found = self._documents.get(text)
        if found is None:
            return None
        self._documents.move_to_end(text)
        return found[0]

    def peek(self, text: Hashable) -> T | None:
        """Return the same without taking it for used; from any thread."""
        found = self._documents.get(text)
        return None if found is None else found[0]

    def size_of(self, text: Hashable) -> int:
        """Return the bytes that what was made of ``text`` takes, 0 if it is not kept."""
        found = self._documents.get(text)
        return 0 if found is None else found[1]

    def keep(self, text: Hashable, document: T, size: int) -> None:
        """Keep a document of so many bytes if it fits, and let go of others until all do."""
        self.forget(text)
        if size > self._max_bytes:
            return
        self._documents[text] = (document, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            _, (_, freed) = self._documents.popitem(last=False)
            self._bytes -= freed

    def forget(self, text: Hashable) -> None:
        """Let go of what was made of ``text``, if it is kept."""
        found = self._documents.pop(text, None)
        if found is not None:
            self._bytes -= found[1]


def parsed_size(text: str, numbers: int) -> int:
    """Return about how many bytes a parsed document takes.

    Args:
        text: Of the document.
        numbers: How many are cut out of it.

    Cost: 80 ns a token.
    """
    return (
        BYTES_PER_DOCUMENT
        + BYTES_PER_TOKEN * count_tokens(text).tokens
        + BYTES_PER_CHARACTER * len(text)
        + BYTES_PER_NUMBER * numbers
    )


def planned_size(read: ReadDocument) -> int:
    """Return about how many bytes a document takes beyond that, planned and priced.

    All of its operations are taken for planned, for as many outcomes of their conditions as are
    kept.
    """
    conditions = conditions_of(read.document).variables
    plans = min(KEPT_PLANS, 1 << min(len(conditions), KEPT_PLANS))
    expansion = read.expansion
    plan = (
        BYTES_PER_PARENT * expansion.parents
        + BYTES_PER_LEAF * (expansion.fields - expansion.parents)
        + BYTES_PER_ASKING_LEAF * expansion.asking
    )
    return BYTES_PER_PLANNED_DOCUMENT + plan * plans


def sharing_size(text: str, numbers: Sequence[str]) -> int:
    """Return about how many bytes a text takes that shares the document of others."""
    return 1_000 + BYTES_PER_CHARACTER * len(text) + BYTES_PER_SHARED_NUMBER * len(numbers)


def refused_size(text: str) -> int:
    """Return about how many bytes the errors of an invalid document of this text take."""
    return BYTES_PER_REFUSED_DOCUMENT + BYTES_PER_REFUSED_CHARACTER * len(text)
