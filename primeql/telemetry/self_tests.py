"""Self-tests: the running service answers questions whose answers are known."""

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Final

import anyio

from engine.errors import EngineError
from engine.primality.neighbours import next_prime
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from resolvers.errors import ApiError
from resolvers.running.compute import LOOP_POINTS
from resolvers.running.request_accounting import AnswerNotes

# A self-test takes milliseconds; after this time it has failed.
SECONDS: Final = 2.0
# A smaller memory of answers is switched off, and not tested.
ROOM_BYTES: Final = 1_024
# An interval of many segments, and of both sides of 2^32 (PARI: primepi(2^32+10^7) -
# primepi(2^32-10^7), none of the ends being prime).
SEAM: Final = 2**32
SEAM_HALF_WIDTH: Final = 10**7
SEAM_PRIMES: Final = 901_087

QUERIES: Final[Mapping[str, tuple[str, object]]] = MappingProxyType(
    {
        "primality": (
            "{ integer(value: 97) { isPrime } }",
            {"integer": {"isPrime": True}},
        ),
        "factorization": (
            "{ integer(value: 60) { factorization { expression } } }",
            {"integer": {"factorization": {"expression": "2^2 * 3 * 5"}}},
        ),
        "sieve": (
            f'{{ primeRange(low: "{SEAM - SEAM_HALF_WIDTH}", high: "{SEAM + SEAM_HALF_WIDTH}")'
            " { count } }",
            {"primeRange": {"count": str(SEAM_PRIMES)}},
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one self-test."""

    is_ok: bool
    seconds: float


class SelfTests:
    """Runs the self-tests.

    Args:
        service: The running service.
    """

    def __init__(self, service: PrimeService) -> None:
        self._service = service

    async def run(self) -> Mapping[str, Check]:
        """Return the result of each test. Cost: about 20 ms, most of it in a thread."""
        checks = {name: await _timed(partial(self._asked, name)) for name in QUERIES}
        checks["worker"] = await _timed(self._worker)
        if self._service.settings.max_answer_memory_bytes >= ROOM_BYTES:
            checks["memory"] = await _timed(self._memory)
        return checks

    async def _asked(self, name: str) -> bool:
        """Return whether a query gives the expected answer."""
        query, expected = QUERIES[name]
        answer = await self._service.answer(Operation(query), f"self-test-{name}")
        return answer.response == {"data": expected}

    async def _worker(self) -> bool:
        """Return whether a worker process computes."""
        deadline = time.monotonic() + SECONDS
        notes = AnswerNotes()
        work = self._service.compute.single
        # The primes around 10^9: OEIS A033873 and A033874.
        found = await work(LOOP_POINTS + 1, deadline, notes, next_prime, 10**9)
        return bool(found == 10**9 + 7)

    async def _memory(self) -> bool:
        """Return whether the memory of answers returns a text that was stored."""
        kept = self._service.memory.kept
        key, text = f"self-test:{secrets.token_hex(8)}", secrets.token_hex(8)
        await kept.set(key, text)
        found = await kept.get(key)
        await kept.delete(key)
        return bool(found == text) and await kept.get(key) is None


async def _timed(ask: Callable[[], Awaitable[bool]]) -> Check:
    """Return whether a test succeeded, and how long it took."""
    begin = time.perf_counter()
    is_ok = False
    with anyio.move_on_after(SECONDS):
        try:
            is_ok = await ask()
        except (ApiError, EngineError):
            is_ok = False
    return Check(is_ok, time.perf_counter() - begin)
