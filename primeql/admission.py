"""What operations cost their client: priced before they run, settled when they end."""

import asyncio
import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from middleware.clients import Client
from middleware.rate_limit_headers import budget_headers
from middleware.request_record import UNKNOWN_DOCUMENT, OperationRecord, RequestRecord
from middleware.tier import Tier
from middleware.token_bucket import Budget, Taken
from primeql.operations import Operation
from primeql.request_errors import RequestError
from primeql.service import Answer, Arrival, PricedOperation, PrimeService, refusal
from resolvers.answer_notes import AnswerNotes
from resolvers.errors import ErrorCode
from resolvers.rate_limit import RateLimitStatus


class CostMode(enum.Enum):
    """What the header ``GraphQL-Cost`` asks for."""

    PLAIN = ""
    REPORT = "report"
    VALIDATE = "validate"


def cost_mode(header: str | None) -> CostMode:
    """Return the mode that a header asks for; None if it was not sent.

    Raises:
        RequestError: There is no such mode.
    """
    if header is None:
        return CostMode.PLAIN
    try:
        return CostMode(header.strip().lower())
    except ValueError:
        raise RequestError("GraphQL-Cost must be report or validate") from None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answers to the operations of one request, in their order.

    ``status`` is set if the request was refused as a whole.
    """

    answers: list[Answer]
    headers: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    record: RequestRecord = field(default_factory=RequestRecord)


class Admission:
    """Lets operations run if their client can pay for them.

    Args:
        service: Prices and runs them.
        budget: What clients have left.
    """

    def __init__(self, service: PrimeService, budget: Budget) -> None:
        """Remember the parts."""
        self._service = service
        self._budget = budget

    async def answer(
        self,
        operations: Sequence[Operation | RequestError],
        client: Client,
        mode: CostMode,
        arrival: Arrival,
    ) -> Reply:
        """Return the answers to operations that are paid for together.

        What they are expected to cost is taken before any runs; what was not used is given back,
        also if the request is cancelled.
        """
        enough = math.inf if mode is CostMode.VALIDATE else arrival.max_request_cost
        pay = partial(self._pay, client)
        prepared = [
            await self._service.prepare(operation, arrival, enough, pay) for operation in operations
        ]
        reply = await self._settle(prepared, client, mode, arrival)
        _note(arrival.record, prepared, reply, has_run=mode is not CostMode.VALIDATE)
        return replace(reply, record=arrival.record)

    async def _settle(
        self,
        prepared: Sequence[PricedOperation | Answer],
        client: Client,
        mode: CostMode,
        arrival: Arrival,
    ) -> Reply:
        """Return the answers to operations that are ready to run."""
        tier = client.tier
        most = arrival.max_request_cost
        priced = [one for one in prepared if isinstance(one, PricedOperation)]
        points = sum(one.points for one in priced)
        if mode is CostMode.VALIDATE:
            taken = await self._budget.take(client, 0)
            reports = [_valued(one, tier, taken) for one in prepared]
            return Reply(reports, budget_headers(taken, tier))
        if points > most:
            taken = await self._budget.take(client, 0)
            refused = [_too_dear(one, points, tier) for one in prepared]
            return Reply(refused, budget_headers(taken, tier))
        taken = await self._budget.take(client, points)
        headers = budget_headers(taken, tier)
        if not taken.is_allowed:
            return Reply([_out_of_points(points, taken)], headers, 429)
        record = arrival.record
        record.points = points
        for one in priced:
            one.context.notes.rate_limit = _status(taken, tier, points)
        try:
            answers = await self._run_all(prepared)
        finally:
            used = sum(map(_actual_points, priced))
            self._budget.give_back(client, points - used)
            record.used_points = used
            _sum_up(record, [one.context.notes for one in priced])
        if mode is CostMode.REPORT:
            left = taken._replace(remaining=min(tier.points, taken.remaining + points - used))
            pairs = zip(answers, prepared, strict=True)
            answers = [_reported(answer, one, tier, left) for answer, one in pairs]
        return Reply(answers, headers)

    async def _pay(self, client: Client, points: int) -> None:
        """Take points that are not given back.

        Raises:
            RequestError: The client does not have them.
        """
        taken = await self._budget.take(client, points)
        if not taken.is_allowed:
            raise _out_of_points_error(points, taken)

    async def _run_all(self, prepared: Sequence[PricedOperation | Answer]) -> list[Answer]:
        """Return the answers to operations that run together, others having turns between."""
        if len(prepared) == 1:
            return [await self._run(prepared[0])]
        running: list[asyncio.Task[Answer]] = []
        try:
            for one in prepared:
                running.append(asyncio.ensure_future(self._run(one)))
                await asyncio.sleep(0)
            return await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()

    async def _run(self, prepared: PricedOperation | Answer) -> Answer:
        """Return the answer to an operation, or why it was refused."""
        return prepared if isinstance(prepared, Answer) else await self._service.run(prepared)

    async def start(self) -> None:
        """Connect the budget."""
        await self._budget.start()

    async def close(self) -> None:
        """Let go of the budget's connections."""
        await self._budget.close()


def _note(
    record: RequestRecord,
    prepared: Sequence[PricedOperation | Answer],
    reply: Reply,
    has_run: bool,
) -> None:
    """Note what became of the operations of a request."""
    # Refused together, operations have one answer.
    answers = reply.answers if reply.status is None else reply.answers * len(prepared)
    for one, answer in zip(prepared, answers, strict=True):
        facts = one.facts if isinstance(one, PricedOperation) else UNKNOWN_DOCUMENT
        record.operations.append(OperationRecord(facts, answer.codes, has_run and answer.ran))
        if ErrorCode.RATE_LIMITED in answer.codes:
            record.refused_by = "points"


def _sum_up(record: RequestRecord, notes: Sequence[AnswerNotes]) -> None:
    """Note what the operations of a request have taken together."""
    for one in notes:
        record.compute_seconds += one.spent_seconds
        record.queue_seconds += one.queue_seconds
        record.memory_hits += one.memory_hits
        record.memory_misses += one.memory_misses


def _actual_points(priced: PricedOperation) -> int:
    """Return what an operation has cost: its price without what computing left unused."""
    notes = priced.context.notes
    spent = math.ceil(notes.spent_points)
    return min(priced.points, max(spent, math.ceil(priced.points - notes.unused_points)))


def _status(taken: Taken, tier: Tier, points: int) -> RateLimitStatus:
    """Return a client's bucket for the field ``rateLimit``."""
    reset_at = datetime.now(UTC) + timedelta(seconds=math.ceil(taken.reset_seconds))
    return RateLimitStatus(taken.limit, taken.remaining, tier.restore_rate, reset_at, points)


def _throttle_status(tier: Tier, taken: Taken) -> dict[str, Any]:
    """Return the bucket as ``extensions.cost`` shows it."""
    return {
        "maximumAvailable": tier.points,
        "currentlyAvailable": taken.remaining,
        "restoreRate": tier.restore_rate,
    }


def _valued(prepared: PricedOperation | Answer, tier: Tier, taken: Taken) -> Answer:
    """Return the price of an operation instead of its answer."""
    if isinstance(prepared, Answer):
        return prepared
    cost = {
        "requestedQueryCost": prepared.points,
        "maximum": tier.max_request_cost,
        "rootFields": {name: math.ceil(points) for name, points in prepared.estimate.root_fields},
        "throttleStatus": _throttle_status(tier, taken),
    }
    return Answer({"extensions": {"cost": cost}}, ran=True, status=200, is_repeatable=False)


def _reported(
    answer: Answer, prepared: PricedOperation | Answer, tier: Tier, taken: Taken
) -> Answer:
    """Return an answer that says what it has cost."""
    if isinstance(prepared, Answer):
        return answer
    notes = prepared.context.notes
    cost = {
        "requestedQueryCost": prepared.points,
        "actualQueryCost": _actual_points(prepared),
        "throttleStatus": _throttle_status(tier, taken),
        "memory": {"hits": notes.memory_hits, "misses": notes.memory_misses},
    }
    response = {**answer.response, "extensions": {"cost": cost}}
    return replace(answer, response=response, is_repeatable=False)


def _too_dear(prepared: PricedOperation | Answer, points: int, tier: Tier) -> Answer:
    """Refuse an operation, or one of a batch, that is beyond what a request may cost."""
    if isinstance(prepared, Answer):
        return prepared
    dearest = list(prepared.estimate.dearest)
    message = (
        f"this request costs at least {points:,} points, a request may cost"
        f" {tier.max_request_cost:,}; the dearest field is {'.'.join(dearest)[:64]}"
    )
    cost = {"requested": points, "maximum": tier.max_request_cost, "path": dearest}
    return refusal(RequestError(message, 200, ErrorCode.COST_LIMIT_EXCEEDED), cost=cost)


def _out_of_points_error(points: int, taken: Taken) -> RequestError:
    """Return why a client can not pay for now."""
    wait = max(1, math.ceil(taken.retry_after))
    message = f"{points:,} points are needed, {taken.remaining:,} are left; try again in {wait} s"
    return RequestError(message, 429, ErrorCode.RATE_LIMITED)


def _out_of_points(points: int, taken: Taken) -> Answer:
    """Refuse a request that its client can not pay for now."""
    cost = {"requested": points, "remaining": taken.remaining}
    return refusal(_out_of_points_error(points, taken), cost=cost)
