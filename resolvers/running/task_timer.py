"""How long one computation has taken, also one that is given up before it ends."""

import math
import time


class Meter:
    """Measures one computation, wherever it runs."""

    __slots__ = ("_begun", "_taken")

    def __init__(self) -> None:
        self._begun: float | None = None
        self._taken: float | None = None

    @property
    def begun(self) -> float | None:
        """When the computation began, on ``time.monotonic()``; None if it has not."""
        return self._begun

    def waited(self, since: float) -> float:
        """Return how long it has waited, from a moment on, until it began or until now."""
        return (time.monotonic() if self._begun is None else self._begun) - since

    def begin(self) -> None:
        """Note that the computation begins."""
        self._begun = time.monotonic()

    def end(self, cpu_seconds: float) -> None:
        """Note what a computation has taken that came to its end."""
        self._taken = cpu_seconds

    def seconds(self, most: float = math.inf) -> float:
        """Return the CPU time taken.

        Of a computation that is given up it is the time since it began, but not above ``most``.
        """
        if self._taken is not None:
            return self._taken
        return 0.0 if self._begun is None else min(time.monotonic() - self._begun, most)
