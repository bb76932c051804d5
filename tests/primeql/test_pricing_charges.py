"""What pricing costs whom it gives only a price, counted in points."""

import itertools
import time
from types import SimpleNamespace

import pytest

from middleware.limits.clients import Client
from middleware.limits.memory_budget import MemoryBudget
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import LocalBuckets, LocalBudget
from primeql.operations import service as service_module
from primeql.operations.admission import FREE_PRICING_POINTS, Admission, CostMode
from primeql.operations.document_fees import DocumentFees
from primeql.operations.operation import Operation
from primeql.operations.request_errors import RequestError
from primeql.operations.service import Arrival, PricedOperation, PrimeService

CLIENT = Client("somebody", Tier("test", 100_000, 1.0, 1_000, 10, 50_000))
# 600 points or so.
ASKED = Operation("{ primeRange(low: 1, high: 100000000) { gaps { maximum { start } } } }")


@pytest.mark.parametrize("measured", [0.0, 10.0, 60.0, 1e6])
@pytest.mark.parametrize("mode", [CostMode.VALIDATE, CostMode.PLAIN])
async def test_pricing_beyond_what_is_free_costs_at_most_the_price(
    service: PrimeService, measured: float, mode: CostMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare, prices = service.prepare, []

    async def timed(
        operation: Operation | RequestError, arrival: Arrival, enough: float, fees: DocumentFees
    ) -> PricedOperation:
        """Price as the service does, in so much time."""
        one = await prepare(operation, arrival, enough, fees)
        assert isinstance(one, PricedOperation)
        prices.append(one.points)
        return one._replace(pricing_points=measured)

    monkeypatch.setattr(service, "prepare", timed)
    buckets = LocalBuckets(clock=lambda: 0.0)
    admission = Admission(service, LocalBudget(buckets), MemoryBudget(1 << 20))
    arrival = service.arrival("test")
    if mode is CostMode.PLAIN:
        # It is refused as too dear.
        arrival = arrival._replace(max_request_cost=100)
    await admission.answer([ASKED], CLIENT, mode, arrival)
    (price,) = prices
    assert price > 100
    paid = max(0.0, min(measured, price) - FREE_PRICING_POINTS)
    assert buckets.spent(CLIENT) == paid


@pytest.mark.parametrize("pace", [0.5, 1.0, 4.0])
async def test_seconds_of_pricing_become_points_by_the_pace_of_the_machine(
    service: PrimeService, pace: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that goes on by a second each time it is read: pricing takes one in each turn.
    clock = SimpleNamespace(perf_counter=itertools.count().__next__, monotonic=time.monotonic)
    monkeypatch.setattr(service_module, "time", clock)
    monkeypatch.setattr(service.pace, "factor", pace)
    asked = Operation(f"{{ primeRange(low: 1, high: {10**6 + int(8 * pace)}) {{ count }} }}")
    one = await service.prepare(asked, service.arrival("test"))
    assert isinstance(one, PricedOperation)
    turns = one.pricing_points * pace / 10_000
    assert turns >= 1
    assert turns == int(turns)
