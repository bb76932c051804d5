"""A process of its own that spends one client's points; run by the tests of shared budgets.

Arguments: the Redis URL, the client, the points of the bucket, attempts of one point each. Prints
how many succeeded, after a line from standard input has given the start.
"""

import asyncio
import sys

from middleware.limits.clients import Client
from middleware.limits.shared_budget import SharedBudget
from middleware.limits.tier import Tier
from middleware.limits.token_bucket import LocalBuckets
from primeql.stores.redis_buckets import RedisBuckets


async def spend(url: str, identity: str, points: int, attempts: int) -> int:
    """Return how many of the attempts, all made at once, succeeded."""
    client = Client(identity, Tier("test", points, 1e-6, 1, 1, 1))
    # Redis decides, however busy the machine is: the timeout is not what is tested here.
    budget = SharedBudget(RedisBuckets(url, timeout_seconds=20.0), LocalBuckets())
    await budget.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    outcomes = await asyncio.gather(*(budget.take(client, 1) for _ in range(attempts)))
    await budget.close()
    assert budget.stats.outages == 0
    return sum(outcome.is_allowed for outcome in outcomes)


if __name__ == "__main__":
    spent = asyncio.run(spend(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
    sys.stdout.write(f"{spent}\n")
