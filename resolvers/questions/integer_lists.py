"""Questions about many integers at once."""

import asyncio
import math
from collections.abc import Sequence

from engine.primality.batch_primality import are_prime as engine_are_prime
from engine.primality.batch_primality import are_prime_cost
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.questions.integer_columns import is_words
from resolvers.questions.question import Question
from resolvers.running.compute import LOOP_POINTS

# Turns on the event loop up to which a batch does not leave it: what two processes tell each other
# takes longer.
MOST_TURNS = 4


def _check_size(context: RequestContext, values: Sequence[int]) -> None:
    """Refuse a batch above the limit in force."""
    maximum = context.limits.max_batch_size
    if len(values) > maximum:
        raise LimitError(f"values holds {len(values)} integers; at most {maximum} in one batch")


def integers(context: RequestContext, values: Sequence[int]) -> Sequence[int]:
    """Return the integers that a batch asks about, in the order asked."""
    _check_size(context, values)
    return values


def each_batch(
    context: RequestContext, batches: Sequence[Sequence[int]]
) -> list[list[int] | LimitError]:
    """Return the integers that each of several batches asks about, or why it is refused."""
    found: list[list[int] | LimitError] = []
    for values in batches:
        try:
            found.append(list(integers(context, values)))
        except LimitError as error:
            found.append(error)
    return found


async def _are_prime(context: RequestContext, values: Sequence[int]) -> list[bool]:
    """Return whether each value is proven prime, in the order asked."""
    _check_size(context, values)
    cost = are_prime_cost(values)
    turns = math.ceil(cost / LOOP_POINTS)
    if 1 < turns <= MOST_TURNS and is_words(values):
        return await _are_prime_in_turns(context, values, turns)
    found = await context.single(cost, engine_are_prime, values)
    answers: list[bool] = found.tolist()
    return answers


async def _are_prime_in_turns(
    context: RequestContext, values: Sequence[int], turns: int
) -> list[bool]:
    """Return whether each word is prime, found in so many turns on the event loop."""
    size = math.ceil(len(values) / turns)
    parts = [values[begin : begin + size] for begin in range(0, len(values), size)]
    costs = [are_prime_cost(part) for part in parts]
    answers: list[bool] = []
    for number, part in enumerate(parts):
        try:
            found = await context.single(costs[number], engine_are_prime, part)
        except asyncio.CancelledError:
            context.notes.unused_points += sum(costs[number + 1 :])
            raise
        answers += found.tolist()
    return answers


ARE_PRIME = Question(by_way=_are_prime, price=lambda prices: prices.integers.are_prime, weight=1.1)
