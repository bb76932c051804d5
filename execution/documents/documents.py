"""Documents made ready once: parsed, validated, and kept while they fit."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Generic, TypeVar

from graphql import DocumentNode

from execution.documents.prepared_documents import KEPT_PLANS
from execution.limits.document_tokens import count_tokens
from execution.limits.expansion import expand
from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import read_definitions
from execution.plans.planning import condition_variables

T = TypeVar("T")

# What each token of a document takes parsed, and each character of its text.
BYTES_PER_TOKEN = 300
BYTES_PER_CHARACTER = 4
# What each field takes planned and priced, fragments expanded, once for each outcome of conditions.
BYTES_PER_FIELD = 1_150
# What the errors of an invalid document take for each character of its text, at most.
BYTES_PER_REFUSED_CHARACTER = 500
# What a document of no length takes.
BYTES_PER_DOCUMENT = 4_000
# What a number takes of a text that shares a document: its value, its variable, its shift.
BYTES_PER_SHARED_NUMBER = 200


class DocumentCache(Generic[T]):
    """What was made of texts; the one unused for longest goes when memory is short.

    Args:
        max_bytes: Memory that the documents may take, by estimate.
    """

    def __init__(self, max_bytes: int) -> None:
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


def document_size(text: str, document: DocumentNode) -> int:
    """Return about how many bytes a parsed document of this text takes, planned and priced.

    All of its operations are taken for planned, for as many outcomes of their conditions as are
    kept.

    Cost: 80 ns a token, 4 us a field.
    """
    tokens = count_tokens(text).tokens
    fields = expand(FragmentGraph(read_definitions(document))).fields
    conditions = condition_variables(document) or ()
    plans = min(KEPT_PLANS, 1 << min(len(conditions), KEPT_PLANS))
    return (
        BYTES_PER_DOCUMENT
        + BYTES_PER_TOKEN * tokens
        + BYTES_PER_CHARACTER * len(text)
        + BYTES_PER_FIELD * fields * plans
    )


def sharing_size(text: str, numbers: Sequence[str]) -> int:
    """Return about how many bytes a text takes that shares the document of others."""
    return 1_000 + BYTES_PER_CHARACTER * len(text) + BYTES_PER_SHARED_NUMBER * len(numbers)


def refused_size(text: str) -> int:
    """Return about how many bytes the errors of an invalid document of this text take."""
    return BYTES_PER_DOCUMENT + BYTES_PER_REFUSED_CHARACTER * len(text)
