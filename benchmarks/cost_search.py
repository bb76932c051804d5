"""Searches for documents that take longer than twice their price and 10 ms, which is promised."""

import asyncio
import gc
import heapq
import itertools
import time
from typing import NamedTuple

from graphql import GraphQLError, parse, validate
from hypothesis import HealthCheck, Phase, given, seed, settings, target

from benchmarks.cost_documents import documents
from benchmarks.cost_service import Bench
from benchmarks.cost_workload import Request

FACTOR = 2.0
ALLOWANCE_POINTS = 100.0
# Documents in one search, which hypothesis turns towards the worst found.
_EXAMPLES = 500
_KEPT = 15
# The least price at which the ratio to it is looked at: one run of less is not measured well.
_LEAST_PRICE = 30.0


class Found(NamedTuple):
    """A document with its price and what it takes, in points of the quiet reference machine."""

    request: Request
    price: float
    taken: float

    @property
    def strain(self) -> float:
        """What it takes / what is promised; above 1 the promise is broken."""
        return self.taken / promised(self.price)

    @property
    def ratio(self) -> float:
        """What it takes / its price."""
        return self.taken / self.price


def promised(price: float) -> float:
    """Return the points that a request of this price takes at most."""
    return FACTOR * price + ALLOWANCE_POINTS


class Search:
    """Draws documents for so many seconds and keeps the worst, by strain and by ratio.

    Args:
        bench: Prices and answers.
        most: Points above which a document is left out.
    """

    def __init__(self, bench: Bench, most: float) -> None:
        self._bench = bench
        self._most = most
        self._order = itertools.count()
        self._strained: list[tuple[float, int, Found]] = []
        self._underpriced: list[tuple[float, int, Found]] = []
        self.count = 0

    def run(self, seconds: float, first_seed: int) -> None:
        """Search, printing each document that breaks the promise as it is found."""
        end = time.monotonic() + seconds
        for number in itertools.count(first_seed):
            if time.monotonic() >= end:
                break
            self._round(number, end)

    def report(self) -> None:
        """Print the worst."""
        print(f"{self.count} documents")
        for title, kept in (("promise", self._strained), ("price", self._underpriced)):
            print(f"worst by taken / {title}: strain, taken / price, price, taken")
            for _, _, found in sorted(kept, reverse=True):
                _print(found)

    def _round(self, number: int, end: float) -> None:
        """Search once with hypothesis."""

        @seed(number)
        @settings(
            max_examples=_EXAMPLES,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.target),
            suppress_health_check=list(HealthCheck),
        )
        @given(request=documents())
        def try_one(request: Request) -> None:
            if time.monotonic() < end:
                found = self.measured(request)
                if found is not None:
                    target(found.strain, label="strain")

        try_one()

    def measured(self, request: Request) -> Found | None:
        """Return what a document takes; None if it is invalid or too dear."""
        try:
            document = parse(request.query)
        except GraphQLError:
            return None
        if validate(self._bench.schema, document):
            return None
        price = self._bench.estimate(request).points
        if price > self._most:
            return None
        taken = asyncio.run(self._least(request, price))
        found = Found(request, price, taken)
        self.count += 1
        self._keep(found)
        return found

    async def _least(self, request: Request, price: float) -> float:
        """Return what a document takes, ready; the least of four runs if it seems much."""
        # Collections would walk through all that hypothesis holds.
        gc.freeze()
        await self._bench.once(request)
        least = (await self._bench.once(request)).normalised
        for _ in range(3):
            if least <= 0.7 * promised(price) and least <= 2 * max(price, _LEAST_PRICE):
                break
            least = min(least, (await self._bench.once(request)).normalised)
        return least

    def _keep(self, found: Found) -> None:
        """Remember a document if it is among the worst, once for each price."""
        if found.strain > 1:
            print("BROKEN ", end="")
            _print(found, most=100_000)
        for kept, badness in ((self._strained, found.strain), (self._underpriced, found.ratio)):
            if kept is self._underpriced and found.price < _LEAST_PRICE:
                continue
            if any(round(one.price, 2) == round(found.price, 2) for _, _, one in kept):
                continue
            heapq.heappush(kept, (badness, next(self._order), found))
            if len(kept) > _KEPT:
                heapq.heappop(kept)


def _print(found: Found, most: int = 700) -> None:
    figures = f"{found.strain:6.2f} {found.ratio:6.2f} {found.price:10.2f} {found.taken:10.2f}"
    shown = f"{found.request.query[:most]} {str(found.request.variables)[:most]}"
    print(f"{figures}  {shown}", flush=True)
