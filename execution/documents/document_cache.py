"""Every document made ready, found again by its text, or by its text without numbers."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import ref

from graphql import DocumentNode

from execution.documents.documents import (
    DocumentCache,
    ReadDocument,
    parsed_size,
    planned_size,
    refused_size,
    sharing_size,
)
from execution.documents.literals import Cut, Shift, Template, cut, lift
from execution.documents.prepared_documents import PreparedDocument, Shared

Refusal = TypeVar("Refusal")

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


class _Place(NamedTuple):
    """Under what it is kept what texts share; never equal to a text."""

    key: str


@dataclass(frozen=True, slots=True)
class _First:
    """The first text with a key, of which nothing was lifted yet.

    ``size`` is that of the document once it is planned for all texts of the key.
    """

    text: Cut
    document: DocumentNode
    size: int


class _Shared:
    """What the texts of one key share; no template if nothing could be lifted."""

    def __init__(self, template: Template | None, prepared: PreparedDocument | None) -> None:
        self.template = template
        self.prepared = prepared


class _Sharing:
    """What is kept of a text that shares a document: its numbers, as long as that is kept."""

    __slots__ = ("_key", "_lifted", "_shared", "_shift", "place")

    def __init__(self, ready: Ready[Any], shared: _Shared, place: _Place) -> None:
        self.place = place
        self._lifted = ready.lifted
        self._shift = ready.shift
        self._key = ready.key
        self._shared = ref(shared)

    def ready(self) -> Ready[Any] | None:
        """Return what the text comes to; None if the document is gone."""
        shared = self._shared()
        if shared is None or shared.prepared is None:
            return None
        return Ready(shared.prepared, self._lifted, self._shift, self._key)


@dataclass(frozen=True, slots=True)
class Made(Generic[Refusal]):
    """What was made of a text, what was learnt of keys, and the bytes of each by estimate.

    Attributes:
        size: Of what was made.
        ready: What the text comes to.
        learnt: By key.
        shared: What holds the document and where it is kept, if the text shares one.
    """

    size: int
    ready: Ready[Refusal]
    learnt: Mapping[_Place, tuple[_First | _Shared, int]] = field(default_factory=dict)
    shared: tuple[_Shared, _Place] | None = None


class Library(Generic[Refusal]):
    """Documents made ready once.

    Args:
        read: Returns the valid document of a text, or why it is refused.
        shared: What all documents have in common.
        max_bytes: Memory for documents, by estimate from their texts.
    """

    def __init__(
        self,
        read: Callable[[str], ReadDocument | Refusal],
        shared: Shared,
        max_bytes: int,
    ) -> None:
        self._read = read
        self._shared = shared
        # Texts and what they share are kept together: one document may take nearly all of it.
        self._kept: DocumentCache[Ready[Refusal] | _Sharing | _First | _Shared] = DocumentCache(
            max_bytes - max_bytes // _REFUSED_SHARE
        )
        self._refused: DocumentCache[tuple[float, Ready[Refusal]]] = DocumentCache(
            max_bytes // _REFUSED_SHARE
        )

    def find(self, text: str) -> Ready[Refusal] | None:
        """Return what is known of a text, perhaps from another that differs only in numbers.

        Cost: 0.5 us for a text seen before; 20 ns a character for one that shares a document.
        """
        known = self._kept.find(text)
        if isinstance(known, Ready):
            return known
        if isinstance(known, _Sharing):
            # What it shares is used too.
            self._kept.find(known.place)
            ready = known.ready()
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
        place = _place(self._kept.find(_Place(parts.key)), parts)
        shared = self._kept.find(place)
        if not isinstance(shared, _Shared):
            return None
        ready = _read_from(shared, parts)
        if ready is not None:
            sharing = _Sharing(ready, shared, place)
            self._kept.keep(text, sharing, sharing_size(text, parts.numbers))
        return ready

    def make(self, text: str) -> Made[Refusal]:
        """Return what a text comes to that is not known; may run in a thread."""
        parts = cut(text)
        learnt: dict[_Place, tuple[_First | _Shared, int]] = {}
        place = None
        if parts is not None:
            place = _place(self._kept.peek(_Place(parts.key)), parts)
            known = self._kept.peek(place)
            if isinstance(known, _First):
                shared = self._lift(known)
                learnt[place] = (shared, known.size)
                ready = _read_from(shared, parts)
                if ready is not None:
                    size = sharing_size(text, parts.numbers)
                    return Made(size, ready, learnt, (shared, place))
                place = _place(shared, parts)
            if place in learnt or isinstance(known, _Shared):
                # Read as it stands: nothing could be lifted, or its numbers are in doubt.
                place = None
        read = self._read(text)
        if not isinstance(read, ReadDocument):
            return Made(refused_size(text), Ready(read), learnt)
        prepared = PreparedDocument(self._shared, read.document)
        prepared.operation(None)
        parsed = parsed_size(text, 0 if parts is None else len(parts.numbers))
        size = parsed + planned_size(read)
        if parts is not None and place is not None:
            learnt[place] = (_First(parts, read.document, size), parsed)
        return Made(size, Ready(prepared), learnt)

    def keep(self, text: str, made: Made[Refusal]) -> Ready[Refusal]:
        """Remember what was made of a text, and return it."""
        ready = made.ready
        if not isinstance(ready.prepared, PreparedDocument):
            self._refused.keep(text, (time.monotonic() + REFUSED_SECONDS, ready), made.size)
        elif made.shared is None:
            self._kept.keep(text, ready, made.size)
        else:
            self._kept.keep(text, _Sharing(ready, *made.shared), made.size)
        # After the text, which frees the memory that texts share.
        for place, (learnt, size) in made.learnt.items():
            self._kept.keep(place, learnt, size)
        return ready

    def _lift(self, first: _First) -> _Shared:
        """Return what texts with the key of a first one share."""
        shared = self._shared
        template = lift(first.text, first.document, shared.schema, shared.digit_scalars)
        if template is None:
            return _Shared(None, None)
        prepared = PreparedDocument(shared, template.document)
        prepared.operation(None)
        return _Shared(template, prepared)


def _place(known: object, parts: Cut) -> _Place:
    """Return where it is kept what a text shares, given what is kept under its own key."""
    template = known.template if isinstance(known, _Shared) else None
    if template is None or template.has_pinned(parts.numbers):
        return _Place(parts.key)
    return _Place(template.pinned_key(parts))


def _read_from(shared: _Shared, parts: Cut) -> Ready[Any] | None:
    """Return what a text comes to by what it shares with others; None if in doubt."""
    if shared.template is None or shared.prepared is None:
        return None
    lifted = shared.template.read(parts.numbers)
    if lifted is None:
        return None
    return Ready(shared.prepared, lifted, shared.template.shift(parts.numbers), parts.key)
