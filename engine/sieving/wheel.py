"""The residues that sieving needs to look at: integers coprime to a small modulus, row by row."""

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from engine.errors import DomainError
from engine.sieving.presieve import OctetPatterns

_MOST_RESIDUES = 5_760
# Elements turned into primes at once; measured best from 2**16 to 2**18.
BLOCK_ELEMENTS = 1 << 17


@dataclass(frozen=True)
class Wheel:
    """The residues coprime to ``modulus``, and a pattern that strikes a few primes more.

    Row r of the wheel is the progression modulus * k + r for k = 0, 1, ...; every prime that does
    not divide the modulus lies in exactly one row. Immutable: share it freely between threads.

    Args:
        modulus: 2, or a multiple of 30 with at most 5,760 residues.
        presieved: Primes not dividing the modulus whose multiples are struck by copying a pattern;
            their product is the length of that pattern in bytes.
        octet_groups: The primes that follow, struck by patterns in eight rows at once where the
            rows are put together; none for modulus 2.

    Raises:
        DomainError: The modulus or the primes are others.

    Source: Pritchard, "Explaining the wheel sieve", Acta Informatica 17 (1982).
    """

    modulus: int
    presieved: tuple[int, ...]
    octet_groups: tuple[tuple[int, ...], ...] = ()

    def __post_init__(self) -> None:
        """Check the modulus and the primes. Cost: up to 0.2 ms."""
        modulus = self.modulus
        if modulus != 2 and (modulus < 30 or modulus % 30 or len(self.residues) > _MOST_RESIDUES):
            raise DomainError(
                f"need modulus 2, or a multiple of 30 with at most {_MOST_RESIDUES} residues,"
                f" got modulus={modulus}"
            )
        grouped = sorted(p for group in self.octet_groups for p in group)
        struck = [*self.presieved, *grouped]
        if not self.presieved or any(a >= b for a, b in pairwise(struck)):
            raise DomainError(f"need primes to presieve, ascending and each once, got {struck}")
        if grouped and modulus == 2:
            raise DomainError("a wheel of modulus 2 has one row, and no octets")
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
        """The greatest prime whose multiples no row needs to be struck of any more."""
        return self.presieved[-1]

    @cached_property
    def pattern(self) -> NDArray[np.bool_]:
        """Two periods of: is j coprime to every presieved prime? Shape (2 * period,)."""
        mask = np.ones(2 * self.period, dtype=np.bool_)
        for p in self.presieved:
            mask[::p] = False
        mask.flags.writeable = False
        return mask

    @cached_property
    def block_offsets(self) -> NDArray[np.uint64]:
        """modulus * k + residue, ascending, for as many whole k as make BLOCK_ELEMENTS of them."""
        places = np.arange(max(BLOCK_ELEMENTS // len(self.residues), 1), dtype=np.uint64)
        residues = np.array(self.residues, dtype=np.uint64)
        offsets = (places[:, None] * np.uint64(self.modulus) + residues).reshape(-1)
        offsets.flags.writeable = False
        return offsets

    @cached_property
    def octet_patterns(self) -> OctetPatterns:
        """What strikes the primes of the octet groups."""
        return OctetPatterns(self.modulus, self.residues, self.octet_groups)

    def pattern_start(self, residue: int, first: int) -> int:
        """Return the index into the pattern of element ``first`` of the row of ``residue``.

        modulus * k + residue is divisible by p exactly if k + residue / modulus is, modulo p.

        Raises:
            DomainError: ``first`` is below 0, or ``residue`` is none of the residues.
        """
        if first < 0 or not 0 <= residue < self.modulus or math.gcd(residue, self.modulus) != 1:
            raise DomainError(
                f"need first >= 0 and a residue coprime to {self.modulus},"
                f" got first={first}, residue={residue}"
            )
        return (first + residue * pow(self.modulus, -1, self.period)) % self.period

    def inverses(self, primes: NDArray[np.uint32]) -> NDArray[np.uint32]:
        """Return 1 / modulus modulo each prime; the primes are below 2**31 and prime to it.

        Args:
            primes: Ascending, shape (k,).

        Raises:
            DomainError: The first one divides the modulus, or the last is not below 2**31.

        p * t + 1 is a multiple of the modulus for t = -1 / p modulo the modulus, and the quotient
        is the inverse wanted. Cost: about 3 ns a prime.
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
    """Return the wheels to choose from: narrow intervals want the first, the widest the last.

    Cost: about 8 ms and 9 MB once their patterns are used.

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
    """Return the primes of [first, last], the least with the greatest, and so on inwards.

    One bitwise and strikes two primes in eight rows, and pays up to about 250; so paired, no
    product is above 16,000, a pattern that fits the first-level cache.
    """
    primes = [p for p in range(first, last + 1) if _is_small_prime(p)]
    return tuple((primes[i], primes[-1 - i]) for i in range(len(primes) // 2))
