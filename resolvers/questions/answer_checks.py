"""How an answer that is read from the memory of answers is checked, as far as that is cheap."""

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from engine.factoring import sanity_checks
from engine.primality.primality import is_probable_prime_cost

# Points of a check that evaluates li(x) twice.
_BOUNDING_POINTS: Final = 0.4


class Check(NamedTuple):
    """How an answer is checked against the arguments.

    Attributes:
        is_plausible: Whether an answer can be that of the arguments.
        cost: The points predicted for ``is_plausible``.
    """

    is_plausible: Callable[..., bool]
    cost: Callable[..., float]


def _bounding(_answer: Any, *_arguments: Any) -> float:
    return _BOUNDING_POINTS


def _testing(prime: int | None, _n: int) -> float:
    return _BOUNDING_POINTS + is_probable_prime_cost(prime or 0)


def _testing_ends(primes: Sequence[int], *_arguments: Any) -> float:
    ends = {primes[0], primes[-1]} if primes else ()
    return _BOUNDING_POINTS + sum(map(is_probable_prime_cost, ends))


PRIMALITY: Final = Check(sanity_checks.could_be_primality, sanity_checks.primality_check_cost)
FACTORIZATION: Final = Check(
    sanity_checks.could_be_factorization, sanity_checks.factorization_check_cost
)
NEXT_PRIME: Final = Check(sanity_checks.could_be_next_prime, _testing)
PREVIOUS_PRIME: Final = Check(sanity_checks.could_be_previous_prime, _testing)
NTH_PRIME: Final = Check(sanity_checks.could_be_nth_prime, _testing)
PRIME_COUNT: Final = Check(sanity_checks.could_be_prime_count, _bounding)
COUNT: Final = Check(sanity_checks.could_be_count, _bounding)
SUM: Final = Check(sanity_checks.could_be_sum, _bounding)
ENDS: Final = Check(sanity_checks.could_be_end, _testing_ends)
