"""Opaque cursors and the rules of Relay pagination."""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engine.sieving.sieve_pages import Primes
from resolvers.errors import BadInputError, InvalidCursorError, LimitError

DEFAULT_FIRST = 100
# What the cursors of each list of integers begin with.
PRIME_CURSOR = "prime"
DIVISOR_CURSOR = "divisor"
CONSTELLATION_CURSOR = "constellation"
# Edges made between two turns of other requests: 1 ms.
SLICE_EDGES = 2_000
# A cursor holds a kind and an integer; no list here has integers of more digits than this.
_MAX_CURSOR_CHARACTERS = 20_000


def encode_cursor(kind: str, value: int) -> str:
    """Return the cursor of the non-negative integer ``value`` in lists of this ``kind``."""
    raw = kind.encode() + b":" + value.to_bytes(_size(value), "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def encode_cursors(kind: str, values: Sequence[int]) -> list[str]:
    """Return the cursor of each of ``values``, which ascend.

    Cost: 0.3 us each where all have as many bytes, else that of ``encode_cursor``.
    """
    size = _size(values[-1]) if values else 1
    if not values or _size(values[0]) < size:
        return [encode_cursor(kind, value) for value in values]
    prefix = kind.encode() + b":"
    length = len(prefix) + size
    # Base 64 turns 3 bytes into 4 characters: of whole ones, all cursors are encoded together.
    filler = bytes(-length % 3)
    raw = b"".join([prefix + value.to_bytes(size, "big") + filler for value in values])
    text = base64.urlsafe_b64encode(raw).decode()
    step, kept = (length + len(filler)) // 3 * 4, (length * 4 + 2) // 3
    return [text[begin : begin + kept] for begin in range(0, len(text), step)]


def _size(value: int) -> int:
    """Return how many bytes a cursor holds of an integer."""
    return max(1, (value.bit_length() + 7) // 8)


def decode_cursor(kind: str, cursor: str, argument: str) -> int:
    """Return the integer in ``cursor``, which must be exactly what ``encode_cursor`` makes.

    That the integer belongs to the list at hand is for the caller to check.

    Raises:
        InvalidCursorError: It is not a cursor of this kind.
    """
    invalid = unknown_cursor(argument)
    if not cursor.isascii() or len(cursor) > _MAX_CURSOR_CHARACTERS:
        raise invalid
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except binascii.Error:
        raise invalid from None
    prefix = kind.encode() + b":"
    value = int.from_bytes(raw[len(prefix) :], "big")
    if not raw.startswith(prefix) or encode_cursor(kind, value) != cursor:
        raise invalid
    return value


def unknown_cursor(argument: str) -> InvalidCursorError:
    """Return why no page begins or ends at the cursor that was sent as this argument."""
    field, page = ("startCursor", "last") if argument == "before" else ("endCursor", "first")
    return InvalidCursorError(
        f"{argument} is not a cursor of this list: send what the list gave as pageInfo.{field},"
        f" or as an edge's cursor, unchanged; leave {argument} out for the {page} page"
    )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One page of a list: its ``size`` and whether it is taken from the end."""

    size: int
    is_from_end: bool


def page_request(first: int | None, last: int | None, max_page_size: int) -> PageRequest:
    """Return the page asked for; the first 100 if neither end is named.

    Raises:
        BadInputError: Both are given, or one is negative.
        LimitError: One is above ``max_page_size``.
    """
    if first is not None and last is not None:
        raise BadInputError("give first or last, not both")
    name, size = ("last", last) if last is not None else ("first", first)
    if size is None:
        size = min(DEFAULT_FIRST, max_page_size)
    if size < 0:
        raise BadInputError(f"{name} is {size}; it must be at least 0")
    if size > max_page_size:
        raise LimitError(f"{name} is {size}; a page holds at most {max_page_size}")
    return PageRequest(size, is_from_end=last is not None)


class Edge(NamedTuple):
    """An entry of a page with its place."""

    node: int
    cursor: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ascending integers and whether the list goes on at either side.

    ``values`` may be an array, which then stays one until it is sent.
    """

    kind: str
    values: Primes
    has_next: bool
    has_previous: bool

    async def edges(self) -> list[Edge]:
        """Return every value with its cursor; between slices of 1 ms others have their turn."""
        values = self.values if isinstance(self.values, Sequence) else self.values.tolist()
        edges: list[Edge] = []
        for begin in range(0, len(values), SLICE_EDGES):
            if begin:
                await asyncio.sleep(0)
            part = values[begin : begin + SLICE_EDGES]
            edges += map(Edge, part, encode_cursors(self.kind, part))
        return edges

    def cursor(self, index: int) -> str | None:
        """Return the cursor of the value at ``index``; None on an empty page."""
        return encode_cursor(self.kind, int(self.values[index])) if len(self.values) else None
