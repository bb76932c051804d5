"""What is noted of one answer while its parts are made, and its share of the event loop."""

import asyncio
from typing import Any

from engine.primality.word_primality import WordBatch
from resolvers.rate_limit import NOT_LIMITED, RateLimitStatus
from resolvers.running.fair_pool import NOBODY, Owner

# How long one request may compute on the event loop before others have their turn: what the light
# requests of others are made to wait (they are promised p95 < 100 ms).
SLICE_SECONDS = 0.002


class AnswerNotes:
    """What is noted of one answer.

    Attributes:
        is_repeatable: Whether the same operation always has the same answer. True of
            mathematics; not of an answer that tells about the service, or that ended where the
            time did.
        spent_seconds: CPU time that computing has taken so far.
        spent_points: The same as work: what was predicted of what ran on the event loop, else the
            CPU time by the pace of this machine.
        slice_seconds: What of it was spent on the event loop since others had their turn.
        memory_hits: Expensive answers that were remembered, or computed for someone else.
        memory_misses: Expensive answers that were computed for this request.
        unused_points: Predicted for tasks in threads and processes that turned out cheaper.
        queue_seconds: What those tasks have waited for a thread or a worker.
        owner: Whose answer it is, for taking turns.
        rate_limit: The caller's budget as this request found it.
        integers: What ``resolvers.questions.integers`` keeps of each integer during the request.
        words: The words asked about last: fields of the same objects ask about the same.
    """

    __slots__ = (
        "_queue",
        "integers",
        "is_repeatable",
        "memory_hits",
        "memory_misses",
        "owner",
        "queue_seconds",
        "rate_limit",
        "slice_seconds",
        "spent_points",
        "spent_seconds",
        "unused_points",
        "words",
    )

    def __init__(self, owner: Owner = NOBODY, rate_limit: RateLimitStatus = NOT_LIMITED) -> None:
        self.is_repeatable = True
        self.spent_seconds = 0.0
        self.spent_points = 0.0
        self.slice_seconds = 0.0
        self.unused_points = 0.0
        self.queue_seconds = 0.0
        self.owner = owner
        self.memory_hits = 0
        self.memory_misses = 0
        self.rate_limit = rate_limit
        self.integers: dict[int, Any] = {}
        self.words: WordBatch | None = None
        self._queue: asyncio.Lock | None = None

    @property
    def has_turn(self) -> bool:
        """Whether this request may compute on the event loop at once."""
        return self.slice_seconds < SLICE_SECONDS and not (
            self._queue is not None and self._queue.locked()
        )

    async def turn(self) -> None:
        """Return when this request may compute on the event loop.

        Its fields queue behind each other once it has used its slice, and other requests go first.
        """
        if self.has_turn:
            return
        if self._queue is None:
            self._queue = asyncio.Lock()
        async with self._queue:
            if self.slice_seconds >= SLICE_SECONDS:
                await asyncio.sleep(0)
                self.slice_seconds = 0.0
