"""The primes up to the square root of whatever is sieved, kept and grown when first needed."""

import threading

import numpy as np
from numpy.typing import NDArray

from engine.errors import CapacityError
from engine.sieving.sieve import IntervalSieve
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop


class BasePrimes:
    """Every prime up to a bound that grows on demand and never past ``most``. Thread-safe.

    Args:
        small_primes: Where the table starts; its bound squared is at least ``most``.
        most: The last integer it may ever cover, below 2**31.

    Memory: 4 bytes a prime: 8.3 MB to 2**25 (shared with the small primes), 58 MB to 2**28; twice
    that while growing.
    """

    def __init__(self, small_primes: SmallPrimes, most: int) -> None:
        self.most = min(max(most, small_primes.bound), small_primes.bound**2, 2**31 - 1)
        self._small_primes = small_primes
        # Replaced as a whole, so that a reader needs no lock.
        self._table = (small_primes.bound, small_primes.primes)
        self._growing = threading.Lock()

    @property
    def covered(self) -> int:
        """The last integer covered by now."""
        return self._table[0]

    @property
    def bytes_held(self) -> int:
        """The bytes that the table takes."""
        return self._table[1].nbytes

    def up_to(self, bound: int, stop: Stop) -> NDArray[np.uint32]:
        """Return every prime <= bound, ascending, as a read-only view.

        Raises:
            CapacityError: bound is above ``most``.
            DeadlineError: stopped while growing; the table is as it was.

        Cost: 2 us; growing takes about 0.5 ms for each 10**6 integers, in one thread, while others
        that need more than there is wait.
        """
        if bound > self.most:
            raise CapacityError(f"base primes are kept up to {self.most}, not to {bound}")
        if bound > self.covered:
            with self._growing:
                self._grow(bound, stop)
        primes = self._table[1]
        return primes[: int(np.searchsorted(primes, np.uint32(max(bound, 0)), side="right"))]

    def _grow(self, bound: int, stop: Stop) -> None:
        covered, primes = self._table
        if bound <= covered:
            return
        bound = min(max(bound, 2 * covered), self.most)
        wheel = Wheel(210, (11, 13, 17, 19))
        sieve = IntervalSieve(wheel, self._small_primes.primes, covered + 1, bound)
        rest = [array.astype(np.uint32) for array in sieve.arrays(stop)]
        grown = np.concatenate((primes, *rest))
        grown.flags.writeable = False
        self._table = (bound, grown)
