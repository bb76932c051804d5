"""What processes share, as long as it can be reached: its failures, and a breaker for them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

PROBE_SECONDS: Final = 1.0


class SharedStateError(Exception):
    """What processes share cannot be reached, or fails, or answers nonsense."""


@dataclass(slots=True)
class OutageStats:
    """What has happened since the start; for metrics."""

    outages: int = 0
    recoveries: int = 0
    is_shared: bool = True


@dataclass(frozen=True, slots=True)
class Complaints:
    """What is logged when the shared state fails, with the error after it, and when it is back."""

    logger: logging.Logger
    failed: str
    recovered: str


class CircuitBreaker:
    """Keeps requests away from a shared state that fails, and tries it until it works.

    Args:
        connect: Reaches the shared state and writes, or raises a SharedStateError.
        stats: Where outages are noted; nobody may ask while ``is_shared`` is False.
        complaints: What is logged.
        probe_seconds: How often to try.
        recovered: What is to be done as soon as it works again.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[None]],
        stats: OutageStats,
        complaints: Complaints,
        probe_seconds: float = PROBE_SECONDS,
        recovered: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._connect = connect
        self._stats = stats
        self._complaints = complaints
        self._probe_seconds = probe_seconds
        self._recovered = recovered
        self._probe: asyncio.Task[None] | None = None

    async def connects(self) -> bool:
        """Return whether the shared state can be reached and written, now."""
        try:
            await self._connect()
        except SharedStateError as error:
            self.fail(error)
            return False
        return True

    def fail(self, error: SharedStateError) -> None:
        """Stop asking the shared state, and try it in the background."""
        if not self._stats.is_shared:
            return
        self._stats.is_shared = False
        self._stats.outages += 1
        self._complaints.logger.warning("%s: %s", self._complaints.failed, error)
        self._probe = asyncio.create_task(self._recover())

    def close(self) -> None:
        """Try no more."""
        if self._probe is not None:
            self._probe.cancel()

    async def _recover(self) -> None:
        """Return once the shared state works again."""
        while not self._stats.is_shared:
            await asyncio.sleep(self._probe_seconds)
            self._stats.is_shared = await self.connects()
        self._stats.recoveries += 1
        self._complaints.logger.warning(self._complaints.recovered)
        if self._recovered is not None:
            await self._recovered()
