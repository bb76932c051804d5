"""Expensive answers in Redis, by aiocache: one round trip for each step, none of them long."""

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
# Redis answers within a millisecond; one that takes this long is as good as gone.
TIMEOUT_SECONDS: Final = 0.075
# Connecting, with TLS and all, is done when no request waits for it.
CONNECT_SECONDS: Final = 1.0
# A reply takes a few turns of the event loop to come through. So many turns take less than a
# millisecond if there is nothing else to do; if there is, it is not Redis that is late.
GRACE_TURNS: Final = 10
LEASE_MILLISECONDS: Final = int(LEASE_SECONDS * 1_000)

# A key of another type is as good as a text that is no answer. Leases that never end are nobody's:
# whoever waited for one would wait for ever.
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
    """Texts that all processes with the same Redis share; an ``AnswerStore``.

    Args:
        url: ``redis://`` or ``rediss://``, with user and database.
        lifetime_seconds: How long texts are kept.
        timeout_seconds: How long an operation may take.
    """

    def __init__(
        self, url: str, lifetime_seconds: int, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """Remember where Redis is."""

        def pool(**_parts: Any) -> ConnectionPool:
            # Made of the whole URL, so that TLS, user and database in it count. Redis's own
            # timeouts are left out: they take a late event loop for a late Redis.
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
        """Open all connections anew, and write by each; see ``AnswerStore``."""
        await self._within(CONNECT_SECONDS, self._connect())

    async def claim(self, key: str, token: str) -> Claim:
        """Return the text of a key, or lease it; see ``AnswerStore``."""
        kept = await self._evaluate(CLAIM, key, token, LEASE_MILLISECONDS, MARK)
        # What is not UTF-8 is no answer, which its reader will find out.
        return Claim(kept.decode(errors="replace") if isinstance(kept, bytes) else None)

    async def extend(self, key: str, token: str, text: str) -> bool:
        """Renew a lease and give it a new text; see ``AnswerStore``."""
        held = await self._evaluate(EXTEND, key, token, text, LEASE_MILLISECONDS)
        return bool(held == 1)

    async def put(self, key: str, text: str) -> None:
        """Keep a text, whatever there was."""
        write = self._cache.raw("set", PREFIX + key, text, px=self._lifetime_milliseconds)
        await self._within(self._timeout_seconds, write)

    async def drop(self, key: str, token: str) -> None:
        """End a lease, if it is still held."""
        await self._evaluate(DROP, key, token)

    async def close(self) -> None:
        """Close the connections, also of operations that nobody waits for any more."""
        # One that is cancelled gives its connection back a few turns later, perhaps an open one.
        for task in self._under_way:
            task.cancel()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._cache.client.aclose()

    async def _connect(self) -> None:
        # Those that broke would be found out one by one, each by a question that fails.
        await self._cache.client.connection_pool.disconnect(inuse_connections=False)
        write = partial(self._cache.raw, "set", f"{PREFIX}probe", "", px=LEASE_MILLISECONDS)
        await asyncio.gather(*(write() for _ in range(MOST_OPERATIONS)))

    async def _evaluate(self, script: str, key: str, *arguments: Any) -> Any:
        """Return what a script returns."""
        evaluate = self._cache.raw("eval", script, 1, PREFIX + key, *arguments)
        return await self._within(self._timeout_seconds, evaluate)

    async def _within(self, seconds: float, operation: Coroutine[Any, Any, T]) -> T:
        """Return what an operation returns.

        Raises:
            SharedStateError: It fails, or takes too long.
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
    """Cancel an operation if it is still under way after so many turns of the event loop."""
    if turns and not task.done():
        asyncio.get_running_loop().call_soon(_give_up, task, turns - 1)
    else:
        task.cancel()
