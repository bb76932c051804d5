"""From a result to bytes of JSON, whole or in pieces that leave others their turn."""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias, TypeVar

import orjson

from execution.output.integer_arrays import IntegerArray
from execution.output.tables import Rows, Table

Item = TypeVar("Item")

# Bytes of a piece, about: to compress them takes 1 ms. So many bytes of arrays, too, are encoded
# with what is around them.
PIECE_BYTES = 65_536
# Bytes from which on text is sent in pieces.
LONG_BYTES = 131_072
# Entries of a long list that are encoded at once, with ten fields each in about 1 ms; shorter lists
# are encoded with what is around them.
SLICE_ITEMS = 1_000
# Stands for what is encoded apart. No JSON has this byte: in strings it is escaped.
_GAP = b"\0"


class LongList(list[Item]):
    """A list of objects that is long enough to be encoded slice by slice."""

    __slots__ = ()


def long_list(items: list[Item]) -> list[Item]:
    """Return a list of objects as one that is encoded slice by slice, if it is long."""
    return LongList(items) if len(items) > SLICE_ITEMS else items


# Both have slices, which can be taken out.
LongItems: TypeAlias = LongList[Any] | Table
Slices = Callable[[LongItems], Iterator[Rows]]


class LongBody:
    """A response that is encoded once, while it is sent; its long lists end empty on the way.

    Args:
        texts: What is encoded already.
        gaps: What comes between them, one less.
    """

    __slots__ = ("_gaps", "_items", "_items_left", "_texts")

    def __init__(self, texts: list[bytes], gaps: "list[IntegerArray | LongItems]") -> None:
        self._texts = texts
        self._gaps = gaps
        self._items = sum(len(gap) for gap in gaps if not isinstance(gap, IntegerArray))
        self._items_left = self._items

    def share_left(self) -> float:
        """Return the share of the entries of long lists that are yet to be encoded; 0 if none."""
        return self._items_left / self._items if self._items else 0.0

    def size(self) -> int | None:
        """Return how many bytes it has; None if that is not known before it is encoded."""
        arrays = [gap for gap in self._gaps if isinstance(gap, IntegerArray)]
        if len(arrays) < len(self._gaps):
            return None
        return sum(map(len, self._texts)) + sum(array.size() for array in arrays)

    def pieces(self) -> Iterator[bytes]:
        """Yield the response, each piece made in about 1 ms."""
        return _gathered(_parts(self._texts, self._gaps, self._taken))

    def _taken(self, items: LongItems) -> Iterator[Rows]:
        """Yield a list slice by slice; nothing else is to know the objects of a slice then.

        To let go of 20,000 objects at once would hold up the event loop for 20 ms.
        """
        for begin in range(0, len(items), SLICE_ITEMS):
            part = items[begin : begin + SLICE_ITEMS]
            items[begin : begin + SLICE_ITEMS] = [None] * len(part)
            self._items_left -= len(part)
            yield part
        items.clear()


def encode(response: Any) -> bytes:
    """Return ``response`` as JSON in UTF-8.

    Integers above 64 bits are strings by then, as BigInt demands.
    """
    return b"".join(_parts(*_split(response), _slices))


def encode_long(response: Any) -> bytes | LongBody:
    """Return ``response`` as JSON in UTF-8; if it is long, what makes that while it is sent.

    Takes ``long_list``, ``Table`` and ``IntegerArray`` for lists; other lists are encoded at once.
    """
    texts, gaps = _split(response)
    return LongBody(texts, gaps) if gaps or len(texts[0]) > LONG_BYTES else texts[0]


class _Gaps:
    """Encodes what orjson cannot; leaves a gap for each long list, which is sent later."""

    __slots__ = ("_room", "found")

    def __init__(self) -> None:
        self.found: list[IntegerArray | LongItems] = []
        self._room = PIECE_BYTES

    def __call__(self, value: Any) -> orjson.Fragment:
        if isinstance(value, IntegerArray):
            size = value.size()
            if size <= self._room:
                self._room -= size
                return orjson.Fragment(b"".join(value.pieces()))
        elif isinstance(value, Table):
            if len(value) <= SLICE_ITEMS:
                return orjson.Fragment(value.json() or self.encoded(value.rows()))
        elif not isinstance(value, LongList):
            # Of a class derived from one that JSON has, or an error.
            return orjson.Fragment(orjson.dumps(value))
        self.found.append(value)
        return orjson.Fragment(_GAP)

    def encoded(self, value: Any) -> bytes:
        """Return the JSON of a value around what is set aside."""
        return orjson.dumps(value, default=self, option=orjson.OPT_PASSTHROUGH_SUBCLASS)


def _split(value: Any) -> tuple[list[bytes], list[IntegerArray | LongItems]]:
    """Return the JSON of a value around the long lists in it, and these."""
    gaps = _Gaps()
    text = gaps.encoded(value)
    return (text.split(_GAP) if gaps.found else [text]), gaps.found


def _parts(
    texts: list[bytes], gaps: list[IntegerArray | LongItems], slices: Slices
) -> Iterator[bytes]:
    """Yield texts with what comes between them, long lists as ``slices`` cuts them."""
    yield from _cut(texts[0])
    for gap, text in zip(gaps, texts[1:], strict=True):
        yield from gap.pieces() if isinstance(gap, IntegerArray) else _entries(gap, slices)
        yield from _cut(text)


def _cut(text: bytes) -> Iterator[bytes]:
    """Yield a text, if long in pieces."""
    if len(text) <= LONG_BYTES:
        yield text
    else:
        for begin in range(0, len(text), PIECE_BYTES):
            yield text[begin : begin + PIECE_BYTES]


def _slices(items: LongItems) -> Iterator[Rows]:
    """Yield a list slice by slice."""
    return (items[begin : begin + SLICE_ITEMS] for begin in range(0, len(items), SLICE_ITEMS))


def _entries(items: LongItems, slices: Slices) -> Iterator[bytes]:
    """Yield the JSON of a long list."""
    opening = b"["
    for part in slices(items):
        texts, gaps = _split(part)
        # One that has no gap needs its objects no more.
        part.clear()
        texts[0] = opening + texts[0][1:]
        texts[-1] = texts[-1][:-1]
        yield from _parts(texts, gaps, slices)
        opening = b","
    yield b"]" if opening == b"," else b"[]"


def _gathered(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield parts, the small ones together."""
    gathered: list[bytes] = []
    size = 0
    for part in parts:
        gathered.append(part)
        size += len(part)
        if size >= PIECE_BYTES:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
