"""Questions about the sequence of all primes: pi(x), the n-th prime, progressions."""

from functools import partial

from engine.primality.progressions import progression as engine_progression
from engine.primality.progressions import progression_cost
from engine.results import PrimeProgression
from engine.stop import Stop
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.questions.narrowing import narrowed
from resolvers.remembering.answer_shapes import NTH_PRIME, PRIME_COUNT, PROGRESSION


async def prime_count(context: RequestContext, x: int) -> int:
    """Return pi(x), the number of primes <= x."""
    ranges = context.ranges
    cost = ranges.prime_count_cost
    with narrowed(context, x, cost, "Ask for an x of at most about {most}"):
        return await context.recall_sweep(PRIME_COUNT, cost(x), ranges.prime_count, x)


async def nth_prime(context: RequestContext, n: int) -> int:
    """Return the n-th prime, 1-based."""
    ranges = context.ranges
    cost = ranges.nth_prime_cost
    with narrowed(context, n, cost, "Ask for an n of at most about {most}"):
        return await context.recall_sweep(NTH_PRIME, cost(n), ranges.nth_prime, n)


async def progression(
    context: RequestContext, start: int, difference: int, max_terms: int
) -> PrimeProgression:
    """Return the leading run of primes of start, start + difference, ..."""
    maximum = context.limits.max_page_size
    if max_terms > maximum:
        raise LimitError(f"maxTerms is {max_terms}; at most {maximum} terms")
    cost = progression_cost(start, difference, max_terms)
    function = partial(engine_progression, stop=Stop())
    return await context.recall_single(PROGRESSION, cost, function, start, difference, max_terms)
