"""Finds the run of primes at the start of an arithmetic progression."""

import itertools

from engine.errors import DomainError
from engine.primality.primality import is_prime, prime_cost
from engine.results import PrimeProgression
from engine.stop import Stop

# The longest known run of primes in arithmetic progression, as of 2026 (AP-27, PrimeGrid, 2019).
_LONGEST_RUN = 27


def progression(start: int, difference: int, max_terms: int, stop: Stop) -> PrimeProgression:
    """Return the leading terms start, start + difference, ... that are all prime.

    Args:
        start: Any integer; if it is not prime, there are no terms.
        difference: Any integer except 0; the terms descend if it is negative.
        max_terms: The most terms returned, >= 1.
        stop: Checked before each term.

    Returns:
        The proven primes, and the first term that is not prime, or None if ``max_terms`` was
        reached first.

    Raises:
        DomainError: difference is 0, or max_terms is below 1.
        CapacityError: A term has more than ``primality.MAX_PROOF_DIGITS`` digits and passes BPSW.
        DeadlineError: Stopped.

    Cost: one proof for each term. Let q be the least prime that does not divide the difference. One
        of any q consecutive terms is divisible by q, so no run has 2 * q terms.

    >>> progression(199, 210, 20, Stop()).ended_by
    2299
    """
    if difference == 0:
        raise DomainError("difference must not be 0")
    if max_terms < 1:
        raise DomainError(f"maxTerms is {max_terms}; it must be at least 1")
    terms: list[int] = []
    for term in itertools.islice(itertools.count(start, difference), max_terms):
        stop.check()
        if not is_prime(term):
            return PrimeProgression(start, difference, tuple(terms), term)
        terms.append(term)
    return PrimeProgression(start, difference, tuple(terms), None)


def progression_cost(start: int, difference: int, max_terms: int) -> float:
    """Return the points predicted for the longest run that this difference allows."""
    terms = _longest_run(difference, max_terms)
    largest = max(start, start + (terms - 1) * difference, 2)
    return terms * prime_cost(largest.bit_length())


def _longest_run(difference: int, max_terms: int) -> int:
    """Return about how many terms a run has at most: the least prime not dividing difference."""
    for q in (2, 3, 5, 7, 11, 13, 17, 19, 23):
        if difference % q:
            return min(q, max_terms)
    return min(_LONGEST_RUN, max_terms)
