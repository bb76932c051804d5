"""Every document made ready, found again by its text, or by its text without numbers."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from graphql import DocumentNode

from execution.beginnings import Beginnings, field_ends, fields_begun
from execution.documents import DocumentCache, document_size, refused_size
from execution.literals import Cut, Shift, Template, cut, lift
from execution.prepared import PreparedDocument, Shared

Refusal = TypeVar("Refusal")

# A text that shares the document of another takes its own length, and its numbers.
_BYTES_PER_SHARED_CHARACTER = 6
# How long it is remembered that a text is refused, in what part of the memory.
REFUSED_SECONDS = 60.0
_REFUSED_SHARE = 16


@dataclass(frozen=True, slots=True)
class Ready(Generic[Refusal]):
    """What a text comes to.

    Attributes:
        prepared: Its document, or why there is none.
        lifted: The values of the variables that stand for numbers of the text.
        shift: Where positions of the document are in the text, if it was made of another.
        key: What all texts of the document have in common, if numbers were lifted.
    """

    prepared: PreparedDocument | Refusal
    lifted: Mapping[str, Any] = field(default_factory=dict)
    shift: Shift | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class _First:
    """The first text with a key, of which nothing was lifted yet."""

    text: Cut
    document: DocumentNode


class _Shared:
    """What the texts of one key share; no template if nothing could be lifted."""

    def __init__(self, template: Template | None, prepared: PreparedDocument | None) -> None:
        """Remember the parts."""
        self.template = template
        self.prepared = prepared

    def begun(self, parts: Cut) -> "_Shared | None":
        """Return what the texts of a key share that begins as this one, None if it does not."""
        if self.template is None or self.prepared is None:
            return None
        count = fields_begun(parts.key, self.template.text.key, self._ends)
        if not count:
            return None
        template = self.template.begun(parts, count)
        return _Shared(template, self.prepared.begun(template.document, count))

    @cached_property
    def _ends(self) -> Sequence[int]:
        """Where the root fields end in the key."""
        assert self.template is not None
        return field_ends(self.template.text, self.template.document)


@dataclass(frozen=True, slots=True)
class Made(Generic[Refusal]):
    """What was made of a text, what was learnt of keys, and the bytes of each by estimate."""

    size: int
    ready: Ready[Refusal]
    learnt: Mapping[str, _First | _Shared] = field(default_factory=dict)


class Library(Generic[Refusal]):
    """Documents made ready once.

    Args:
        read: Returns the valid document of a text, or why it is refused.
        shared: What all documents have in common.
        max_bytes: Memory for documents, by estimate from their texts.
    """

    def __init__(
        self,
        read: Callable[[str], DocumentNode | Refusal],
        shared: Shared,
        max_bytes: int,
    ) -> None:
        """Start empty."""
        self._read = read
        self._shared = shared
        self._texts: DocumentCache[Ready[Refusal]] = DocumentCache(max_bytes // 2)
        self._keys: DocumentCache[_First | _Shared] = DocumentCache(max_bytes // 2)
        self._beginnings = Beginnings(max_bytes // _REFUSED_SHARE)
        self._refused: DocumentCache[tuple[float, Ready[Refusal]]] = DocumentCache(
            max_bytes // _REFUSED_SHARE
        )

    def find(self, text: str) -> Ready[Refusal] | None:
        """Return what is known of a text, perhaps from another that differs only in numbers.

        Cost: 0.3 us for a text seen before; 20 ns a character for one that shares a document.
        """
        ready = self._texts.find(text)
        if ready is not None:
            return ready
        refused = self._refused.find(text)
        if refused is not None:
            if time.monotonic() < refused[0]:
                return refused[1]
            self._refused.forget(text)
        parts = cut(text)
        if parts is None:
            return None
        known = self._keys.find(parts.key) or self._begun(parts)
        if not isinstance(known, _Shared):
            return None
        ready = _read_from(known, parts)
        if ready is not None:
            self._texts.keep(text, ready, _BYTES_PER_SHARED_CHARACTER * len(text))
        return ready

    def make(self, text: str) -> Made[Refusal]:
        """Return what a text comes to that is not known; may run in a thread."""
        parts = cut(text)
        if parts is not None:
            learnt = self._learnt(parts)
            ready = _read_from(learnt[parts.key], parts) if parts.key in learnt else None
            if ready is not None:
                return Made(document_size(text), ready, learnt)
        document = self._read(text)
        if not isinstance(document, DocumentNode):
            return Made(refused_size(text), Ready(document))
        prepared = PreparedDocument(self._shared, document)
        prepared.operation(None)
        first = {} if parts is None else {parts.key: _First(parts, document)}
        return Made(document_size(text), Ready(prepared), first)

    def keep(self, text: str, made: Made[Refusal]) -> Ready[Refusal]:
        """Remember what was made of a text, and return it."""
        ready = made.ready
        size = made.size
        if not isinstance(ready.prepared, PreparedDocument):
            self._refused.keep(text, (time.monotonic() + REFUSED_SECONDS, ready), size)
            return ready
        self._texts.keep(text, ready, size)
        for key, learnt in made.learnt.items():
            self._keys.keep(key, learnt, self._keys.size_of(key) or size)
            if isinstance(learnt, _First):
                self._beginnings.note(key)
        return ready

    def _learnt(self, parts: Cut) -> dict[str, _Shared]:
        """Return what all texts of a key share once there are two, or a longer one is known."""
        known = self._keys.peek(parts.key)
        if isinstance(known, _First):
            return {parts.key: self._lift(known)}
        longer = self._beginnings.longer(parts.key)
        first = None if longer is None else self._keys.peek(longer)
        if known is not None or longer is None or not isinstance(first, _First):
            return {}
        lifted = self._lift(first)
        begun = lifted.begun(parts)
        return {} if begun is None else {longer: lifted, parts.key: begun}

    def _begun(self, parts: Cut) -> _Shared | None:
        """Return what all texts of a key share, and keep it, if it is a beginning of another."""
        longer = self._beginnings.longer(parts.key)
        known = None if longer is None else self._keys.find(longer)
        begun = known.begun(parts) if isinstance(known, _Shared) else None
        if begun is not None:
            self._keys.keep(parts.key, begun, _BYTES_PER_SHARED_CHARACTER * len(parts.key))
        return begun

    def _lift(self, first: _First) -> _Shared:
        """Return what texts with the key of a first one share."""
        shared = self._shared
        template = lift(first.text, first.document, shared.schema, shared.digit_scalars)
        if template is None:
            return _Shared(None, None)
        prepared = PreparedDocument(shared, template.document)
        prepared.operation(None)
        return _Shared(template, prepared)


def _read_from(shared: _Shared, parts: Cut) -> Ready[Any] | None:
    """Return what a text comes to by what it shares with others; None if in doubt."""
    if shared.template is None or shared.prepared is None:
        return None
    lifted = shared.template.read(parts.numbers)
    if lifted is None:
        return None
    return Ready(shared.prepared, lifted, shared.template.shift(parts.numbers), parts.key)
