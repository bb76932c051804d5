"""Checkpoints: known values of pi(x) at evenly spaced x, from the file shipped with the engine."""

import numpy as np
from numpy.typing import NDArray

from engine.counting.checkpoint_file import read_checkpoints


class Checkpoints:
    """pi(i * spacing - 1) for i = 0, 1, ...; read-only.

    Args:
        counts: counts[i] is the number of primes in [i * spacing, (i + 1) * spacing).
        spacing: The length of the intervals.

    Attributes:
        spacing: The length of the intervals.
        end: The first integer above the last interval.

    Memory: 8 bytes a checkpoint.
    """

    def __init__(self, counts: NDArray[np.uint32], spacing: int) -> None:
        """Add the counts up. Cost: about 3 ns a checkpoint."""
        self.spacing = spacing
        self.end = spacing * counts.size
        self._before = np.zeros(counts.size + 1, dtype=np.int64)
        np.cumsum(counts, dtype=np.int64, out=self._before[1:])

    @property
    def last_rank(self) -> int:
        """pi(end - 1), the number of primes below ``end``."""
        return int(self._before[-1])

    def nearest(self, x: int) -> tuple[int, int]:
        """Return the multiple of the spacing nearest to x, and the number of primes below it.

        0 <= x < end. Cost: 1 us.
        """
        number = (x + self.spacing // 2) // self.spacing
        return number * self.spacing, int(self._before[number])

    def locate(self, n: int) -> int:
        """Return an estimate of the n-th prime, by linear interpolation between checkpoints.

        1 <= n <= last_rank. Cost: 3 us.
        """
        number = int(np.searchsorted(self._before, n, side="left")) - 1
        below, above = int(self._before[number]), int(self._before[number + 1])
        return self.spacing * number + self.spacing * (n - below) // (above - below) - 1


def shipped_checkpoints() -> Checkpoints:
    """Return the checkpoints of the shipped file. Cost: about 50 ms.

    >>> shipped_checkpoints().last_rank >= 346_065_536_839  # pi(10^13)
    True
    """
    header, counts = read_checkpoints()
    return Checkpoints(counts, header.spacing)


def no_checkpoints() -> Checkpoints:
    """Return checkpoints that cover nothing: every count is computed.

    >>> no_checkpoints().last_rank
    0
    """
    return Checkpoints(np.zeros(0, dtype=np.uint32), 1)
