"""The prime-counting function pi(x) and its inverse, by the cheapest method for each argument."""

import math

from engine.argument_checks import shown
from engine.bounds import riemann_r_inverse
from engine.counting.checkpoints import Checkpoints
from engine.counting.lmo import LEAST_X, LeafCounter, leaf_seconds
from engine.errors import CapacityError, DomainError, InvariantError
from engine.sieving.sieve_costs import Task
from engine.sieving.sieve_pages import PageFinder
from engine.sieving.sieve_plan import Planner
from engine.sieving.small_primes import SmallPrimes
from engine.stop import Stop

# The greatest x for pi(x), and the greatest n-th prime.
MOST_X = 10**15


class PrimeCounter:
    """pi(x) and the n-th prime, exact up to 10**15. Thread-safe.

    Within the table of small primes, pi(x) is looked up. Below the end of the checkpoints, a short
    sieve counts from the nearest checkpoint. Above, the LMO method is used, or a sieve from the
    last checkpoint if that is cheaper.

    Args:
        small_primes: The table of small primes.
        checkpoints: Known counts; there may be none.
        planner: Counts short intervals.
        pages: Finds the primes between an estimate and the n-th prime.
    """

    def __init__(
        self,
        small_primes: SmallPrimes,
        checkpoints: Checkpoints,
        planner: Planner,
        pages: PageFinder,
    ) -> None:
        self._small_primes = small_primes
        self._checkpoints = checkpoints
        self._planner = planner
        self._pages = pages
        # The LMO method reads every prime up to the square root of x from the table.
        self.most_x = min(MOST_X, small_primes.bound**2)

    def prime_count(self, x: int, stop: Stop) -> int:
        """Return pi(x); 0 for x < 2.

        Raises:
            CapacityError: x is above ``most_x``.
            DeadlineError: stopped.
        """
        self._check(x)
        if x <= self._small_primes.bound:
            return self._small_primes.rank(x)
        place, below = self._known(x)
        if self._sieved_seconds(place, x) <= self._leaf_seconds(x):
            return below + self._sieved(place, x, stop)
        return LeafCounter(x, self._small_primes, stop).count(stop)

    def seconds(self, x: int) -> float:
        """Return the predicted CPU time of ``prime_count``."""
        if x <= self._small_primes.bound or x > self.most_x:
            return 5e-6
        place, _ = self._known(x)
        return min(self._sieved_seconds(place, x), self._leaf_seconds(x))

    def nth_prime(self, n: int, stop: Stop) -> int:
        """Return the n-th prime; the first is 2.

        The estimate comes from the checkpoints or from the inverse of Riemann's R. The primes up to
        the estimate are counted. Then a sieve near the estimate finds the n-th prime.

        Raises:
            DomainError: n < 1.
            CapacityError: the estimate of the n-th prime is above ``most_x``.
            DeadlineError: stopped.
        """
        if n < 1:
            raise DomainError(f"n must be at least 1, got {shown(n)}")
        if n <= self._small_primes.primes.size:
            return int(self._small_primes.primes[n - 1])
        estimate = self._estimate(n)
        missing = n - self.prime_count(estimate, stop)
        if missing > 0:
            primes = self._pages.first(estimate + 1, 2 * estimate, missing, stop)
        else:
            primes = self._pages.last(2, estimate, 1 - missing, stop)
        if len(primes) != (missing if missing > 0 else 1 - missing):
            raise InvariantError(f"the walk to prime number {n} ended early")
        return int(primes[-1 if missing > 0 else 0])

    def nth_prime_seconds(self, n: int) -> float:
        """Return the predicted CPU time of ``nth_prime``."""
        if n <= self._small_primes.primes.size:
            return 5e-6
        log = math.log(n)
        estimate = int(n * (log + math.log(log) - 1)) if n.bit_length() <= 64 else self.most_x
        if estimate >= self.most_x:
            return 5e-6
        if estimate < self._checkpoints.end:
            # The distance from the prime to its nearest checkpoint is unknown: assume a third.
            spacing = self._checkpoints.spacing
            estimate = estimate // spacing * spacing + spacing // 3
        # Both estimates are off by at most about 0.3 * sqrt(x) integers.
        walked = int(0.3 * estimate**0.5)
        walk = self._sieved_seconds(estimate, estimate + walked, Task.LIST)
        return 0.2e-3 + self.seconds(estimate) + walk

    def _check(self, x: int) -> None:
        if x > self.most_x:
            raise CapacityError(f"pi(x) is computed up to x = {self.most_x}, got {shown(x)}")

    def _estimate(self, n: int) -> int:
        known = self._checkpoints
        if n <= known.last_rank:
            return known.locate(n)
        if n.bit_length() > 64 or (estimate := int(riemann_r_inverse(n))) > self.most_x:
            raise CapacityError(
                f"n is {shown(n)}; the n-th prime must be at most {self.most_x}: ask for a lower n"
            )
        return estimate

    def _known(self, x: int) -> tuple[int, int]:
        """Return the nearest integer whose prime count is known, and the primes below it."""
        small, known = self._small_primes, self._checkpoints
        if known.end <= small.bound:
            return small.bound + 1, int(small.primes.size)
        place, below = known.nearest(min(x, known.end - 1))
        if place <= small.bound:
            return small.bound + 1, int(small.primes.size)
        return place, below

    def _sieved(self, place: int, x: int, stop: Stop) -> int:
        """Return pi(x) - pi(place - 1), by a sieve; negative if x is below place - 1."""
        if x >= place:
            return sum(p.count(stop) for p in self._planner.pieces(place, x, Task.COUNT))
        return -sum(p.count(stop) for p in self._planner.pieces(x + 1, place - 1, Task.COUNT))

    def _sieved_seconds(self, place: int, x: int, task: Task = Task.COUNT) -> float:
        low, high = (place, x) if x >= place else (x + 1, place - 1)
        return 20e-6 + sum(piece.seconds for piece in self._planner.pieces(low, high, task))

    @staticmethod
    def _leaf_seconds(x: int) -> float:
        return leaf_seconds(x) if x >= LEAST_X else math.inf
