"""Compare what a server charges with the prices it told, over requests made at random.

``python -m benchmarks.charges 20000 [SEED]`` starts a server, asks it for so many requests with
``GraphQL-Cost: report``, every tenth with ``validate`` first, and prints how many there were of
each outcome and the greatest charge for each point told. It ends with status 1 if any charge was
above the price told: by the report, or by what is missing from the bucket. What pricing took of
requests that were only priced, or refused as too dear, is shown beside it, since it has no price.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from benchmarks.cost_workload import Request, easy_requests, requests
from primeql.operations.document_fees import CHARACTERS_PER_POINT, READ_POINTS
from tests.reaper import reaped
from tests.server import running_server

# Dearer requests are refused, which is looked at too, and costs nothing.
MOST_POINTS = 500
_BUCKET = 10**11
_TIERS = {
    "anonymous": {
        "points": _BUCKET,
        # So little that no bucket fills meanwhile.
        "restore_rate": 1e-6,
        "requests_per_minute": 10**8,
        "concurrent_requests": 1_000,
        "max_request_cost": MOST_POINTS,
    }
}
# Clients that ask at once, each with a bucket.
_CLIENTS = 8
_VALIDATED = 10
_TIMEOUT_SECONDS = 120


class Charges:
    """What was charged so far.

    Attributes:
        counts: How often each outcome was seen.
        faults: Each charge above the price told.
        told: Points of all prices told of what ran.
        charged: Points of all charges for that.
        greatest: The greatest charge for each point told.
        pricing: The most points that pricing took where nothing ran.
    """

    def __init__(self, url: str) -> None:
        self._url = f"{url}/graphql"
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        self.told = self.charged = 0
        self.greatest = 0.0
        self.pricing = 0

    async def ask(self, made: Iterator[Request]) -> None:
        """Ask all of them, several clients at once."""
        await asyncio.gather(*(self._ask_each(made, number) for number in range(_CLIENTS)))

    async def _ask_each(self, made: Iterator[Request], number: int) -> None:
        """Ask in the name of one client, one request after the other."""
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        async with httpx.AsyncClient(headers=headers, timeout=_TIMEOUT_SECONDS) as client:
            left = _BUCKET
            for count, request in enumerate(made):
                told = None
                if count % _VALIDATED == 0:
                    self.counts["validated first"] += 1
                    told, left = await self._validated(client, request, left)
                left = await self._reported(client, request, left, told)

    async def _validated(
        self, client: httpx.AsyncClient, request: Request, left: int
    ) -> tuple[int, int]:
        """Return the price that a request is told, and what is left in the bucket."""
        response = await self._post(client, request, "validate")
        cost = response.json()["extensions"]["cost"]
        after = int(response.headers["x-ratelimit-remaining"])
        self.pricing = max(self.pricing, left - after - _reading(request))
        return cost["requestedQueryCost"], after

    async def _reported(
        self, client: httpx.AsyncClient, request: Request, left: int, told: int | None
    ) -> int:
        """Look at what a request is charged; return what is left in the bucket."""
        response = await self._post(client, request, "report")
        body: dict[str, Any] = response.json()
        cost = body["extensions"]["cost"]
        price = cost["requestedQueryCost"] if told is None else told
        actual, after = cost["actualQueryCost"], cost["throttleStatus"]["currentlyAvailable"]
        for code in {error["extensions"]["code"] for error in body.get("errors", ())} or {"none"}:
            self.counts[f"errors: {code}"] += 1
        self._compare(request, "report", actual, price)
        if "data" not in body:
            self.pricing = max(self.pricing, left - after - _reading(request))
        else:
            self._compare(request, "bucket", left - after, actual + _reading(request))
            self.told += price
            self.charged += actual
            self.greatest = max(self.greatest, actual / price if price else 0.0)
        self.counts["charged less than told" if actual < price else "charged as told"] += 1
        return int(after)

    async def _post(self, client: httpx.AsyncClient, request: Request, mode: str) -> httpx.Response:
        body = {"query": request.query, "variables": request.variables}
        return await client.post(self._url, json=body, headers={"GraphQL-Cost": mode})

    def _compare(self, request: Request, what: str, charged: int, price: int) -> None:
        """Note a charge that is above a price."""
        if charged > price:
            shown = f"{request.kind} {request.query[:200]} {str(request.variables)[:200]}"
            self.faults.append(f"{what}: charged {charged:,}, told {price:,}: {shown}")


def _reading(request: Request) -> int:
    """Return what a document may cost to be read, if the service has not seen it before."""
    return READ_POINTS + len(request.query) // CHARACTERS_PER_POINT + 1


def _made(seed: int, total: int) -> Iterator[Request]:
    """Yield requests of both kinds of generators."""
    easy = total // 5
    yield from requests(seed, total - easy)
    yield from easy_requests(seed, easy)


def charged(total: int, seed: int) -> Charges:
    """Return what a server charges for so many requests."""
    with tempfile.TemporaryDirectory() as folder, reaped(Path(folder)):
        tiers = Path(folder) / "tiers.json"
        tiers.write_text(json.dumps(_TIERS))
        settings = {
            "PRIMEQL_TIERS_FILE": str(tiers),
            "PRIMEQL_TRUSTED_PROXIES": "127.0.0.0/8",
        }
        with running_server(settings) as server:
            charges = Charges(server.url)
            asyncio.run(charges.ask(_made(seed, total)))
            return charges


def main() -> None:
    """Print what was charged for as many requests as the first argument says."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    charges = charged(total, seed)
    for outcome, count in sorted(charges.counts.items()):
        print(f"{count:10,}  {outcome}")
    for fault in charges.faults[:50]:
        print(fault)
    print(
        f"{total:,} requests, seed {seed}: {charges.told:,} points told, {charges.charged:,}"
        f" charged; pricing took up to {charges.pricing:,} where nothing ran;"
        f" the greatest charge is {charges.greatest:.3f} of the price told;"
        f" {len(charges.faults)} charges above it"
    )
    raise SystemExit(1 if charges.faults else 0)


if __name__ == "__main__":
    main()
