"""Measures the lag of the event loop, which delays every request."""

import asyncio
import time
from typing import Final

from prometheus_client import CollectorRegistry, Gauge, Histogram

INTERVAL_SECONDS: Final = 0.25
BUCKETS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)


class EventLoopLag:
    """Sleeps for a quarter of a second in a loop, and records how late it wakes up.

    Args:
        registry: The registry of the metrics.

    Attributes:
        turns: How often it has woken up so far.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._lag = Histogram(
            "primeql_event_loop_lag_seconds",
            "How late the event loop was, sampled four times a second.",
            buckets=BUCKETS,
            registry=registry,
        )
        self.turns = 0
        self._woken = time.perf_counter()
        # Read by the thread that serves the metrics, which goes on while the loop hangs.
        Gauge(
            "primeql_event_loop_silence_seconds",
            "How long ago the event loop has turned; less than a second unless it hangs.",
            registry=registry,
        ).set_function(lambda: time.perf_counter() - self._woken)
        self._watch: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start sampling the running loop."""
        self._watch = asyncio.create_task(self._sample())

    def stop(self) -> None:
        """Stop sampling."""
        if self._watch is not None:
            self._watch.cancel()

    async def _sample(self) -> None:
        """Record the loop's lag until cancelled."""
        while True:
            due = time.perf_counter() + INTERVAL_SECONDS
            await asyncio.sleep(INTERVAL_SECONDS)
            self._woken = time.perf_counter()
            self.turns += 1
            self._lag.observe(max(0.0, self._woken - due))
