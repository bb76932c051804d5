"""Ends a process whose event loop is blocked, so that its supervisor restarts it."""

import faulthandler
import logging
import os
import threading
from collections.abc import Callable
from typing import Final

logger = logging.getLogger("primeql.telemetry.loop_watchdog")

# sysexits.h: an internal software error.
EXIT_STATUS: Final = 70
LOOK_SECONDS: Final = 1.0
LOG_SECONDS: Final = 1.0


class LoopWatchdog:
    """A thread that checks once a second whether the event loop has turned since the last check.

    It counts checks, not time. So a process that was suspended, together with its watchdog, does
    not count as blocked.

    Args:
        turns: Returns how often the event loop has turned so far.
        most_looks: The process is ended after this many checks without a turn.
        end: Ends the process.
    """

    def __init__(
        self, turns: Callable[[], int], most_looks: int, end: Callable[[int], None] | None = None
    ) -> None:
        self._turns = turns
        self._most_looks = most_looks
        self._end = end or end_process
        self._seen = -1
        self._idle_looks = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watchdog", daemon=True)

    def start(self) -> None:
        """Watch the loop that has just started."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()

    def look(self) -> None:
        """Check once; end the process after too many checks without a turn."""
        turns = self._turns()
        self._idle_looks = 0 if turns != self._seen else self._idle_looks + 1
        self._seen = turns
        if self._idle_looks >= self._most_looks:
            self._end(self._idle_looks)

    def _watch(self) -> None:
        """Check every second until stopped."""
        while not self._stopped.wait(LOOK_SECONDS):
            self.look()


def end_process(looks: int) -> None:
    """Log where every thread is, and end the process without waiting for any of them."""
    text = "the event loop has not turned for %d s: the process ends"
    # The loop's thread may hold the log's lock.
    thread = threading.Thread(target=logger.critical, args=(text, looks), daemon=True)
    thread.start()
    thread.join(LOG_SECONDS)
    # Files and lines only: no values.
    faulthandler.dump_traceback(file=2)
    os._exit(EXIT_STATUS)
