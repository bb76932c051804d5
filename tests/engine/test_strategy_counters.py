"""How intervals were answered, as the engine counts it."""

import pytest

from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop
from engine.strategy_counters import StrategyCounters

# Far from the end of the checkpoints and of the table, and for each width one strategy is clearly
# the cheapest.
ASKED = {
    "table": (1, 1_000_000),
    "sieve": (10**12, 10**12 + 10**7),
    "candidates": (10**18, 10**18 + 1_000),
}


@pytest.fixture(scope="module")
def ranges() -> PrimeRanges:
    return PrimeRanges()


@pytest.mark.parametrize(("strategy", "interval"), ASKED.items())
def test_each_part_is_counted_once_where_it_is_answered(
    ranges: PrimeRanges, strategy: str, interval: tuple[int, int]
) -> None:
    before = ranges.strategies.uses()
    ranges.sum(*interval, Stop())
    after = ranges.strategies.uses()
    grown = {name: after[name].parts - before[name].parts for name in StrategyCounters.NAMES}
    assert grown == {name: int(name == strategy) for name in StrategyCounters.NAMES}
    assert after[strategy].seconds > before[strategy].seconds


def test_pricing_counts_nothing(ranges: PrimeRanges) -> None:
    before = ranges.strategies.uses()
    ranges.sum_cost(10**12, 10**12 + 10**7)
    assert ranges.strategies.uses() == before


def test_wide_counts_use_the_checkpoints(ranges: PrimeRanges) -> None:
    before = ranges.strategies.uses()["checkpoints"].parts
    # pi(10^12) - pi(10^11): OEIS A006880.
    assert ranges.count(10**11 + 1, 10**12, Stop()) == 37_607_912_018 - 4_118_054_813
    assert ranges.strategies.uses()["checkpoints"].parts == before + 1


def test_tables_take_what_they_hold(ranges: PrimeRanges) -> None:
    # 4 bytes for each of the primes up to 2^25: pi(2^25) = 2,063,689 (OEIS A007053).
    assert ranges.table_bytes()["base_primes"] >= 4 * 2_063_689
