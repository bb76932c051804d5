"""Base primes: the primes up to the square root of an interval's end; the table grows on demand."""

import threading

import numpy as np
from numpy.typing import NDArray

from engine.errors import CapacityError
from engine.sieving.sieve import IntervalSieve
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop


class BasePrimes:
    """Every prime up to a bound that grows on demand, up to ``most``. Thread-safe.

    Args:
        small_primes: The initial table.
        most: The last integer that may be covered. It is raised to the bound of the small primes
            if it is below, and lowered to that bound squared or to 2**31 - 1 if it is above.

    Memory: 4 bytes a prime: 8.3 MB to 2**25 (shared with the small primes), 58 MB to 2**28; twice
    that while growing.
    """

    def __init__(self, small_primes: SmallPrimes, most: int) -> None:
        self.most = min(max(most, small_primes.bound), small_primes.bound**2, 2**31 - 1)
        self._small_primes = small_primes
        # Bound and primes are replaced as one pair, so readers need no lock.
        self._table = (small_primes.bound, small_primes.primes)
        self._growing = threading.Lock()

    @property
    def covered(self) -> int:
        """The last integer that the table covers now."""
        return self._table[0]

    @property
    def bytes_held(self) -> int:
        """The bytes that the table takes."""
        return self._table[1].nbytes

    def up_to(self, bound: int, stop: Stop) -> NDArray[np.uint32]:
        """Return every prime <= bound, ascending, as a read-only view.

        Raises:
            CapacityError: bound is above ``most``.
            DeadlineError: stopped while growing; the table is unchanged.

        Cost: 2 us. Growing takes about 0.5 ms for each 10**6 integers. One thread grows the table;
        other threads that need the new primes wait.
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
