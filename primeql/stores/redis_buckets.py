"""Token buckets in Redis: one script call for each attempt, many attempts in one round trip."""

import asyncio
import hashlib
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError, ResponseError

from middleware.limits.clients import Client
from resolvers.remembering.circuit_breaker import SharedStateError

PREFIX: Final = "primeql:budget:"
# Redis normally answers within a millisecond. After this time it counts as failed.
TIMEOUT_SECONDS: Final = 0.075
# The most attempts in one round trip. More would delay the first of them without a gain: an attempt
# costs 17 microseconds at 20, within a sixth of its cost at 100.
PIPELINED: Final = 50

# The time to connect, including TLS. No request waits for it.
CONNECT_SECONDS: Final = 1.0
# A reply needs a few turns of the event loop. After the timeout this many more turns are allowed.
# On an idle loop they take less than a millisecond; on a busy loop the loop is late, not Redis.
GRACE_TURNS: Final = 10

# A bucket is the points missing, and the time of that figure in microseconds of Redis's clock. It
# expires after the time in which an empty bucket fills. So if a bucket is missing although a
# process knows that it is not full, Redis has lost it.
SCRIPT: Final = """
local capacity, rate, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local owed, known = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local state = redis.call('GET', KEYS[1])
local spent = known
if state then
  local before, at = string.match(state, '^(%S+) (%S+)$')
  spent = math.max(0, before - math.max(0, now - at) * rate / 1000000) + owed
end
spent = math.min(math.max(0, spent), capacity)
local is_allowed = spent + cost <= capacity
if is_allowed then spent = spent + cost end
if (is_allowed and cost > 0) or owed ~= 0 then
  local lifetime = math.ceil(capacity / rate * 1000) + 1000
  redis.call('SET', KEYS[1], string.format('%.17g %.0f', spent, now), 'PX', lifetime)
end
return {is_allowed and 1 or 0, string.format('%.17g', spent)}
"""
SCRIPT_HASH: Final = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

_Arguments = tuple[str, int, float, float, float, float]
_Attempt = tuple[_Arguments, asyncio.Future[Any]]


class RedisBuckets:
    """Buckets that all processes with the same Redis share.

    One connection is used. Attempts that arrive during a round trip share the next one.

    Args:
        url: The address, ``redis://`` or ``rediss://``, with user and database.
        timeout_seconds: The timeout of a round trip. If a round trip fails, all waiting attempts
            fail too.
    """

    def __init__(self, url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        # The client's own timeouts are off: they cost 4 microseconds for each reply, and mistake a
        # late event loop for a late Redis.
        self._redis = Redis.from_url(
            url, socket_timeout=None, socket_connect_timeout=None, retry=Retry(NoBackoff(), 0)
        )
        self._timeout_seconds = timeout_seconds
        self._waiting: list[_Attempt] = []
        self._sending: asyncio.Task[None] | None = None
        self._round_trips = 0

    async def take(
        self, client: Client, cost: float, owed: float, known: float
    ) -> tuple[bool, float]:
        """Spend ``cost`` points in one round trip; see ``SharedBuckets``."""
        tier = client.tier
        arguments = (PREFIX + client.id, tier.points, tier.restore_rate, cost, owed, known)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((arguments, future))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())
        is_allowed, spent = await future
        return is_allowed == 1, float(spent)

    async def connect(self) -> None:
        """Connect, and load the script into Redis; see ``SharedBuckets``."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._redis.script_load(SCRIPT)
        except (RedisError, OSError) as error:
            raise SharedStateError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        if self._sending is not None:
            await self._sending
        await self._redis.aclose()

    async def _send(self) -> None:
        """Make round trips until no attempt waits; if one fails, all waiting attempts fail."""
        batch: list[_Attempt] = []
        error: Exception = SharedStateError("unforeseen")
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:PIPELINED], self._waiting[PIPELINED:]
                await self._make_round_trip(batch)
        except (RedisError, OSError) as failure:
            error = failure
        except asyncio.CancelledError:
            error = TimeoutError()
        finally:
            # Every attempt gets a result, even after an unforeseen error.
            self._sending = None
            failed, self._waiting = batch + self._waiting, []
            _settle(failed, [error] * len(failed))

    async def _make_round_trip(self, batch: list[_Attempt]) -> None:
        """Make one round trip, or two if the script must be loaded first."""
        timer = asyncio.get_running_loop().call_later(
            self._timeout_seconds, self._give_up, self._round_trips, GRACE_TURNS
        )
        try:
            replies = await self._evaluate(batch)
            unknown = [
                attempt
                for attempt, reply in zip(batch, replies, strict=True)
                if isinstance(reply, NoScriptError)
            ]
            if unknown:
                await self._redis.script_load(SCRIPT)
                _settle(unknown, await self._evaluate(unknown))
        finally:
            timer.cancel()
            self._round_trips += 1
        _settle(batch, replies)

    def _give_up(self, round_trip: int, turns: int) -> None:
        """Cancel a round trip if it is still running after ``turns`` turns of the event loop."""
        if self._sending is None or round_trip != self._round_trips:
            return
        if turns:
            asyncio.get_running_loop().call_soon(self._give_up, round_trip, turns - 1)
        else:
            self._sending.cancel()

    async def _evaluate(self, batch: list[_Attempt]) -> list[Any]:
        """Return the reply to each attempt, or its exception."""
        if len(batch) == 1:
            # A pipeline of one costs 13 microseconds more.
            try:
                return [await self._redis.evalsha(SCRIPT_HASH, 1, *batch[0][0])]
            except ResponseError as error:
                return [error]
        pipeline = self._redis.pipeline(transaction=False)
        for arguments, _ in batch:
            pipeline.evalsha(SCRIPT_HASH, 1, *arguments)
        replies: list[Any] = await pipeline.execute(raise_on_error=False)
        return replies


def _settle(batch: list[_Attempt], replies: list[Any]) -> None:
    """Give each attempt that is not cancelled its reply."""
    for (_, future), reply in zip(batch, replies, strict=True):
        if future.done():
            continue
        if isinstance(reply, list):
            future.set_result(reply)
        else:
            future.set_exception(SharedStateError(type(reply).__name__))
