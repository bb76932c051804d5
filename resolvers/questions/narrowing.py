"""How far to narrow a question that would take too long."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from resolvers.context import RequestContext
from resolvers.errors import LimitError, TooLongError

# Greater sizes are taken for this one: it is out of reach, and fits a float.
_GREATEST = 2**80
# A cost is predicted so often to find a size within reach, and so often to find a greater one.
_SHRINKINGS = 8
_GROWINGS = 5
# What is asked for next is a little smaller than what a cost in proportion to its size allows.
_MARGIN = 0.95
_NARROW = "Narrow [low, high] to at most about {most} integers at this height"


@contextmanager
def narrowed(
    context: RequestContext, size: int, cost: Callable[[int], float], advice: str
) -> Iterator[None]:
    """Say which size would be within reach, where a sweep is refused for its time.

    Args:
        context: Of the request.
        size: Of what is asked.
        cost: Predicts the points for a size.
        advice: What to do, with ``{most}`` in the place of the size.

    Raises:
        LimitError: The sweep is predicted to take too long.

    Cost: 10 us for each of at most 13 predictions, if the sweep is refused.
    """
    try:
        yield
    except TooLongError as error:
        points = context.compute.pace.points(context.limits.deadline_seconds)
        most = size_within_reach(size, cost, points)
        if most is None:
            raise
        raise LimitError(f"{error}. {advice.format(most=most)}") from None


def narrowed_interval(
    context: RequestContext,
    low: int,
    high: int,
    cost: Callable[..., float],
    *arguments: Any,
) -> AbstractContextManager[None]:
    """Say as ``narrowed`` does how many integers from low on would be within reach.

    Args:
        context: Of the request.
        low: The least integer of what is asked.
        high: The greatest.
        cost: Predicts the points for an interval and the arguments.
        arguments: What follows low and high.
    """

    def cost_of_width(width: int) -> float:
        return cost(low, low + width - 1, *arguments)

    return narrowed(context, high - low + 1, cost_of_width, _NARROW)


def size_within_reach(size: int, cost: Callable[[int], float], most: float) -> int | None:
    """Return about the greatest size below ``size`` whose cost is at most ``most`` points.

    It has two digits that are not zero. None if there is none, or if it is not found soon.
    """
    beyond = min(size, _GREATEST)
    found = 0
    for _ in range(_SHRINKINGS):
        proportional = int(beyond * min(most / cost(beyond), 1.0) * _MARGIN)
        smaller = _rounded_down(max(proportional, 1))
        if cost(smaller) <= most:
            found = smaller
            break
        if smaller == 1:
            break
        beyond = smaller
    if not found:
        return None
    for _ in range(_GROWINGS):
        between = _rounded_down(math.isqrt(found * beyond))
        if between <= found:
            break
        if cost(between) <= most:
            found = between
        else:
            beyond = between
    return found


def _rounded_down(n: int) -> int:
    """Return n with all digits but the first two replaced by zeros."""
    unit: int = 10 ** max(len(str(n)) - 2, 0)
    return n // unit * unit
