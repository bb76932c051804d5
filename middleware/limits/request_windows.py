"""Where slowapi counts requests: windows in memory, a bounded number of them."""

import time
from collections import OrderedDict
from typing import Final

from limits.storage import Storage

MAX_WINDOWS: Final = 100_000
WINDOWS_SCHEME: Final = "primeql-windows"


class RequestWindows(Storage):
    """Fixed windows, each beginning with its first request.

    limits' own storage in memory starts a thread a hundred times a second, which walks through all
    windows, and keeps any number of them. This one forgets as it counts.
    """

    # limits registers the class by it.
    STORAGE_SCHEME = [WINDOWS_SCHEME]  # noqa: RUF012  # as its base class has it

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: str) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        # Requests, and when the window ends; ordered by their beginning, and all equally long.
        self._windows: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """What an unreachable storage raises; memory is always there."""
        return OSError

    def __len__(self) -> int:
        """Return how many windows are kept."""
        return len(self._windows)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Do what ``count`` does; limits puts a handler of errors around this, which has none."""
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
        """Return when the window of ``key`` ends, now if there is none."""
        return self._windows.get(key, (0, time.time()))[1]

    def check(self) -> bool:
        """Return that the storage works."""
        return True

    def reset(self) -> int | None:
        """Forget all windows; return how many."""
        count = len(self._windows)
        self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget the window of ``key``."""
        self._windows.pop(key, None)

    def _forget(self, now: float) -> None:
        """Forget the two oldest windows if they have ended, one if there are too many."""
        for _ in range(2):
            oldest = next(iter(self._windows))
            if self._windows[oldest][1] > now and len(self._windows) <= MAX_WINDOWS:
                return
            del self._windows[oldest]
