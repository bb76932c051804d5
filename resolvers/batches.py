"""Questions about many integers at once."""

from collections.abc import Sequence

from engine.batch_primality import are_prime as engine_are_prime
from engine.batch_primality import are_prime_cost
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.integers import IntegerAnswers


def _check_size(context: RequestContext, values: Sequence[int]) -> None:
    """Refuse a batch above the limit in force."""
    maximum = context.limits.max_batch_size
    if len(values) > maximum:
        raise LimitError(f"values holds {len(values)} integers; at most {maximum} in one batch")


def integers(context: RequestContext, values: Sequence[int]) -> list[IntegerAnswers]:
    """Return the answers of each value, in the order asked."""
    _check_size(context, values)
    return [IntegerAnswers(context, value) for value in values]


async def are_prime(context: RequestContext, values: Sequence[int]) -> list[bool]:
    """Return whether each value is proven prime, in the order asked."""
    _check_size(context, values)
    found = await context.single(are_prime_cost(values), engine_are_prime, values)
    answers: list[bool] = found.tolist()
    return answers
