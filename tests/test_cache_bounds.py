"""Every cache takes no more than its bound, by tracemalloc, however it is filled.

The bound is a number of bytes, or a number of entries times what one takes at most; entries here
are as large as clients can make them. The cache of documents has tests elsewhere.
"""

import gc
import random
import tracemalloc
from collections.abc import Awaitable, Callable

import pytest

from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.sieve_costs import Task
from engine.sieving.sieve_plan import _KEPT_PLANS, Planner
from engine.stop import Stop
from middleware.limits import client_address, request_windows
from middleware.limits.client_address import ClientAddresses
from middleware.limits.clients import Client
from middleware.limits.request_windows import RequestWindows
from middleware.limits.shared_budget import SharedBudget
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import LocalBuckets
from primeql.endpoint.media_types import _CACHED_HEADERS, negotiate
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.pricing.factors import _KEPT_PRICES, FactorPrices
from resolvers.pricing.tariff import Overheads, Tariff
from resolvers.remembering.bounded_cache import BoundedMemoryCache
from resolvers.remembering.circuit_breaker import SharedStateError

Fill = Callable[[int], object]
TIER = Tier("a tier", 1_000, 1e-6, 10**9, 10, 10)
MOST = 1_000
STOP = Stop()
# An entry of a table: a string of an identity, a tuple of numbers, and their places.
ENTRY_BYTES = 600
# For what the cache takes while it is empty.
SLACK = 1.05


def client(number: int) -> Client:
    """Return a client whose identity is as long as any."""
    return Client(f"ip:2001:db8:{number >> 16:x}:{number & 0xFFFF:x}:ffff:ffff:ffff:ffff/64", TIER)


async def taken(fill: Fill, count: int) -> int:
    """Return how many bytes more are in use after ``fill`` was called so often."""
    gc.collect()
    tracemalloc.start()
    try:
        for number in range(count):
            done = fill(number)
            if isinstance(done, Awaitable):
                await done
            del done
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def buckets() -> tuple[Fill, int]:
    kept = LocalBuckets(max_clients=MOST)
    return lambda number: kept.take(client(number), 5), MOST


class NeverThere:
    """A shared state that cannot be reached."""

    async def connect(self) -> None:
        """Fail."""
        raise SharedStateError("test")

    async def take(
        self, client: Client, cost: float, owed: float, known: float
    ) -> tuple[bool, float]:
        """Fail."""
        raise SharedStateError("test")

    async def close(self) -> None:
        """Be closed."""


def debts() -> tuple[Fill, int]:
    budget = SharedBudget(NeverThere(), LocalBuckets(max_clients=MOST))
    budget.stats.is_shared = False
    # A bucket and a debt of each.
    return lambda number: budget.take(client(number), 5), 2 * MOST


def windows() -> tuple[Fill, int]:
    kept = RequestWindows()
    return lambda number: kept.count(client(number).id, 3_600), MOST


def addresses() -> tuple[Fill, int]:
    known = ClientAddresses(())
    return lambda number: known.identity(client(number).id[3:-3], ()), 2 * MOST


def media_types() -> tuple[Fill, int]:
    return lambda number: negotiate(f"application/json;q=0.5, a/{number:0150d}"), _CACHED_HEADERS


def prices_of_factors() -> tuple[Fill, int]:
    prices = FactorPrices(Tariff(Limits(), Overheads(), 30_000.0, Pace(1.0)))
    return lambda number: prices._splitting(number % 200, 64 + number, True), _KEPT_PRICES


FILLS = [buckets, debts, windows, addresses, media_types]
FILLS += [prices_of_factors]


@pytest.mark.parametrize("made", FILLS, ids=lambda made: str(made.__name__))
async def test_entries_take_no_more_than_their_number_allows(
    made: Callable[[], tuple[Fill, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_windows, "MAX_WINDOWS", MOST)
    monkeypatch.setattr(client_address, "CACHED_ADDRESSES", MOST)
    fill, most = made()
    # Far more than fit, all of which are counted from the first on.
    assert await taken(fill, 3 * most) < most * ENTRY_BYTES


@pytest.mark.parametrize("characters", [0, 10, 1_000, 50_000])
@pytest.mark.parametrize("letter", ["a", "\u00e9", "\u4e00", "\U0001f600"])
async def test_texts_take_no_more_than_their_bytes(letter: str, characters: int) -> None:
    most = 1 << 18
    cache = BoundedMemoryCache(most)

    async def fill(number: int) -> None:
        await cache.set(f"{number:x}{letter * 20}", f"{number}" + letter * characters)
        await cache.get(f"{number - 1:x}{letter * 20}")

    assert await taken(fill, 3_000 if characters < 5_000 else 100) < SLACK * most


async def test_segments_take_no_more_than_their_bytes() -> None:
    most = 1 << 20
    ranges = PrimeRanges(small_bound=10**5, segment_bytes=most)
    # Grown before, since base primes are no part of it.
    ranges.count(10**12, 10**12 + 10**5, STOP)
    numbers = random.Random(5)

    def fill(_number: int) -> None:
        low = numbers.randrange(10**11, 10**12 - 10**5)
        for _ in range(60):
            ranges.count(low, low + 1_000, STOP)

    assert await taken(fill, 80) < SLACK * most + _KEPT_PLANS * 4_000


async def test_plans_take_no_more_than_their_number_allows() -> None:
    ranges = PrimeRanges()
    planner: Planner = ranges._planner
    ranges.count(10**12, 10**12 + 10**5, STOP)
    numbers = random.Random(6)

    def fill(number: int) -> None:
        digits = (6, 12, 18, 20, 300, 4_000)[number % 6]
        low = numbers.randrange(10**digits)
        planner.pieces(low, low + numbers.randrange(10**digits), Task.COUNT)

    # Two integers of 4,000 digits take 3,600 bytes, and are in the key and in some pieces.
    assert await taken(fill, 3 * _KEPT_PLANS) < _KEPT_PLANS * 20_000


async def test_a_cache_without_a_bound_would_be_found() -> None:
    kept: dict[str, int] = {}
    grown = await taken(lambda number: kept.setdefault(client(number).id, 5), 10 * MOST)
    assert grown > MOST * ENTRY_BYTES
