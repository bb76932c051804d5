"""How late the event loop is: what every request waits beside its own work."""

import asyncio
import time
from typing import Final

from prometheus_client import CollectorRegistry, Histogram

INTERVAL_SECONDS: Final = 0.25
BUCKETS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class EventLoopLag:
    """Sleeps a quarter of a second again and again, and notes how much longer it took.

    Args:
        registry: Where the metric is found.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Histogram(
            "primeql_event_loop_lag_seconds",
            "How late the event loop was, sampled four times a second.",
            buckets=BUCKETS,
            registry=registry,
        )
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch the running loop."""
        self._watch = asyncio.create_task(self._sample())

    def stop(self) -> None:
        """Watch no more."""
        if self._watch is not None:
            self._watch.cancel()

    async def _sample(self) -> None:
        """Note the loop's lag until cancelled."""
        while True:
            due = time.perf_counter() + INTERVAL_SECONDS
            await asyncio.sleep(INTERVAL_SECONDS)
            self._lag.observe(max(0.0, time.perf_counter() - due))
