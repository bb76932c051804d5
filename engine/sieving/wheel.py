"""Wheels: the residues coprime to a small modulus, each with one row of integers to sieve."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.sieving.presieve import PackedPresieve

_MOST_RESIDUES = 5_760
# Elements converted to primes at once; 2**16 to 2**18 were measured fastest.
BLOCK_ELEMENTS = 1 << 17


@dataclass(frozen=True)
class Wheel:
    """The residues coprime to ``modulus``, and the patterns that presieve their rows. Immutable.

    The row of residue r holds modulus * k + r for k = 0, 1, ... Every prime that does not divide
    the modulus lies in exactly one row. The docstring of ``engine.sieving`` draws the rows.

    Args:
        modulus: 2, or a multiple of 30 with at most 5,760 residues.
        presieved: Primes that do not divide the modulus, ascending. A new row is filled with a
            pattern in which their multiples are struck; its period is their product.
        packed_groups: Groups of greater primes, struck by ``PackedPresieve`` in eight packed rows
            at once; none for modulus 2.

    Raises:
        DomainError: The modulus or the primes do not meet these conditions.

    Source: Pritchard, "Explaining the wheel sieve", Acta Informatica 17 (1982).
    """

    modulus: int
    presieved: tuple[int, ...]
    packed_groups: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        """Check the modulus and the primes. Cost: up to 0.2 ms."""
        modulus = self.modulus
        if modulus != 2 and (modulus < 30 or modulus % 30 or len(self.residues) > _MOST_RESIDUES):
            raise DomainError(
                f"need modulus 2, or a multiple of 30 with at most {_MOST_RESIDUES} residues,"
                f" got modulus={modulus}"
            )
        grouped = sorted(p for group in self.packed_groups for p in group)
        struck = [*self.presieved, *grouped]
        if not self.presieved or any(a >= b for a, b in pairwise(struck)):
            raise DomainError(f"need primes to presieve, ascending and each once, got {struck}")
        if grouped and modulus == 2:
            raise DomainError("a wheel of modulus 2 has one row, which cannot be packed")
        if any(modulus % p == 0 or not _is_small_prime(p) for p in struck):
            raise DomainError(f"need primes that do not divide modulus={modulus}, got {struck}")

    @cached_property
    def residues(self) -> tuple[int, ...]:
        """The residues in [0, modulus) coprime to the modulus, ascending; the first is 1."""
        return tuple(r for r in range(self.modulus) if math.gcd(r, self.modulus) == 1)

    @cached_property
    def gaps(self) -> tuple[int, ...]:
        """``residues[i + 1] - residues[i]``; one fewer than the residues."""
        return tuple(b - a for a, b in pairwise(self.residues))

    @cached_property
    def period(self) -> int:
        """The product of the presieved primes: the length of the pattern."""
        return math.prod(self.presieved)

    @cached_property
    def largest_struck(self) -> int:
        """The greatest prime whose multiples the pattern has struck already."""
        return self.presieved[-1]

    @cached_property
    def pattern(self) -> NDArray[np.bool_]:
        """Two periods of the pattern: True at j coprime to the presieved primes; (2 * period,)."""
        mask = np.ones(2 * self.period, dtype=np.bool_)
        for p in self.presieved:
            mask[::p] = False
        mask.flags.writeable = False
        return mask

    @cached_property
    def block_offsets(self) -> NDArray[np.uint64]:
        """The values modulus * k + residue for the first k, ascending; about BLOCK_ELEMENTS."""
        places = np.arange(max(BLOCK_ELEMENTS // len(self.residues), 1), dtype=np.uint64)
        residues = np.array(self.residues, dtype=np.uint64)
        offsets = (places[:, None] * np.uint64(self.modulus) + residues).reshape(-1)
        offsets.flags.writeable = False
        return offsets

    @cached_property
    def packed_presieve(self) -> PackedPresieve:
        """The patterns that strike the packed groups."""
        return PackedPresieve(self.modulus, self.residues, self.packed_groups)

    def pattern_start(self, residue: int, first: int) -> int:
        """Return the index in the pattern at which element ``first`` of a residue's row lies.

        p divides modulus * k + residue exactly if p divides k + residue / modulus, where the
        quotient is taken modulo p.

        Raises:
            DomainError: ``first`` is below 0, or ``residue`` is not a residue of the wheel.
        """
        if first < 0 or not 0 <= residue < self.modulus or math.gcd(residue, self.modulus) != 1:
            raise DomainError(
                f"need first >= 0 and a residue coprime to {self.modulus},"
                f" got first={first}, residue={residue}"
            )
        return (first + residue * pow(self.modulus, -1, self.period)) % self.period

    def inverses(self, primes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return the inverse of the modulus modulo each prime.

        With t = -1 / p modulo the modulus, the modulus divides p * t + 1. The quotient is the
        inverse.

        Args:
            primes: Primes below 2**31 that do not divide the modulus, ascending; shape (k,).

        Raises:
            DomainError: The first prime divides the modulus, or the last is not below 2**31.

        Cost: about 3 ns a prime.
        """
        if primes.size and (math.gcd(int(primes[0]), self.modulus) > 1 or primes[-1] >= 2**31):
            raise DomainError(
                f"need primes below 2^31 that do not divide {self.modulus},"
                f" got some from {primes[0]} to {primes[-1]}"
            )
        if self.modulus == 2:
            return (primes >> np.uint32(1)) + np.uint32(1)
        turn = np.zeros(self.modulus, dtype=np.uint64)
        for residue in self.residues:
            turn[residue] = -pow(residue, -1, self.modulus) % self.modulus
        wide = turn[primes % np.uint32(self.modulus)]
        wide *= primes
        wide += np.uint64(1)
        wide //= np.uint64(self.modulus)
        inverses: NDArray[np.uint32] = wide.astype(np.uint32)
        return inverses


def standard_wheels() -> tuple[Wheel, ...]:
    """Return the wheels to choose from: the first suits narrow intervals, the last the widest.

    Cost: about 8 ms and 9 MB when their patterns are first used.

    >>> [wheel.modulus for wheel in standard_wheels()]
    [2, 30, 210, 2310]
    """
    return (
        Wheel(2, (3, 5, 7, 11, 13)),
        Wheel(30, (7, 11, 13, 17), _paired(19, 241)),
        Wheel(210, (11, 13, 17, 19), _paired(23, 251)),
        Wheel(2310, (13, 17, 19, 23)),
    )


def _is_small_prime(p: int) -> bool:
    """Return whether a small integer is prime, by trial division."""
    return p > 1 and all(p % d for d in range(2, math.isqrt(p) + 1))


def _paired(first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Return the primes of [first, last] in pairs: the least with the greatest, and so on inwards.

    Striking a pair by one bitwise AND is faster than slices for primes up to about 250. In this
    pairing no product exceeds 16,000, so each pattern fits the L1 cache.
    """
    primes = [p for p in range(first, last + 1) if _is_small_prime(p)]
    return tuple((primes[i], primes[-1 - i]) for i in range(len(primes) // 2))
