"""What operations cost their client: priced before they run, settled when they end."""

import asyncio
import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from middleware.clients import Client
from middleware.memory_budget import AnswerTooLargeError, MemoryBudget
from middleware.rate_limit_headers import budget_headers
from middleware.request_record import UNKNOWN_DOCUMENT, OperationRecord, RequestRecord
from middleware.tier import Tier
from middleware.token_bucket import Budget, Taken
from primeql.operations import Operation
from primeql.request_errors import RequestError
from primeql.service import Answer, Arrival, PricedOperation, PrimeService, refusal
from resolvers.answer_notes import AnswerNotes
from resolvers.compute import LOOP_POINTS
from resolvers.errors import ErrorCode, OverloadedError
from resolvers.rate_limit import RateLimitStatus

# What pricing may take of a request that is refused or only priced: 5 ms, thousands of fields.
FREE_PRICING_POINTS = 50.0
# Half a minute later everything has changed: all that waits now is answered or given up.
MOST_RETRY_SECONDS = 30


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


@dataclass(slots=True)
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
        memory: For the responses being made.
    """

    def __init__(self, service: PrimeService, budget: Budget, memory: MemoryBudget) -> None:
        """Remember the parts."""
        self._service = service
        self._budget = budget
        self.memory = memory

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
        prepared = await self._prepare(operations, client, mode, arrival)
        reply = await self._settle(prepared, client, mode, arrival)
        _note(arrival.record, prepared, reply, has_run=mode is not CostMode.VALIDATE)
        reply.record = arrival.record
        return reply

    async def _prepare(
        self,
        operations: Sequence[Operation | RequestError],
        client: Client,
        mode: CostMode,
        arrival: Arrival,
    ) -> list[PricedOperation | Answer]:
        """Return operations with their prices; those that only fail or are priced are paid for.

        What all of them may cost together is left for each: pricing stops where it is used up.
        Pricing is free as long as it is short. Beyond, it is paid for by whom it does not lead to
        an answer, since the price of an answer includes it.
        """
        pay = partial(self._pay, client)
        enough = math.inf if mode is CostMode.VALIDATE else float(arrival.max_request_cost)
        prepared: list[PricedOperation | Answer] = []
        free = FREE_PRICING_POINTS
        for operation in operations:
            one = await self._service.prepare(operation, arrival, max(enough, 0.0), pay)
            prepared.append(one)
            if isinstance(one, Answer):
                continue
            enough -= one.points
            free -= one.pricing_points
            if free < 0 and (enough < 0 or mode is CostMode.VALIDATE):
                try:
                    await self._pay(client, math.ceil(-free))
                except RequestError as error:
                    # What is refused as too dear says so, whether its pricing was paid for or not.
                    prepared[-1] = one if enough < 0 else refusal(error)
                free = 0.0
        return prepared

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
            if mode is CostMode.REPORT:
                refused = _reports(refused, prepared, tier, taken, have_run=False)
            return Reply(refused, budget_headers(taken, tier))
        lacking = self._make_room(priced, points, arrival)
        taken = await self._budget.take(client, 0 if lacking else points)
        headers = budget_headers(taken, tier)
        if lacking is not None:
            return Reply([refusal(lacking.error)], headers | lacking.headers, lacking.error.status)
        if not taken.is_allowed:
            answer = _out_of_points(points, taken)
            if mode is CostMode.REPORT:
                answer = _with_cost(answer, _reported_cost(points, 0, AnswerNotes(), tier, taken))
            return Reply([answer], headers, 429)
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
            answers = _reports(answers, prepared, tier, left, have_run=True)
        return Reply(answers, headers)

    def _make_room(
        self, priced: Sequence[PricedOperation], points: int, arrival: Arrival
    ) -> "_Lacking | None":
        """Hold the memory that operations need; return what is lacking for them to run."""
        size = sum(one.estimate.size for one in priced)
        try:
            if arrival.held is not None:
                arrival.held.take(size)
        except AnswerTooLargeError as error:
            return _Lacking(RequestError(str(error), 200, ErrorCode.COST_LIMIT_EXCEEDED))
        except OverloadedError as error:
            return _overloaded(str(error), 1.0)
        seconds = self._service.retry_seconds(arrival.client_id) if points > LOOP_POINTS else None
        if seconds is None:
            return None
        return _overloaded("too many computations are waiting; try again later", seconds)

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


@dataclass(frozen=True, slots=True)
class _Lacking:
    """Why operations can not run for want of room, and the headers that say when they can."""

    error: RequestError
    headers: dict[str, str] = field(default_factory=dict)


def _overloaded(message: str, retry_seconds: float) -> _Lacking:
    """Refuse for now."""
    wait = min(max(1, math.ceil(retry_seconds)), MOST_RETRY_SECONDS)
    error = RequestError(message, 503, ErrorCode.OVERLOADED)
    return _Lacking(error, {"Retry-After": str(wait)})


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
    return RateLimitStatus(
        taken.limit, taken.remaining, tier.restore_rate, taken.reset_seconds, points
    )


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


def _reports(
    answers: Sequence[Answer],
    prepared: Sequence[PricedOperation | Answer],
    tier: Tier,
    taken: Taken,
    have_run: bool,
) -> list[Answer]:
    """Return answers that say what they have cost; what was refused has cost nothing."""
    reports = []
    for answer, one in zip(answers, prepared, strict=True):
        requested = actual = 0
        notes = AnswerNotes()
        if isinstance(one, PricedOperation):
            requested, actual = one.points, _actual_points(one) if have_run else 0
            notes = one.context.notes
        cost = _reported_cost(requested, actual, notes, tier, taken)
        reports.append(_with_cost(answer, cost))
    return reports


def _reported_cost(
    requested: int, actual: int, notes: AnswerNotes, tier: Tier, taken: Taken
) -> dict[str, Any]:
    """Return what ``GraphQL-Cost: report`` asks for."""
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "memory": {"hits": notes.memory_hits, "misses": notes.memory_misses},
        "throttleStatus": _throttle_status(tier, taken),
    }


def _with_cost(answer: Answer, cost: dict[str, Any]) -> Answer:
    """Return an answer that says what it has cost."""
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
