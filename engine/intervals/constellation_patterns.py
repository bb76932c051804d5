"""Patterns of offsets of prime constellations: which are admissible, and how frequent they are."""

import math
from collections.abc import Sequence
from itertools import pairwise

from engine.argument_checks import shown
from engine.errors import CapacityError, DomainError
from engine.primality.primality import is_prime

MAX_OFFSETS = 32
MAX_SPAN = 1_000_000
"""More offsets than any known dense constellation has; the span keeps the tables of a block small:
one byte for two integers of it."""

_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
# The product of q / (q - 1) over these primes.
_INVERSE_SHARE_LEFT = math.prod(q / (q - 1) for q in _PRIMES)


def check_offsets(offsets: Sequence[int]) -> tuple[int, ...]:
    """Return the offsets as a tuple, after checking them.

    Raises:
        DomainError: the offsets do not start with 0, or do not ascend strictly.
        CapacityError: there are more than ``MAX_OFFSETS``, or the last is above ``MAX_SPAN``.

    >>> check_offsets([0, 2, 6])
    (0, 2, 6)
    """
    if len(offsets) > MAX_OFFSETS:
        raise CapacityError(f"at most {MAX_OFFSETS} offsets are allowed, got {len(offsets)}")
    pattern = tuple(offsets)
    if not pattern or pattern[0] != 0:
        raise DomainError("offsets must start with 0")
    if any(after <= before for before, after in pairwise(pattern)):
        raise DomainError("offsets must be strictly ascending")
    if pattern[-1] > MAX_SPAN:
        raise CapacityError(f"offsets must be at most {MAX_SPAN}, got {shown(pattern[-1])}")
    return pattern


def covered_modulus(pattern: tuple[int, ...]) -> int | None:
    """Return the least prime q for which the offsets cover every residue modulo q, or None.

    If there is such a q, then for every p one of the terms p + o is divisible by q. If all terms
    are prime, that term is q. So at most k starts p are possible, where k is the number of offsets.

    Source: G. H. Hardy, J. E. Littlewood, "Partitio numerorum III", Acta Math. 44 (1923), 1-70. A
    pattern without such a q is called admissible; it is conjectured to occur infinitely often.

    >>> covered_modulus((0, 2, 4)), covered_modulus((0, 2, 6))
    (3, None)
    """
    for q in _PRIMES:
        if q > len(pattern):
            return None
        if len({offset % q for offset in pattern}) == q:
            return q
    return None


def exceptional_starts(pattern: tuple[int, ...], q: int) -> list[int]:
    """Return the starts p, ascending, of the constellations of a pattern that covers q.

    >>> exceptional_starts((0, 2, 4), 3)
    [3]
    """
    candidates = [q - offset for offset in reversed(pattern)]
    return [p for p in candidates if all(is_prime(p + offset) for offset in pattern)]


def constellation_density(pattern: tuple[int, ...], x: float) -> float:
    """Return the expected share of the integers near x that start a constellation of the pattern.

    Args:
        pattern: An admissible pattern.
        x: At least 3.

    Cost: as ``constellation_constant``, and 0.2 us.
    Source: Hardy & Littlewood (1923), conjecture X: ``constellation_constant`` / (ln x)^k.

    >>> round(constellation_density((0, 2), 1e6) * 1e6, -2)  # 1.3203 / (ln 10^6)^2 = 0.006917
    6900.0
    """
    return constellation_constant(pattern) * math.log(x) ** -len(pattern)


def constellation_constant(pattern: tuple[int, ...]) -> float:
    """Return the Hardy-Littlewood constant of a pattern of k offsets, from the primes up to 83.

    The primes above 83 would change the result by less than 1 % for 4 offsets, and 30 % for 20.

    Args:
        pattern: An admissible pattern.

    Cost: 3 us, and 0.1 us for each offset and prime up to the span.
    Source: Hardy & Littlewood (1923), conjecture X: the product over the primes q of
        (1 - w(q) / q) / (1 - 1 / q)^k, where w(q) is the number of residues covered modulo q.

    >>> round(constellation_constant((0, 2)), 2)  # twice the twin prime constant, 1.3203
    1.32
    """
    count, span = len(pattern), pattern[-1]
    constant = _INVERSE_SHARE_LEFT**count
    for q in _PRIMES:
        covered = len({offset % q for offset in pattern}) if q <= span else count
        constant *= 1 - covered / q
    return constant
