"""Storage for slowapi: a bounded number of fixed windows in memory."""

import time
from collections import OrderedDict
from typing import Final

from limits.storage import Storage

MAX_WINDOWS: Final = 100_000
WINDOWS_SCHEME: Final = "primeql-windows"


class RequestWindows(Storage):
    """Fixed windows; a window begins with its first request.

    The memory storage of the library limits starts a thread a hundred times a second, which visits
    all windows, and it has no bound. This storage removes old windows while it counts.
    """

    # limits registers the class by this name.
    STORAGE_SCHEME = [WINDOWS_SCHEME]  # noqa: RUF012  # as its base class has it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        # The count and the end of each window; ordered by start, and all of the same length.
        self._windows: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """The exception of an unreachable storage; memory never raises it."""
        return OSError

    def __len__(self) -> int:
        """Return how many windows are kept."""
        return len(self._windows)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count as ``count`` does; limits wraps this method in a slow error handler."""
        return self.count(key, expiry, amount)

    def count(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count ``amount`` requests into the window of ``key``; return how many it holds."""
        now = time.time()
        count, end = self._windows.get(key, (0, 0.0))
        if end > now:
            self._windows[key] = (count + amount, end)
            return count + amount
        self._windows[key] = (amount, now + expiry)
        self._windows.move_to_end(key)
        self._forget(now)
        return amount

    def get(self, key: str) -> int:
        """Return how many requests the window of ``key`` holds."""
        count, end = self._windows.get(key, (0, 0.0))
        return count if end > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return the time at which the window of ``key`` ends; now if there is none."""
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Return True: the storage always works."""
        return True

    def reset(self) -> int | None:
        """Remove all windows; return how many there were."""
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Remove the window of ``key``."""
        self._windows.pop(key, None)

    def _forget(self, now: float) -> None:
        """Remove up to two windows that have ended, or the oldest if there are too many."""
        for _ in range(2):
            oldest = next(iter(self._windows))
            if self._windows[oldest][1] > now and len(self._windows) <= MAX_WINDOWS:
                return
            del self._windows[oldest]
