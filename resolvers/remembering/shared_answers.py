"""Answers that processes share, as long as where they are kept can be reached."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar

from resolvers.remembering.circuit_breaker import (
    PROBE_SECONDS,
    CircuitBreaker,
    Complaints,
    OutageStats,
    SharedStateError,
)

logger = logging.getLogger("primeql.operations.operation_results")

T = TypeVar("T")

# How many operations are under way at once. A round trip takes 0.2 ms of this process, so that
# more of them would only make each seem late.
MOST_OPERATIONS: Final = 8
# How long a question waits for its operation to begin. With what an operation may take, that is
# less than 100 ms.
PATIENCE_SECONDS: Final = 0.02
# How long an answer that was found waits to be told to the others.
STORING_PATIENCE_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Claim:
    """What is kept of a question: a text, or nothing, and then the caller has leased it."""

    text: str | None


class AnswerStore(Protocol):
    """Where processes share texts. A lease is a text too, which begins with its holder's token.

    Every method raises SharedStateError if it cannot be done, within 80 ms but for ``connect``.
    """

    async def connect(self) -> None:
        """Get ready, and write something, since one that is full may still be read."""

    async def claim(self, key: str, token: str) -> Claim:
        """Return the text of a key; lease it, for as long as leases last, if there is none."""

    async def extend(self, key: str, token: str, text: str) -> bool:
        """Renew a lease and give it a new text, if it is still held; return whether it is."""

    async def put(self, key: str, text: str) -> None:
        """Keep a text, whatever there was."""

    async def drop(self, key: str, token: str) -> None:
        """End a lease, if it is still held."""

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(slots=True)
class SharingStats(OutageStats):
    """What has happened since the start; for metrics."""

    skipped: int = 0


class SharedAnswers:
    """A store that is left alone while it fails, and tried in the background until it works.

    No question waits for it longer than 100 ms. All methods return None, or False, if it cannot
    be asked.

    Args:
        store: Where answers are kept.
        probe_seconds: How often to try a store that failed.
    """

    def __init__(self, store: AnswerStore, probe_seconds: float = PROBE_SECONDS) -> None:
        self.stats = SharingStats()
        self._store = store
        self._places = asyncio.Semaphore(MOST_OPERATIONS)
        complaints = Complaints(
            logger,
            "answers are remembered per process, Redis failed",
            "answers are shared again, Redis is back",
        )
        self._breaker = CircuitBreaker(store.connect, self.stats, complaints, probe_seconds)

    async def start(self) -> None:
        """Connect, so that no question has to wait for it."""
        await self._breaker.connects()

    async def claim(self, key: str, token: str) -> Claim | None:
        """Return what is kept of a key, leased to the caller if that is nothing."""
        return await self._ask(PATIENCE_SECONDS, self._store.claim, key, token)

    async def extend(self, key: str, token: str, text: str) -> bool:
        """Renew a lease and give it a new text; return whether it is still held."""
        held = await self._ask(STORING_PATIENCE_SECONDS, self._store.extend, key, token, text)
        return held is True

    async def put(self, key: str, text: str) -> None:
        """Keep a text, whatever there was."""
        await self._ask(STORING_PATIENCE_SECONDS, self._store.put, key, text)

    async def drop(self, key: str, token: str) -> None:
        """End a lease, if it is still held."""
        await self._ask(STORING_PATIENCE_SECONDS, self._store.drop, key, token)

    async def close(self) -> None:
        """Let go of connections."""
        self._breaker.close()
        await self._store.close()

    async def _ask(
        self, patience: float, operation: Callable[..., Awaitable[T]], *texts: str
    ) -> T | None:
        """Return what an operation returns; None if it fails, or has to wait too long to begin."""
        if not self.stats.is_shared:
            return None
        if not await self._has_place(patience):
            self.stats.skipped += 1
            return None
        try:
            # Others may have found out while this one waited.
            return await operation(*texts) if self.stats.is_shared else None
        except SharedStateError as error:
            self._breaker.fail(error)
            return None
        finally:
            self._places.release()

    async def _has_place(self, patience: float) -> bool:
        """Return whether the caller now holds one of the places for operations."""
        if not self._places.locked():
            return await self._places.acquire()
        try:
            async with asyncio.timeout(patience):
                return await self._places.acquire()
        except TimeoutError:
            return False
