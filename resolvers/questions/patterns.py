"""Statistics and patterns of the primes of one interval."""

from collections.abc import Sequence
from typing import Final

from engine.intervals.constellations import (
    constellation_count,
    constellation_count_cost,
    constellations,
    constellations_cost,
)
from engine.intervals.gaps import gap_lengths, gaps, gaps_cost
from engine.intervals.histogram import histogram, histogram_cost
from engine.intervals.residues import MAX_MODULUS, residue_classes, residues, residues_cost
from engine.results import ConstellationPage, PrimeBucket, PrimeGapStatistics, ResidueCount
from resolvers.context import RequestContext
from resolvers.pagination import (
    CONSTELLATION_CURSOR,
    Page,
    decode_cursor,
    page_request,
    unknown_cursor,
)
from resolvers.questions.question import RangeQuestion, beyond_words

GAPS: Final = RangeQuestion(
    gaps,
    gaps_cost,
    PrimeGapStatistics | None,
    length=gap_lengths,
    refuses=beyond_words,
    weight=13,
)
HISTOGRAM: Final = RangeQuestion(
    histogram,
    histogram_cost,
    Sequence[PrimeBucket],
    length=lambda low, high, buckets: min(buckets, high - low + 1),
    price=lambda prices: prices.ranges.histogram,
    weight=13,
)
RESIDUES: Final = RangeQuestion(
    residues,
    residues_cost,
    Sequence[ResidueCount],
    length=residue_classes,
    refuses=lambda low, high, modulus: (beyond_words(low, high) or not 1 <= modulus <= MAX_MODULUS),
    weight=12,
)
CONSTELLATIONS: Final = RangeQuestion(
    constellations,
    constellations_cost,
    ConstellationPage,
    length=lambda _low, _high, _offsets, first, _after: first,
    price=lambda prices: prices.ranges.constellations,
    weight=3.6,
)
CONSTELLATION_COUNT: Final = RangeQuestion(
    constellation_count,
    constellation_count_cost,
    int,
    price=lambda prices: prices.ranges.constellation_count,
    weight=13,
)


class ConstellationAnswers:
    """What one request asks of the constellations of one pattern in [low, high]."""

    __slots__ = ("_context", "_high", "_low", "_offsets")

    def __init__(
        self, context: RequestContext, low: int, high: int, offsets: Sequence[int]
    ) -> None:
        self._context = context
        self._low = low
        self._high = high
        self._offsets = offsets

    async def page(self, first: int, after: str | None) -> tuple[Page, Sequence[tuple[int, ...]]]:
        """Return a page of the constellations' starts, and the constellations themselves.

        Raises:
            InvalidCursorError: ``after`` does not point to a constellation of this list.
        """
        size = page_request(first, None, self._context.limits.max_page_size).size
        start = None
        if after is not None:
            start = decode_cursor(CONSTELLATION_CURSOR, after, "after")
            if not await self._is_listed(start):
                raise unknown_cursor("after")
        found = await self._search(self._low, size, start)
        page = Page(CONSTELLATION_CURSOR, found.starts, found.has_next, start is not None)
        return page, found.constellations

    async def count(self) -> int:
        """Return how many constellations lie in [low, high]."""
        return await CONSTELLATION_COUNT.ask(self._context, self._low, self._high, self._offsets)

    async def _is_listed(self, start: int) -> bool:
        """Return whether a constellation of [low, high] starts at ``start``."""
        if not self._low <= start <= self._high:
            return False
        return (await self._search(start, 1, None)).starts == (start,)

    async def _search(self, low: int, first: int, after: int | None) -> ConstellationPage:
        """Return the ``first`` constellations of [low, high] that start above ``after``."""
        arguments = (low, self._high, self._offsets, first, after)
        return await CONSTELLATIONS.ask(self._context, *arguments)
