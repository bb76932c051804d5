"""The stop flag, which a long computation checks between two parts of its work."""

import time

from engine.errors import DeadlineError


class Stop:
    """A request to stop: at a deadline, or when ``set`` is called, from any thread.

    Args:
        deadline: The time on ``time.monotonic()``, in seconds, from which on ``check`` raises;
            None for no deadline.
    """

    __slots__ = ("_deadline", "_is_set")

    def __init__(self, deadline: float | None = None) -> None:
        self._deadline = deadline
        self._is_set = False

    def set(self) -> None:
        """Make every later ``check`` raise."""
        self._is_set = True

    def check(self) -> None:
        """Return if the work may go on.

        Raises:
            DeadlineError: ``set`` was called, or the deadline has passed.

        Cost: about 0.1 us.
        """
        if self._is_set or (self._deadline is not None and time.monotonic() >= self._deadline):
            raise DeadlineError("stopped before the answer was complete")
