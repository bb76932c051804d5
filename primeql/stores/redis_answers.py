"""Stores expensive answers in Redis, by aiocache: one short round trip for each operation."""

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final, TypeVar

from aiocache.backends.redis import RedisCache
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from resolvers.remembering.circuit_breaker import SharedStateError
from resolvers.remembering.distributed_lock import LEASE_SECONDS, MARK
from resolvers.remembering.shared_answers import MOST_OPERATIONS, Claim

T = TypeVar("T")

PREFIX: Final = "primeql:answer:"
# Redis normally answers within a millisecond. After this time it counts as failed.
TIMEOUT_SECONDS: Final = 0.075
# The time to connect, including TLS. No request waits for it.
CONNECT_SECONDS: Final = 1.0
# A reply needs a few turns of the event loop. After the timeout this many more turns are allowed.
# On an idle loop they take less than a millisecond; on a busy loop the loop is late, not Redis.
GRACE_TURNS: Final = 10
LEASE_MILLISECONDS: Final = int(LEASE_SECONDS * 1_000)

# A key of another type is treated as an invalid answer. A lease without an expiry is replaced,
# because otherwise the processes that wait for it would never stop.
CLAIM: Final = """
local kept = redis.pcall('GET', KEYS[1])
if type(kept) == 'table' then return 'unreadable' end
if kept and string.sub(kept, 1, #ARGV[3]) == ARGV[3] and redis.call('PTTL', KEYS[1]) == -1 then
  kept = false
end
if not kept then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
return kept
"""
EXTEND: Final = """
local kept = redis.pcall('GET', KEYS[1])
if type(kept) ~= 'string' or string.sub(kept, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
DROP: Final = """
local kept = redis.pcall('GET', KEYS[1])
if type(kept) == 'string' and string.sub(kept, 1, #ARGV[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return 1
"""


class RedisAnswers:
    """Texts that all processes with the same Redis share; implements ``AnswerStore``.

    Args:
        url: The address, ``redis://`` or ``rediss://``, with user and database.
        lifetime_seconds: The lifetime of a text.
        timeout_seconds: The timeout of an operation.
    """

    def __init__(
        self, url: str, lifetime_seconds: int, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """Create the client; ``connect`` connects it."""

        def pool(**_parts: Any) -> ConnectionPool:
            # Made from the whole URL, so that its TLS, user and database are used. The client's
            # own timeouts are off, because they mistake a late event loop for a late Redis.
            return ConnectionPool.from_url(
                url,
                socket_timeout=None,
                socket_connect_timeout=None,
                retry=Retry(NoBackoff(), 0),
            )

        self._cache = RedisCache(timeout=None, connection_pool_class=pool)
        self._lifetime_milliseconds = lifetime_seconds * 1_000
        self._timeout_seconds = timeout_seconds
        self._under_way: set[asyncio.Task[Any]] = set()

    async def connect(self) -> None:
        """Open new connections, and test each by a write: a full Redis can still be read."""
        await self._within(CONNECT_SECONDS, self._connect())

    async def claim(self, key: str, token: str) -> Claim:
        """Return the text of a key, or lease it; see ``AnswerStore``."""
        kept = await self._evaluate(CLAIM, key, token, LEASE_MILLISECONDS, MARK)
        # Invalid UTF-8 is replaced; the reader finds that the text is not an answer.
        return Claim(kept.decode(errors="replace") if isinstance(kept, bytes) else None)

    async def extend(self, key: str, token: str, text: str) -> bool:
        """Renew a lease and give it a new text; see ``AnswerStore``."""
        held = await self._evaluate(EXTEND, key, token, text, LEASE_MILLISECONDS)
        return bool(held == 1)

    async def put(self, key: str, text: str) -> None:
        """Store a text, and replace any old one."""
        write = self._cache.raw("set", PREFIX + key, text, px=self._lifetime_milliseconds)
        await self._within(self._timeout_seconds, write)

    async def drop(self, key: str, token: str) -> None:
        """End a lease, if it is still held."""
        await self._evaluate(DROP, key, token)

    async def close(self) -> None:
        """Close the connections, including those of abandoned operations."""
        # A cancelled operation returns its connection a few turns later, perhaps an open one.
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._cache.client.aclose()

    async def _connect(self) -> None:
        # Otherwise each broken connection would make one operation fail.
        await self._cache.client.connection_pool.disconnect(inuse_connections=False)
        write = partial(self._cache.raw, "set", f"{PREFIX}probe", "", px=LEASE_MILLISECONDS)
        await asyncio.gather(*(write() for _ in range(MOST_OPERATIONS)))

    async def _evaluate(self, script: str, key: str, *arguments: Any) -> Any:
        """Return the result of a script."""
        evaluate = self._cache.raw("eval", script, 1, PREFIX + key, *arguments)
        return await self._within(self._timeout_seconds, evaluate)

    async def _within(self, seconds: float, operation: Coroutine[Any, Any, T]) -> T:
        """Return the result of an operation.

        Raises:
            SharedStateError: The operation fails or times out.
        """
        task = asyncio.ensure_future(operation)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        timer = asyncio.get_running_loop().call_later(seconds, _give_up, task, GRACE_TURNS)
        try:
            await asyncio.wait({task})
            if task.cancelled():
                raise SharedStateError("TimeoutError")
            return task.result()
        except (RedisError, OSError) as error:
            raise SharedStateError(type(error).__name__) from error
        finally:
            timer.cancel()
            task.cancel()


def _give_up(task: "asyncio.Task[Any]", turns: int) -> None:
    """Cancel an operation if it is still running after ``turns`` turns of the event loop."""
    if turns and not task.done():
        asyncio.get_running_loop().call_soon(_give_up, task, turns - 1)
    else:
        task.cancel()
