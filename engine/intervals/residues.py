"""Counts the primes of an interval by residue class."""

import numpy as np

from engine.argument_checks import shown
from engine.errors import CapacityError, DomainError
from engine.intervals.prime_blocks import BLOCK_PRIMES, prime_blocks
from engine.intervals.prime_ranges import PrimeRanges
from engine.results import ResidueCount
from engine.sieving.sieve_costs import expected_primes
from engine.stop import Stop

MAX_MODULUS = 100_000
"""The answer lists up to this many classes; no page of any other list is longer by default."""

_POINTS_PER_PRIME = 3.5e-5
_POINTS_PER_CLASS = 2.5e-3
_POINTS_PER_BLOCK_AND_CLASS = 1e-5
"""3.5 ns a prime, 0.25 us for each residue modulo it, 1 ns a class of a block;
``benchmarks/bench_patterns.py``."""


def residues(
    ranges: PrimeRanges, low: int, high: int, modulus: int, stop: Stop
) -> tuple[ResidueCount, ...]:
    """Return how many primes of [low, high] lie in each residue class, ascending by residue.

    Args:
        ranges: Where the primes come from.
        low: Any integer.
        high: At least low, below 2^64.
        modulus: From 1 to ``MAX_MODULUS``.
        stop: Checked several times a second.

    Returns:
        The residue classes that hold a prime of the interval. Each is coprime to the modulus, or
        holds a single prime that divides the modulus.

    Raises:
        DomainError: modulus is below 1.
        CapacityError: modulus is above ``MAX_MODULUS``.
        DomainError, CapacityError, DeadlineError: as ``PrimeRanges.segments``.

    Cost: see ``residues_cost``. Memory: as ``PrimeRanges.segments``, and 2 MB.

    >>> [(each.residue, each.count) for each in residues(PrimeRanges(), 1, 100, 4, Stop())]
    [(1, 11), (2, 1), (3, 13)]
    """
    if modulus < 1:
        raise DomainError(f"modulus must be at least 1, got {shown(modulus)}")
    if modulus > MAX_MODULUS:
        raise CapacityError(f"modulus must be at most {MAX_MODULUS}, got {shown(modulus)}")
    counts = np.zeros(modulus, dtype=np.intp)
    divisor = np.uint64(modulus)
    for primes in prime_blocks(ranges, low, high, stop):
        remainders = (primes % divisor).astype(np.intp)
        counts += np.bincount(remainders, minlength=modulus)
    found = np.flatnonzero(counts)
    pairs = zip(found.tolist(), counts[found].tolist(), strict=True)
    return tuple(ResidueCount(residue, count) for residue, count in pairs)


def residues_cost(ranges: PrimeRanges, low: int, high: int, modulus: int) -> float:
    """Return the points predicted for ``residues(ranges, low, high, modulus, stop)``.

    A modulus outside the bounds of ``residues`` is priced as the nearest one within.
    """
    modulus = min(max(modulus, 1), MAX_MODULUS)
    primes = expected_primes(low, high)
    blocks = primes / BLOCK_PRIMES + 1
    return (
        ranges.list_cost(low, high)
        + primes * _POINTS_PER_PRIME
        + min(modulus, primes) * _POINTS_PER_CLASS
        + blocks * modulus * _POINTS_PER_BLOCK_AND_CLASS
    )


def residue_classes(low: int, high: int, modulus: int) -> float:
    """Return about how many residues the primes of [low, high] leave, at least 1 if any is there.

    Those coprime to the modulus, but no more than there are primes.

    >>> residue_classes(1, 10**6, 10)
    5.0
    """
    coprime = float(modulus)
    for q in (2, 3, 5, 7, 11, 13):
        coprime *= 1.0 if modulus % q else 1 - 1 / q
    return min(coprime + 1, expected_primes(low, high) if high >= 2 else 0.0)
