"""Answers ``/healthz/details`` for holders of API keys: self-tests, lanes, Redis."""

import asyncio
import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from middleware.limits.clients import Client
from middleware.limits.token_bucket import Budget
from middleware.refusal import UnauthenticatedError
from primeql import __version__
from primeql.operations.service import PrimeService
from primeql.telemetry.collectors import redis_uses
from primeql.telemetry.self_tests import SelfTests
from resolvers.running.thread_lane import ThreadLane
from resolvers.running.worker_lane import WorkerLane

PATH = "/healthz/details"


class HealthDetails:
    """Answers ``/healthz/details``.

    Args:
        service: The service to examine.
        budget: The clients' budgets.
    """

    def __init__(self, service: PrimeService, budget: Budget) -> None:
        self._service = service
        self._budget = budget
        self._tests = SelfTests(service)
        self._begun = time.monotonic()
        # One run at a time, for any number of requests.
        self._turn = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """Answer a request with an API key; the status is 503 if a self-test fails.

        Raises:
            RefusedError: The request has no API key.
        """
        client: Client = request.state.client
        if not client.id.startswith("key:"):
            raise UnauthenticatedError("details are for holders of an API key")
        async with self._turn:
            details = await self._details()
        status = 200 if details["status"] == "ok" else 503
        return JSONResponse(details, status, {"Cache-Control": "no-store"})

    async def _details(self) -> dict[str, Any]:
        """Run the self-tests; return all details."""
        checks = await self._tests.run()
        is_ok = all(check.is_ok for check in checks.values())
        return {
            "status": "ok" if is_ok else "failed",
            "ready": self._service.is_ready,
            "version": __version__,
            "uptimeSeconds": round(time.monotonic() - self._begun),
            "checks": {
                name: {"ok": check.is_ok, "milliseconds": round(check.seconds * 1_000, 2)}
                for name, check in checks.items()
            },
            "pace": round(self._service.pace.factor, 2),
            "lanes": self._lanes(),
            "redis": {
                use: "up" if stats.is_shared else "down"
                for use, stats in redis_uses(self._service.memory, self._budget).items()
            },
        }

    def _lanes(self) -> dict[str, dict[str, int]]:
        """Return how busy the lanes are."""
        compute = self._service.compute
        lanes: dict[str, WorkerLane | ThreadLane] = {
            "quick": compute.quick,
            "slow": compute.slow,
            "threads": compute.threads,
        }
        return {
            name: {"busy": lane.busy, "waiting": lane.pool.waiting} for name, lane in lanes.items()
        }
