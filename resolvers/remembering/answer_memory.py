"""Expensive answers are computed once, for all who ask, and remembered.

An answer is known by what it means: the function, its arguments and what its answers look like, not
by the text of the query. Whoever asks while it is computed waits for the same computation: in this
process (``single_flight``), and with a store that processes share, in any of them
(``distributed_lock``).
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, Protocol, Self, TypeVar

from engine.errors import DeadlineError
from resolvers.errors import ComputationLostError, OverloadedError
from resolvers.remembering.bounded_cache import BoundedMemoryCache
from resolvers.remembering.cache_entry import MOST_CHARACTERS, Asked, Kept, Single, read, written
from resolvers.remembering.distributed_lock import AnswerLease
from resolvers.remembering.shared_answers import SharedAnswers
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.single_flight import Flight
from resolvers.remembering.unfinished import Unfinished, is_mark, mark, read_mark
from resolvers.running.request_accounting import AnswerNotes

logger = logging.getLogger("primeql.operations.operation_results")

T = TypeVar("T")

# Predicted points from which on an answer is remembered: 5 ms, many times what it takes to
# remember it (benchmarks/bench_memory.py).
REMEMBERED_POINTS: Final = 50.0
# And from which on it is shared with other processes: 20 ms, since that takes round trips.
SHARED_POINTS: Final = 200.0
# What turned out to take less, in seconds, is computed again if it is asked for again.
WORTH_SECONDS: Final = 0.001
# A computation may go on beyond the deadline of whoever began it, for those who came later: for
# so many times as long as a request may take.
FLIGHT_DEADLINES: Final = 3
CLOSING_SECONDS: Final = 1.0
# What cannot be read is complained about so often at most.
COMPLAINT_SECONDS: Final = 60.0
# What a computation has found so far is sealed for another key: kept as an answer, it is none.
PARTIAL: Final = ":partial"


class Asker(Protocol):
    """Who asks: how long he waits, where costs are noted, and how he computes."""

    @property
    def deadline(self) -> float:
        """When he stops waiting, on ``time.monotonic()``."""
        ...

    @property
    def notes(self) -> AnswerNotes:
        """Where costs are noted."""
        ...

    def share_turns(self, notes: AnswerNotes) -> None:
        """Let what is computed on behalf of several have his turns too."""
        ...

    def on_behalf(self, notes: AnswerNotes, deadline: float) -> Self:
        """Return one who asks the same, for others too."""
        ...

    async def single(self, cost: float, function: Callable[..., T], *arguments: Any) -> T:
        """Return ``function(*arguments)``."""
        ...


A = TypeVar("A", bound=Asker)


@dataclass(slots=True)
class MemoryStats:
    """What has happened since the start; for metrics.

    Attributes:
        hits: Answers that this process remembered.
        shared_hits: Answers that another process had found.
        joins: Answers that were found for someone else in this process.
        misses: Answers that were computed.
        rejected: Texts that were read and were no answer to the question.
    """

    hits: int = 0
    shared_hits: int = 0
    joins: int = 0
    misses: int = 0
    rejected: int = 0


class AnswerMemory:
    """Remembers expensive answers, and computes each once at a time.

    Args:
        max_bytes: What the memory of this process may hold.
        deadline_seconds: How long a request may take.
        version: Of the service; another version's answers are not read.
        shared: Where processes share answers, if they do.
        seal: What answers are kept under; one that anybody can make if left out.
        clock: The time of day, in seconds, by which marks of unfinished answers grow old.
    """

    def __init__(
        self,
        max_bytes: int,
        deadline_seconds: float,
        version: str,
        shared: SharedAnswers | None = None,
        seal: AnswerSeal | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.stats = MemoryStats()
        self.kept = BoundedMemoryCache(max_bytes)
        self.shared = shared
        self.seal = seal or AnswerSeal()
        self._flight_seconds = FLIGHT_DEADLINES * deadline_seconds
        self._version = version
        self._clock = clock
        self._flights: dict[str, Flight[Any]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._complained = -COMPLAINT_SECONDS

    async def recall(
        self,
        asker: A,
        question: Asked[T],
        compute: Callable[[A, Flight[T]], Awaitable[T]],
    ) -> T:
        """Return an answer that is remembered, or what ``compute`` returns for all who ask.

        ``compute`` is given one who asks on behalf of all. Errors are those of ``compute``. What
        was found before of an answer whose time ran out is returned if the asker has no more time.

        Raises:
            DeadlineError: The asker's deadline passed first.
        """
        key = f"{self._version}{self.seal.label}:{question.shape.key(question.arguments)}"
        text = await self.kept.get(key)
        kept, known = None, None
        if text is not None and is_mark(text):
            kept, known = await self.read_mark(question, key, text, asker.single, asker.deadline)
            asker.notes.is_repeatable &= kept is None
        elif text is not None:
            kept = await self.read(question, key, text, asker.single)
        if kept is not None:
            self.stats.hits += 1
            asker.notes.memory_hits += 1
            asker.notes.unused_points += question.charge
            return kept.answer
        if time.monotonic() >= asker.deadline:
            raise DeadlineError("the time allowed ran out before this field was begun")
        return await self._fly(asker, question, key, compute, known)

    async def start(self) -> None:
        """Connect to where answers are shared."""
        if self.shared is not None:
            await self.shared.start()

    async def close(self) -> None:
        """Tell the others what was found last, and let go of connections."""
        if self._background:
            await asyncio.wait(self._background, timeout=CLOSING_SECONDS)
        for task in self._background:
            task.cancel()
        if self.shared is not None:
            await self.shared.close()

    async def _fly(
        self,
        asker: A,
        question: Asked[T],
        key: str,
        compute: Callable[[A, Flight[T]], Awaitable[T]],
        known: T | None,
    ) -> T:
        """Return the answer of the flight under way, or of one that goes on from ``known``."""
        has_failed = False
        given = asker.deadline - time.monotonic() + asker.notes.queue_seconds
        while True:
            flight: Flight[T] | None = self._flights.get(key)
            is_joined = flight is not None and not flight.is_given_up
            if flight is None or flight.is_given_up:
                flight = self._begin(asker, question, key, compute, known)
            elif asker.notes.owner.client != flight.notes.owner.client:
                asker.share_turns(flight.notes)
            try:
                answer = await flight.answer(asker.deadline, asker.notes)
            except (OverloadedError, ComputationLostError):
                # Somebody else's place in the queue, or his worker: this one has another try.
                if has_failed or not is_joined:
                    raise
                has_failed = True
            else:
                self.stats.joins += is_joined
                if flight.is_computed and not question.shape.is_final(answer):
                    given -= asker.notes.queue_seconds
                    await self._leave_mark(key, Unfinished(answer, given), question.charge)
                return answer

    def _begin(
        self,
        asker: A,
        question: Asked[T],
        key: str,
        compute: Callable[[A, Flight[T]], Awaitable[T]],
        known: T | None,
    ) -> Flight[T]:
        """Return a new flight."""
        deadline = time.monotonic() + self._flight_seconds
        flight: Flight[T] = Flight(asker.notes.owner, question.charge, deadline)
        flight.partial = known
        behalf = asker.on_behalf(flight.notes, flight.deadline)
        begin = partial(compute, behalf, flight)
        search = _Search(self, question, key, flight, behalf.single, begin, asker.deadline)
        self._flights[key] = flight
        flight.begin(asyncio.create_task(search.find()))
        return flight

    async def read(self, question: Asked[T], key: str, text: str, single: Single) -> Kept[T] | None:
        """Return the answer that a text holds; None, counted and complained about, if none."""
        kept = await read(question, key, text, self.seal, single)
        if kept is None:
            self.stats.rejected += 1
            if time.monotonic() >= self._complained + COMPLAINT_SECONDS:
                self._complained = time.monotonic()
                logger.warning("a remembered answer cannot be right: %s", question.shape.name)
        return kept

    async def read_mark(
        self, question: Asked[T], key: str, text: str, single: Single, deadline: float
    ) -> tuple[Kept[T] | None, T | None]:
        """Return what a mark answers whoever waits until a deadline, and what it knows."""
        left = deadline - time.monotonic()
        found = await read_mark(question, key, text, self.seal, single, self._clock())
        if found is None:
            return None, None
        return Kept(found.answer) if found.suffices(left) else None, found.answer

    async def _leave_mark(self, key: str, unfinished: Unfinished[Any], charge: float) -> None:
        """Remember that the time for an answer ran out, unless it was spent in a queue."""
        if unfinished.seconds <= 0:
            return
        text = mark(unfinished, key, self.seal, self._clock())
        if len(text) > MOST_CHARACTERS:
            return
        await self.kept.set(key, text)
        if self.shared is not None and charge >= SHARED_POINTS:
            self.in_background(self.shared.put(key, text))

    def in_background(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Start what no answer waits for."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    def landed(self, key: str, flight: Flight[Any]) -> None:
        """Forget a flight; whoever comes from now on begins another."""
        if self._flights.get(key) is flight:
            del self._flights[key]


@dataclass(frozen=True, slots=True)
class _Search(Generic[T]):
    """The way of one flight to its answer: from another process, or computed."""

    memory: AnswerMemory
    question: Asked[T]
    key: str
    flight: Flight[T]
    single: Single
    compute: Callable[[], Awaitable[T]]
    deadline: float

    async def find(self) -> T:
        """Return the answer, remembered."""
        shared = self.memory.shared
        try:
            if shared is None or self.question.charge < SHARED_POINTS:
                answer, _ = await self._computed()
                return answer
            return await self._shared(AnswerLease(shared, self.key))
        finally:
            self.memory.landed(self.key, self.flight)

    async def _shared(self, lease: AnswerLease) -> T:
        """Return the answer of another process, or one computed under the lease."""
        found = await lease.obtain(self._read, self._note_partial)
        if isinstance(found, Kept):
            self.memory.stats.shared_hits += 1
            return found.answer
        keeping = self.memory.in_background(lease.keep(self._partial)) if found else None
        text = None
        try:
            answer, text = await self._computed()
        finally:
            if keeping is not None:
                keeping.cancel()
            self.memory.in_background(lease.end(text))
        return answer

    async def _computed(self) -> tuple[T, str | None]:
        """Return a computed answer, and its text if it is to be remembered."""
        self.flight.is_computed = True
        self.memory.stats.misses += 1
        answer = await self.compute()
        is_worth_it = self.flight.notes.spent_seconds >= WORTH_SECONDS
        if not (is_worth_it and self.question.shape.is_final(answer)):
            return answer, None
        text = written(answer, self.key, self.memory.seal)
        if len(text) > MOST_CHARACTERS:
            return answer, None
        await self.memory.kept.set(self.key, text)
        return answer, text

    async def _read(self, text: str) -> Kept[T] | None:
        """Return another process's answer, remembered here too."""
        if is_mark(text):
            kept, self.flight.partial = await self.memory.read_mark(
                self.question, self.key, text, self.single, self.deadline
            )
            self.flight.notes.is_repeatable &= kept is None
            return kept
        kept = await self.memory.read(self.question, self.key, text, self.single)
        if kept is not None:
            await self.memory.kept.set(self.key, text)
        return kept

    async def _note_partial(self, text: str) -> None:
        """Take what another process has found so far."""
        if text:
            key = self.key + PARTIAL
            kept = await self.memory.read(self.question, key, text, self.single)
            self.flight.partial = None if kept is None else kept.answer

    def _partial(self) -> str:
        """Return what is known so far as a text."""
        if self.flight.partial is None:
            return ""
        return written(self.flight.partial, self.key + PARTIAL, self.memory.seal)
