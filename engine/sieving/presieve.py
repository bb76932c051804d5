"""Eight rows of a wheel in one byte a place: small primes are struck in all eight at once."""

import math

import numpy as np
from numpy.typing import NDArray

# A pattern is repeated to about this length, which fits the first-level cache.
_PATTERN_BYTES = 1 << 14


class OctetPatterns:
    """Strikes the multiples of a few primes out of bytes that hold eight rows of a wheel.

    Bit i of byte k of octet g stands for modulus * k + residues[8 * g + i]. One bitwise and strikes
    two primes in eight rows for about the price of one slice of one row. Immutable.

    Args:
        modulus: That of the wheel.
        residues: Those of the wheel, ascending; a multiple of 8 of them.
        groups: Primes that do not divide the modulus; those of a group share a pattern, whose
            length is their product.

    Memory: 16 to 32 KB for each octet and group: 5.2 MB for modulus 210 and 23 pairs.
    """

    def __init__(
        self, modulus: int, residues: tuple[int, ...], groups: tuple[tuple[int, ...], ...]
    ) -> None:
        self._patterns = [
            [_pattern(modulus, residues[begin : begin + 8], group) for group in groups]
            for begin in range(0, len(residues), 8)
        ]

    def strike(self, octet: NDArray[np.uint8], number: int, first: int) -> None:
        """Clear, in place, the multiples of the primes.

        Args:
            octet: ``octet[k]`` stands for place first + k; contiguous, of any length.
            number: Which eight rows: 0 for the first eight residues.
            first: The place of the first byte.
        """
        for period, pattern in self._patterns[number]:
            start = first % period
            length = pattern.size - period
            part = pattern[start : start + length]
            whole = octet.size // length * length
            repeated = octet[:whole].reshape(-1, length)
            repeated &= part
            octet[whole:] &= part[: octet.size - whole]


def _pattern(
    modulus: int, residues: tuple[int, ...], primes: tuple[int, ...]
) -> tuple[int, NDArray[np.uint8]]:
    """Return the product of the primes, and the bytes of some whole periods and one more."""
    period = math.prod(primes)
    octet = np.full(period, 255, dtype=np.uint8)
    for bit, residue in enumerate(residues):
        kept = np.uint8(255 - (1 << bit))
        for p in primes:
            # modulus * k + residue is a multiple of p at this k, and p apart.
            octet[-residue * pow(modulus, -1, p) % p :: p] &= kept
    return period, np.tile(octet, _PATTERN_BYTES // period + 2)
