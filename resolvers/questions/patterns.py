"""Statistics and patterns of the primes of one interval."""

from collections.abc import Sequence
from functools import partial

from engine.intervals.constellations import (
    constellation_count,
    constellation_count_cost,
    constellations,
    constellations_cost,
)
from engine.intervals.gaps import gaps, gaps_cost
from engine.intervals.histogram import histogram, histogram_cost
from engine.intervals.residues import residues, residues_cost
from engine.results import ConstellationPage, PrimeBucket, PrimeGapStatistics, ResidueCount
from resolvers.context import RequestContext
from resolvers.pagination import Page, decode_cursor, page_request, unknown_cursor
from resolvers.questions.narrowing import narrowed_interval
from resolvers.remembering.answer_shapes import (
    CONSTELLATION_COUNT,
    CONSTELLATIONS,
    GAPS,
    HISTOGRAM,
    RESIDUES,
)

CONSTELLATION_CURSOR = "constellation"


async def prime_gaps(context: RequestContext, low: int, high: int) -> PrimeGapStatistics | None:
    """Return the gaps between the primes of [low, high]; None if it has fewer than two."""
    ranges = context.ranges
    cost = partial(gaps_cost, ranges)
    with narrowed_interval(context, low, high, cost):
        found = partial(gaps, ranges)
        return await context.recall_sweep(GAPS, cost(low, high), found, low, high)


async def prime_histogram(
    context: RequestContext, low: int, high: int, buckets: int
) -> Sequence[PrimeBucket]:
    """Return the primes of [low, high] counted in equal, adjacent parts."""
    ranges = context.ranges
    cost = partial(histogram_cost, ranges)
    count = partial(histogram, ranges)
    arguments = (low, high, buckets)
    with narrowed_interval(context, low, high, cost, buckets):
        return await context.recall_sweep(HISTOGRAM, cost(*arguments), count, *arguments)


async def prime_residues(
    context: RequestContext, low: int, high: int, modulus: int
) -> Sequence[ResidueCount]:
    """Return the primes of [low, high] counted by residue class."""
    ranges = context.ranges
    cost = partial(residues_cost, ranges)
    count = partial(residues, ranges)
    arguments = (low, high, modulus)
    with narrowed_interval(context, low, high, cost, modulus):
        return await context.recall_sweep(RESIDUES, cost(*arguments), count, *arguments)


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
        context, ranges = self._context, self._context.ranges
        interval = (self._low, self._high, self._offsets)
        cost = partial(constellation_count_cost, ranges)
        count = partial(constellation_count, ranges)
        with narrowed_interval(context, self._low, self._high, cost, self._offsets):
            points = cost(*interval)
            return await context.recall_sweep(CONSTELLATION_COUNT, points, count, *interval)

    async def _is_listed(self, start: int) -> bool:
        """Return whether a constellation of [low, high] starts at ``start``."""
        if not self._low <= start <= self._high:
            return False
        return (await self._search(start, 1, None)).starts == (start,)

    async def _search(self, low: int, first: int, after: int | None) -> ConstellationPage:
        """Return the ``first`` constellations of [low, high] that start above ``after``."""
        context, ranges = self._context, self._context.ranges
        arguments = (low, self._high, self._offsets, first, after)
        cost = partial(constellations_cost, ranges)
        search = partial(constellations, ranges)
        with narrowed_interval(context, low, self._high, cost, self._offsets, first, after):
            return await context.recall_sweep(CONSTELLATIONS, cost(*arguments), search, *arguments)
