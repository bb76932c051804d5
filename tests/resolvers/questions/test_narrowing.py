"""What a question that would take too long is told to ask for instead."""

import json
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from primeql.operations.operation import Operation
from primeql.operations.service import PricedOperation, PrimeService
from primeql.settings import Settings
from resolvers.questions.narrowing import size_within_reach

MOST = 50_000.0


@given(
    size=st.integers(1, 10**4_096),
    unit=st.floats(1e-9, 1e9),
    power=st.floats(0.6, 1.2),
    least=st.floats(0, 2 * MOST),
)
def test_the_size_found_is_within_reach_and_not_far_from_the_greatest(
    size: int, unit: float, power: float, least: float
) -> None:
    def cost(size: int) -> float:
        return float(least + unit * min(size, 2**80) ** power)

    assume(cost(size) > MOST)
    found = size_within_reach(size, cost, MOST)
    if found is None:
        assert cost(1) > 0.3 * MOST
        return
    assert 1 <= found < size
    assert cost(found) <= MOST
    assert re.fullmatch("[0-9]{1,2}0*", str(found))


@given(size=st.integers(10**12, 10**4_096), unit=st.floats(1e-6, 1.0))
def test_a_cost_in_proportion_is_used_up_nearly(size: int, unit: float) -> None:
    found = size_within_reach(size, lambda size: 0.5 + min(size, 2**80) * unit, MOST)
    assert found is not None
    assert 0.8 * MOST < found * unit <= MOST


FIELDS = {
    "count": "count",
    "sum": "sum",
    "gaps": "gaps { count }",
    "histogram": "histogram(buckets: 7) { count }",
    "residues": "residues(modulus: 10) { count }",
    "constellations": "constellations(offsets: [0, 2]) { totalCount }",
}
LOW = 2**64 - 10**9
PAGE = "{{ primeRange(low: 1%s, high: 2%s) {{ primes({}: 99999) {{ nodes }} }} }}"
PAGE %= ("0" * 99, "0" * 99)


@pytest.fixture(scope="module")
def slow() -> PrimeService:
    """A service on a machine that takes ten times as long."""
    return PrimeService(Settings(pace="10"))


async def message(service: PrimeService, text: str) -> str:
    """Return the message of the one error, whose code is OUT_OF_RANGE."""
    answer = await service.answer(Operation(text), "test")
    (error,) = json.loads(answer.body)["errors"]
    assert error["extensions"]["code"] == "OUT_OF_RANGE"
    found = error["message"]
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("field", FIELDS)
async def test_a_refused_interval_is_told_how_wide_it_may_be(
    slow: PrimeService, field: str
) -> None:
    asked = f"{{ primeRange(low: {LOW}, high: {2**64 - 1}) {{ {FIELDS[field]} }} }}"
    refused = await message(slow, asked)
    found = re.fullmatch(
        r"this is predicted to take [\d,.]+ s; an answer may take 5 s\."
        r" Narrow \[low, high\] to at most about (\d+) integers at this height",
        refused,
    )
    assert found, refused
    width = int(found[1])
    asked = f"{{ primeRange(low: {LOW}, high: {LOW + width - 1}) {{ {FIELDS[field]} }} }}"
    priced = await slow.prepare(Operation(asked), slow.arrival("test"))
    assert isinstance(priced, PricedOperation)
    # Had it been refused, it would be priced at next to nothing; 5 s are 5,000 points there.
    assert 1_000 < priced.points < 6_000


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("{ primeCount(x: 999999999999999) }", r"Ask for an x of at most about \d+"),
        ("{ nthPrime(n: 29844570422660) }", r"Ask for an n of at most about \d+"),
        (
            "{ integer(value: 999999999999989) { primeIndex } }",
            r"Ask for a value of at most about \d+",
        ),
        (PAGE.format("first"), r"Ask for at most about \d+ with first"),
        (PAGE.format("last"), r"Ask for at most about \d+ with last"),
    ],
)
async def test_other_arguments_are_told_their_bound(
    slow: PrimeService, text: str, advice: str
) -> None:
    assert re.search(rf"an answer may take 5 s\. {advice}$", await message(slow, text))
