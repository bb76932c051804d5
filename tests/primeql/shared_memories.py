"""Memories of answers that are shared through a Redis-compatible server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from primeql.stores.redis_answers import RedisAnswers
from resolvers.remembering.answer_memory import AnswerMemory
from tests.resolvers.memory_askers import memory_with

LIFETIME_SECONDS = 1_000


@asynccontextmanager
async def memory_at(
    port: int, timeout_seconds: float = 10.0, secret: str = ""
) -> AsyncIterator[AnswerMemory]:
    """A process's memory, as far as the server can tell; what it found is in Redis afterwards.

    The timeout is so long that a busy machine is not taken for a Redis that hangs.
    """
    store = RedisAnswers(f"redis://127.0.0.1:{port}/0", LIFETIME_SECONDS, timeout_seconds)
    memory = memory_with(store, secret=secret)
    try:
        yield memory
    finally:
        await memory.close()
