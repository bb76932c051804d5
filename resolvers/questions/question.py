"""What a question is: all that the service needs to know of it follows from its declaration.

A question is declared once, with the engine's function. From the declaration follow the key and the
codec under which answers are remembered, where the function runs, the price, the predicted memory,
and what the schema says of its cost.
"""

from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from dataclasses import KW_ONLY, dataclass, field, is_dataclass
from functools import partial
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, get_args, get_origin

from engine.errors import EngineError
from engine.flint_calls import WORD_END
from resolvers.context import RequestContext
from resolvers.pricing.fields import FieldPrice, PriceFunction, Prices
from resolvers.pricing.states import ListState, RangeState
from resolvers.pricing.tariff import NOTHING, Priced, Tariff
from resolvers.questions.answer_checks import Check
from resolvers.questions.narrowing import narrowed, narrowed_interval
from resolvers.remembering.answer_shapes import MOST_ENTRIES, Shape

T = TypeVar("T")


def _never(*_arguments: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Question(FieldPrice, Generic[T]):
    """A question that is answered from the answers of others, with a price of its own.

    Attributes:
        by_way: Asks the others; None if whoever holds their answers does.
    """

    by_way: Callable[..., Coroutine[Any, Any, T]] | None = None

    @property
    def is_computed(self) -> bool:
        """Whether the field is computed when it is asked for."""
        return True

    def ask(self, context: RequestContext, *arguments: Any) -> Coroutine[Any, Any, T]:
        """Return the answer."""
        assert self.by_way is not None
        return self.by_way(context, *arguments)


@dataclass(frozen=True, slots=True, eq=False)
class EngineQuestion(Question[T]):
    """A question that a function of the engine answers.

    Args:
        function: Of the engine.
        cost: Predicts the points that the function takes.
        answer: The type of the answers, as ``answer_codec.reader`` takes it.
        name: Part of every key in the memory of answers; the function's name if left out.
        check: How an answer is checked that is read from there.
        is_final: Whether an answer is worth keeping: not one that ended where its time did.
        length: About how many entries an answer has, as a list or as an object that holds one,
            given the arguments.
        refuses: Whether the function refuses the arguments.
        version: Counted up when the meaning of the answers changes and their type does not.

    Attributes:
        shape: What the memory of answers needs to know.
    """

    function: Callable[..., T]
    cost: Callable[..., float]
    answer: Any
    _: KW_ONLY
    name: str = ""
    check: Check | None = None
    is_final: Callable[[T], bool] | None = None
    length: Callable[..., float] | None = None
    refuses: Callable[..., bool] = _never
    version: int = 1
    shape: Shape[T] = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what the memory of answers needs."""
        optional: dict[str, Any] = {}
        if self.check is not None:
            optional |= {"is_plausible": self.check.is_plausible, "check_cost": self.check.cost}
        if self.is_final is not None:
            optional["is_final"] = self.is_final
        if self.length is not None:
            optional["is_too_long"] = partial(_is_too_long, self.length)
        name = self.name or self.function.__name__
        shape: Shape[T] = Shape(name, self.answer, version=self.version, **optional)
        object.__setattr__(self, "shape", shape)

    def ask(self, context: RequestContext, *arguments: Any) -> Coroutine[Any, Any, T]:
        """Return the answer; what is expensive is computed once, and remembered."""
        return (self.by_way or self.recall)(context, *arguments)

    def recall(self, context: RequestContext, *arguments: Any) -> Coroutine[Any, Any, T]:
        """Return the answer of the function, run in a worker process if it is not cheap."""
        cost = self.cost(*arguments)
        return context.recall_single(self.shape, cost, self.function, *arguments)

    def price_function(self, prices: Prices) -> PriceFunction:
        """Return the declared price, or the one that follows from cost, length and answer."""
        return self.price(prices) if self.price else partial(self.usual_price, prices)

    def usual_price(self, prices: Prices, state: Any, arguments: Mapping[str, Any]) -> Priced:
        """Return the price where none is declared."""
        raise NotImplementedError(f"{self.shape.name} has no price")

    def answered(self, tariff: Tariff, points: float, bits: float, *arguments: Any) -> Priced:
        """Return points with what it takes to show an answer of integers of so many bits."""
        length = 1.0 if self.length is None else self.length(*arguments)
        entries = ListState(length, bits)
        (answer,) = _without_none(self.answer)
        if is_dataclass(answer):
            if self.length is not None:
                points += length * tariff.overheads.object
            return points + tariff.overheads.object, ((entries, 1.0),)
        if self.length is None:
            return points, NOTHING
        is_of_objects = is_dataclass(get_args(answer)[0])
        each = tariff.overheads.object if is_of_objects else tariff.overheads.element
        return points + length * each, ((entries, length),)


@dataclass(frozen=True, slots=True, eq=False)
class SweepQuestion(EngineQuestion[T]):
    """A question that a sweep answers, ``function(prime_ranges, *arguments, stop)`` in a thread.

    Args:
        advice: What to do where a sweep takes too long, with ``{most}`` in the place of the
            greatest first argument within reach.
    """

    _: KW_ONLY
    advice: str = ""
    is_lasting: bool = False

    async def recall(self, context: RequestContext, *arguments: Any) -> T:
        """Return the answer of the function, run in a thread if it is not cheap.

        Raises:
            LimitError: It would take too long; the message says what is within reach.
        """
        cost = partial(self.cost, context.ranges)
        function = partial(self.function, context.ranges)
        with self.narrowing(context, cost, *arguments):
            points = cost(*arguments)
            return await context.recall_sweep(self.shape, points, function, *arguments)

    def narrowing(
        self, context: RequestContext, cost: Callable[..., float], *arguments: Any
    ) -> AbstractContextManager[None]:
        """Say what would be within reach, where the sweep is refused for its time."""
        return narrowed(context, arguments[0], cost, self.advice)

    def usual_price(self, prices: Prices, state: Any, arguments: Mapping[str, Any]) -> Priced:
        """Return the price of reading the arguments, and of a sweep as far as they say."""
        tariff, asked = prices.tariff, tuple(arguments.values())
        points = tariff.computed + tariff.overheads.value + tariff.integer(asked[0].bit_length())
        return points + tariff.sweep(self.cost(prices.prime_ranges, *asked)), NOTHING


@dataclass(frozen=True, slots=True, eq=False)
class RangeQuestion(SweepQuestion[T]):
    """A question about the primes of [low, high], which are the first arguments."""

    def narrowing(
        self, context: RequestContext, cost: Callable[..., float], *arguments: Any
    ) -> AbstractContextManager[None]:
        """Say which width would be within reach, where the sweep is refused for its time."""
        low, high, *others = arguments
        return narrowed_interval(context, low, high, cost, *others)

    def usual_price(
        self, prices: Prices, state: RangeState, arguments: Mapping[str, Any]
    ) -> Priced:
        """Return the price of a sweep over the interval, and of its answer."""
        tariff = prices.tariff
        asked = (state.low, state.high, *arguments.values())
        if self.refuses(*asked):
            return tariff.refused, NOTHING
        try:
            predicted = self.cost(prices.prime_ranges, *asked)
        except EngineError:
            return tariff.refused, NOTHING
        points = tariff.computed + tariff.sweep(predicted)
        if tariff.is_refused(predicted):
            return points, NOTHING
        return self.answered(tariff, points, state.bits, *asked)


def beyond_words(_low: int, high: int, *_arguments: Any) -> bool:
    """Return whether an interval goes beyond 64 bits, where no segment is sieved."""
    return high >= WORD_END


def _is_too_long(length: Callable[..., float], *arguments: Any) -> bool:
    """Return whether a list may be longer than is remembered."""
    return length(*arguments) > MOST_ENTRIES


def _without_none(answer: Any) -> tuple[Any, ...]:
    """Return the type of answers that are there."""
    if get_origin(answer) not in (Union, UnionType):
        return (answer,)
    return tuple(part for part in get_args(answer) if part is not NoneType)
