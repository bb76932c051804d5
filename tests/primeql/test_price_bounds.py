"""Prices of the worst documents known: none is too dear to ask, none is far below what it takes.

What they take is measured by ``benchmarks.bench_price_bounds``, not here.
"""

from dataclasses import replace

import pytest

from benchmarks.cost_service import Bench
from benchmarks.worst_documents import WORST
from resolvers.limits import Limits
from resolvers.pricing.tariff import Overheads

# Three quarters of the prices that held by that benchmark on a quiet machine. Lower ones are for
# those who have measured again.
LEAST_POINTS = {
    "pages of edges": 160,
    "pages of pages": 11,
    "divisors": 530,
    "sums of divisors": 2,
    "constellations": 130,
    "classes of a large prime": 940,
    "classes of many": 89,
    "batch times alias, words": 5_400,
    "batch times alias, large": 360,
    "wide root": 100,
    "wide integers": 24,
    "wide refusals": 190,
    "negative words": 100,
    "buckets": 57,
    "residues": 19,
    "gaps": 330,
    "a page of long primes": 150,
    "all residues": 620,
    "buckets between known counts": 100,
    "long progressions": 16,
    "a hard integer among easy ones": 100,
    "a long integer among words": 48,
    "factors of words": 55,
    "classes of small primes": 79,
    "errors of items": 270,
    "products of two primes": 360,
    "words beside the schema": 140,
    "introspection": 190,
}


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(replace(Overheads(), process=0.0, thread=0.0))


@pytest.mark.parametrize("name", WORST)
def test_worst_known_documents_are_neither_too_dear_nor_too_cheap(bench: Bench, name: str) -> None:
    price = bench.estimate(WORST[name]).points
    assert LEAST_POINTS[name] <= price <= Limits().max_request_cost
