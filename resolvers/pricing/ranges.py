"""What questions about intervals of primes cost."""

from collections.abc import Mapping
from typing import Any

from engine.errors import EngineError
from engine.flint_calls import WORD_END
from engine.intervals.constellation_patterns import constellation_density
from engine.intervals.constellations import constellation_count_cost, constellations_cost
from engine.intervals.histogram import MAX_BUCKETS, histogram_cost
from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.sieve_costs import expected_primes, stepping_cost
from resolvers.errors import ApiError
from resolvers.pagination import (
    CONSTELLATION_CURSOR,
    PRIME_CURSOR,
    decode_cursor,
    page_request,
    unknown_cursor,
)
from resolvers.pricing.states import ListState, RangeState
from resolvers.pricing.tariff import NOTHING, Priced, Tariff

Arguments = Mapping[str, Any]

# Bits above which one probable-prime test holds the interpreter for longer than 1 ms.
LONG_TEST_BITS = 1_024


def is_stepped(end: int) -> bool:
    """Return whether primes from this end on are found step by step, in a worker process."""
    return end.bit_length() > LONG_TEST_BITS


def ends_cost(ranges: PrimeRanges, low: int, high: int, count: int, *, is_from_end: bool) -> float:
    """Return the points predicted for ``count`` primes from one end of [low, high], low >= 2."""
    end = high if is_from_end else low
    if is_stepped(end):
        return stepping_cost(low, high, count, end)
    cost = ranges.last_primes_cost if is_from_end else ranges.first_primes_cost
    return cost(low, high, count)


class RangePrices:
    """Prices of the fields of Query and PrimeRange that are about intervals and their primes."""

    def __init__(self, tariff: Tariff, ranges: PrimeRanges) -> None:
        self._tariff = tariff
        self._ranges = ranges

    def prime_range(self, parent: Any, arguments: Arguments) -> Priced:
        """Query.primeRange."""
        low, high = arguments["low"], arguments["high"]
        state = RangeState(low, high)
        points = self._tariff.asked + 2 * self._tariff.coercion(state.bits)
        if low > high:
            return points + self._tariff.overheads.error, NOTHING
        return points + self._tariff.overheads.object, ((state, 1.0),)

    def count(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.count."""
        points = self._tariff.computed
        if not state.is_counted:
            state.is_counted = True
            points += self._tariff.sweep(self._ranges.count_cost(state.low, state.high))
        return points, NOTHING

    def smallest(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.smallest."""
        page = self._page(state.low, state.high, 1, is_from_end=False)
        return self._end(page, state), NOTHING

    def largest(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.largest."""
        page = self._page(state.low, state.high, 1, is_from_end=True)
        return self._end(page, state), NOTHING

    def _end(self, page: float, state: RangeState) -> float:
        """Return the price of showing the one prime of a page."""
        return self._tariff.computed + page + self._tariff.text(state.bits)

    def primes(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.primes."""
        points = self._tariff.computed + self._tariff.overheads.object
        maximum = self._tariff.limits.max_page_size
        try:
            request = page_request(arguments.get("first"), arguments.get("last"), maximum)
            low, after = self._moved(state, state.low, arguments.get("after"), "after")
            high, before = self._moved(state, state.high, arguments.get("before"), "before")
        except ApiError:
            return self._tariff.refused, NOTHING
        points += after + before
        predicted = self._predicted(low, high, request.size + 1, request.is_from_end)
        points += self._paged(high if request.is_from_end else low, predicted)
        if self._tariff.is_refused(predicted):
            return points, NOTHING
        length = min(request.size, _expected(low, high) * 1.2 + 2)
        bits = (high if request.is_from_end else low).bit_length() + 1
        bits = min(max(bits, int(length).bit_length() + 4), state.bits)
        return points, ((ListState(length, bits, parent=state), 1.0),)

    def total_count(self, state: ListState, arguments: Arguments) -> Priced:
        """PrimeConnection.totalCount, which shares the count of the interval."""
        assert isinstance(state.parent, RangeState)
        return self.count(state.parent, arguments)

    def histogram(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.histogram."""
        buckets = arguments["buckets"]
        if not 1 <= buckets <= MAX_BUCKETS:
            return self._tariff.refused, NOTHING
        cost = histogram_cost(self._ranges, state.low, state.high, buckets)
        # Several ways are weighed against each other.
        weighing = 4 * self._tariff.overheads.asking
        points = self._tariff.computed + weighing + self._tariff.sweep(cost)
        if self._tariff.is_refused(cost):
            return points, NOTHING
        parts = min(buckets, state.high - state.low + 1)
        return self._listed(points, parts, state.bits)

    def constellations(self, state: RangeState, arguments: Arguments) -> Priced:
        """PrimeRange.constellations."""
        points = self._tariff.computed
        offsets, first, after = arguments["offsets"], arguments["first"], arguments.get("after")
        start = None
        try:
            page_request(first, None, self._tariff.limits.max_page_size)
            if after is not None:
                start = decode_cursor(CONSTELLATION_CURSOR, after, "after")
                points += self._search(state, offsets, 1, start)
            points += self._search(state, offsets, first, start)
            length = self._expected(state, offsets, first, start)
        except (ApiError, EngineError):
            return points + self._tariff.overheads.error, NOTHING
        parent = (state, offsets)
        page = ListState(length, state.bits, width=len(offsets), parent=parent)
        return points + self._tariff.overheads.object, ((page, 1.0),)

    def constellation_count(self, state: ListState, arguments: Arguments) -> Priced:
        """ConstellationConnection.totalCount."""
        assert isinstance(state.parent, tuple)
        interval, offsets = state.parent
        # Such sweeps end below 2^64.
        if interval.high >= WORD_END:
            return self._tariff.refused, NOTHING
        cost = constellation_count_cost(self._ranges, interval.low, interval.high, offsets)
        return self._tariff.computed + self._tariff.sweep(cost), NOTHING

    def _page(self, low: int, high: int, count: int, is_from_end: bool) -> float:
        """Return the price of primes from one end of an interval."""
        predicted = self._predicted(low, high, count, is_from_end)
        return self._paged(high if is_from_end else low, predicted)

    def _paged(self, end: int, predicted: float) -> float:
        """Return the price of a page of predicted cost from the end where it begins."""
        if is_stepped(end):
            return self._tariff.single(predicted)
        return self._tariff.sweep(predicted)

    def _predicted(self, low: int, high: int, count: int, is_from_end: bool) -> float:
        """Return the cost of primes from one end of an interval, as the resolver predicts it."""
        low = max(low, 2)
        if count < 1 or high < low:
            return 0.0
        return ends_cost(self._ranges, low, high, count, is_from_end=is_from_end)

    def _moved(
        self, state: RangeState, end: int, cursor: str | None, argument: str
    ) -> tuple[int, float]:
        """Return where a page begins or ends, and the price of finding the cursor in the list.

        Raises:
            InvalidCursorError: It is not a cursor of a prime within the interval.
        """
        if cursor is None:
            return end, 0.0
        value = decode_cursor(PRIME_CURSOR, cursor, argument)
        if not state.low <= value <= state.high:
            raise unknown_cursor(argument)
        return value, self._page(value, value, 1, is_from_end=False)

    def _search(self, state: RangeState, offsets: Any, first: int, after: int | None) -> float:
        """Return the price of a page of constellations."""
        cost = constellations_cost(self._ranges, state.low, state.high, offsets, first, after)
        return self._tariff.sweep(cost)

    @staticmethod
    def _expected(state: RangeState, offsets: Any, first: int, start: int | None) -> float:
        """Return about how many constellations a page shows."""
        low = max(state.low, start or 0, 3)
        width = float(min(max(state.high - low + 1, 0), 10**30))
        middle = (low + max(state.high, low)) // 2
        density = constellation_density(tuple(offsets), float(min(middle, 2**1000)))
        return min(float(first), width * density * 1.2 + 2)

    def _listed(self, points: float, length: float, bits: int) -> Priced:
        """Return the price of a list of small objects."""
        points += length * self._tariff.overheads.object
        return points, ((ListState(length, bits), length),)


def _expected(low: int, high: int) -> float:
    """Return about how many primes lie in [low, high]."""
    return expected_primes(low, high) if high >= 2 else 0.0
