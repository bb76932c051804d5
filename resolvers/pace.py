"""How long a point takes on this machine: points are work, and seconds depend on who does it."""

from collections.abc import Callable

from engine.pace import measured_pace
from resolvers.limits import SECONDS_PER_POINT


class Pace:
    """Turns points into seconds of this machine's CPU, and back.

    Args:
        fixed: The pace to keep; None to measure it now, and at each ``measure``.
        kernel: Returns the CPU time of fixed work here / on the reference machine.

    Attributes:
        factor: 1 on the reference machine, 2 on one that takes twice as long.
    """

    def __init__(
        self, fixed: float | None = None, kernel: Callable[[], float] = measured_pace
    ) -> None:
        self._is_fixed = fixed is not None
        self._kernel = kernel
        self.factor = kernel() if fixed is None else fixed

    def measure(self) -> None:
        """Measure the pace again, unless it is fixed. Cost: 9 ms of CPU time."""
        if not self._is_fixed:
            self.factor = self._kernel()

    def seconds(self, points: float) -> float:
        """Return the CPU time that so many points take here."""
        return points * SECONDS_PER_POINT * self.factor

    def points(self, seconds: float) -> float:
        """Return the points that so much CPU time here is worth."""
        return seconds / (SECONDS_PER_POINT * self.factor)
