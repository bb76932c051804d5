"""What follows from the declaration of a question."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from engine.errors import CapacityError
from engine.intervals.prime_ranges import PrimeRanges
from engine.results import ResidueCount
from engine.stop import Stop
from primeql.operations.service import PrimeService
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.pricing.fields import Prices
from resolvers.pricing.states import IntegerState, ListState, RangeState
from resolvers.pricing.tariff import NOTHING, Overheads, Tariff
from resolvers.questions.integer_columns import IntegerQuestion, WordQuestion
from resolvers.questions.question import EngineQuestion, RangeQuestion

TARIFF = Tariff(Limits(), Overheads(), 10_000.0, Pace(1.0))
RANGES = PrimeRanges()
PRICES = Prices.of(TARIFF, RANGES)
WORDS = IntegerState([60, 61])
LONG = IntegerState([2**90 + 1, 2**90 + 2])
RANGE = RangeState(10, 2_000)


def digits(n: int) -> int:
    """Return how many decimal digits n has."""
    return len(str(abs(n)))


def widths(ranges: PrimeRanges, low: int, high: int, parts: int, stop: Stop) -> tuple[int, ...]:
    """Return so many times the width."""
    return (high - low,) * parts


def cost_of(*points: float) -> Any:
    """Return a cost function that predicts so many points, whatever is asked."""
    return lambda *_arguments: points[0]


def no_cost(*_arguments: Any) -> float:
    raise CapacityError("out of reach")


def price(question: EngineQuestion[Any], state: Any, arguments: Mapping[str, Any]) -> Any:
    return question.price_function(PRICES)(state, arguments)


@pytest.mark.parametrize("state", [WORDS, LONG, IntegerState([-5])])
def test_integer_is_priced_by_cost_and_digits(state: IntegerState) -> None:
    question = IntegerQuestion(digits, cost_of(7.0), int)
    points = TARIFF.computed + 7.0 + TARIFF.text(state.bits)
    assert price(question, state, {}) == (pytest.approx(points), NOTHING)


def test_words_that_are_answered_by_one_call_are_not_awaited() -> None:
    many = WordQuestion(lambda words: list(map(digits, words.values)), 0.1)
    question = IntegerQuestion(digits, cost_of(0.1), int, many=many)
    asked, awaited = (price(question, state, {})[0] for state in (WORDS, LONG))
    assert asked == pytest.approx(TARIFF.column + 0.1 + TARIFF.text(WORDS.bits))
    assert awaited == pytest.approx(TARIFF.computed + 0.1 + TARIFF.text(LONG.bits))


@pytest.mark.parametrize(
    ("answer", "each"),
    [(Sequence[ResidueCount], "object"), (tuple[int, ...], "element")],
)
def test_list_is_priced_by_its_length(answer: Any, each: str) -> None:
    question = RangeQuestion(
        widths, cost_of(0.1), answer, length=lambda _low, _high, parts: 3 * parts
    )
    points, ((entry, count),) = price(question, RANGE, {"parts": 4})
    assert count == 12
    assert isinstance(entry, ListState)
    assert (entry.length, entry.bits) == (12, RANGE.bits)
    assert points == pytest.approx(TARIFF.computed + 0.1 + 12 * getattr(TARIFF.overheads, each))


@pytest.mark.parametrize("answer", [ResidueCount, ResidueCount | None])
def test_object_is_paid_for_once(answer: Any) -> None:
    question = RangeQuestion(widths, cost_of(0.1), answer)
    points, ((_, count),) = price(question, RANGE, {})
    assert count == 1
    assert points == pytest.approx(TARIFF.computed + 0.1 + TARIFF.overheads.object)


@pytest.mark.parametrize(
    "question",
    [
        IntegerQuestion(digits, no_cost, int),
        IntegerQuestion(digits, cost_of(50.0), int, refuses=lambda _value: True),
        RangeQuestion(widths, no_cost, int),
        RangeQuestion(widths, cost_of(50.0), int, refuses=lambda _low, _high: True),
    ],
)
def test_what_will_be_refused_costs_next_to_nothing(question: EngineQuestion[Any]) -> None:
    state = RANGE if isinstance(question, RangeQuestion) else LONG
    assert price(question, state, {}) == (TARIFF.refused, NOTHING)


def test_object_that_holds_a_list_is_paid_for_with_its_entries() -> None:
    question = RangeQuestion(
        widths, cost_of(0.1), ResidueCount | None, length=lambda _low, _high: 5
    )
    points, ((entries, count),) = price(question, RANGE, {})
    assert (entries.length, count) == (5, 1)
    assert points == pytest.approx(TARIFF.computed + 0.1 + 6 * TARIFF.overheads.object)


def test_key_tells_function_and_type() -> None:
    question = IntegerQuestion(digits, cost_of(1.0), int)
    other = IntegerQuestion(digits, cost_of(1.0), int | None)
    renamed = IntegerQuestion(digits, cost_of(1.0), int, name="length", version=2)
    keys = [one.shape.key((12,)).partition(":")[0] for one in (question, other, renamed)]
    assert [key.partition(".")[0] for key in keys] == ["digits", "digits", "length"]
    assert len(set(keys)) == 3


@pytest.mark.parametrize(("parts", "is_remembered"), [(1_001, True), (1_002, False)])
def test_long_lists_are_not_remembered(parts: int, is_remembered: bool) -> None:
    question = RangeQuestion(
        widths, cost_of(1.0), tuple[int, ...], length=lambda _low, _high, parts: parts
    )
    assert question.shape.is_too_long(1, 9, parts) is not is_remembered


@pytest.fixture
def context(service: PrimeService) -> RequestContext:
    return service.context(service.arrival("test"))


@pytest.mark.parametrize("points", [1.0, 60.0])
async def test_question_is_answered_at_once_or_elsewhere(
    points: float, context: RequestContext
) -> None:
    integer = IntegerQuestion(digits, cost_of(points), int)
    assert await integer.ask(context, -1234) == 4
    interval = RangeQuestion(widths, cost_of(points), tuple[int, ...])
    assert await interval.ask(context, 5, 25, 2) == (20, 20)


async def test_sweep_out_of_reach_is_refused_with_a_width(context: RequestContext) -> None:
    question = RangeQuestion(widths, lambda _ranges, low, high, _parts: 1.0 * (high - low), int)
    with pytest.raises(LimitError, match=r"Narrow \[low, high\] to at most about \d+ integers"):
        await question.ask(context, 0, 10**9, 1)
