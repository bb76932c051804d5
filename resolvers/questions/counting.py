"""Questions about the sequence of all primes: pi(x), the n-th prime, progressions."""

from typing import Final

from engine.intervals.prime_ranges import PrimeRanges
from engine.primality.progressions import progression, progression_cost
from engine.results import PrimeProgression
from engine.stop import Stop
from resolvers.context import RequestContext
from resolvers.errors import LimitError
from resolvers.questions import answer_checks
from resolvers.questions.question import EngineQuestion, SweepQuestion

PRIME_COUNT: Final = SweepQuestion(
    PrimeRanges.prime_count,
    PrimeRanges.prime_count_cost,
    int,
    check=answer_checks.PRIME_COUNT,
    advice="Ask for an x of at most about {most}",
    weight=16,
)
NTH_PRIME: Final = SweepQuestion(
    PrimeRanges.nth_prime,
    PrimeRanges.nth_prime_cost,
    int,
    check=answer_checks.NTH_PRIME,
    advice="Ask for an n of at most about {most}",
    weight=27,
)


def _leading_primes(start: int, difference: int, max_terms: int) -> PrimeProgression:
    """Return the leading run of primes, in a process that nothing but a kill stops."""
    return progression(start, difference, max_terms, stop=Stop())


async def _progression(
    context: RequestContext, start: int, difference: int, max_terms: int
) -> PrimeProgression:
    """Return the leading run of primes of start, start + difference, ..."""
    maximum = context.limits.max_page_size
    if max_terms > maximum:
        raise LimitError(f"maxTerms is {max_terms}; at most {maximum} terms")
    return await PROGRESSION.recall(context, start, difference, max_terms)


PROGRESSION: Final = EngineQuestion(
    _leading_primes,
    progression_cost,
    PrimeProgression,
    name="progression",
    length=lambda _start, _difference, max_terms: max_terms,
    by_way=_progression,
    price=lambda prices: prices.integers.progression,
    weight=0.29,
)
