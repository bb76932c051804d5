"""What operations cost their client: priced before they run, settled when they end."""

import asyncio
import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from middleware.header_fields import HeaderFields, as_sent
from middleware.limits.clients import Client
from middleware.limits.memory_budget import AnswerTooLargeError, ClientMemoryError, MemoryBudget
from middleware.limits.rate_limit_headers import budget_headers
from middleware.limits.token_bucket import Budget, Taken
from middleware.observability.request_record import UNKNOWN_DOCUMENT, OperationRecord, RequestRecord
from primeql.operations.cost_reports import (
    actual_points,
    budget_status,
    out_of_points,
    out_of_points_error,
    reported_cost,
    reports,
    too_dear,
    valued,
    with_cost,
)
from primeql.operations.document_fees import DocumentFees
from primeql.operations.operation import Operation
from primeql.operations.operation_results import Answer, refusal
from primeql.operations.request_errors import RequestError
from primeql.operations.service import Arrival, PricedOperation, PrimeService
from resolvers.errors import ErrorCode, OverloadedError
from resolvers.running.compute import LOOP_POINTS
from resolvers.running.request_accounting import AnswerNotes

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


class Reply(NamedTuple):
    """The answers to the operations of one request, in their order.

    ``status`` is set if the request was refused as a whole.
    """

    answers: Sequence[Answer]
    headers: HeaderFields
    record: RequestRecord
    status: int | None = None


class Admission:
    """Lets operations run if their client can pay for them.

    Args:
        service: Prices and runs them.
        budget: What clients have left.
        memory: For the responses being made.
    """

    def __init__(self, service: PrimeService, budget: Budget, memory: MemoryBudget) -> None:
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
        also if the request is cancelled. What computing takes beyond the price is never charged.
        """
        prepared = await self._prepare(operations, client, mode, arrival)
        reply = await self._settle(prepared, client, mode, arrival)
        _note(arrival.record, prepared, reply, has_run=mode is not CostMode.VALIDATE)
        return reply

    async def document(self, operation: Operation) -> str | None:
        """Return the document that an operation means, None if it is unknown or may not be used."""
        return await self._service.document(operation)

    async def _prepare(
        self,
        operations: Sequence[Operation | RequestError],
        client: Client,
        mode: CostMode,
        arrival: Arrival,
    ) -> list[PricedOperation | Answer]:
        """Return operations with their prices; those that only fail or are priced are paid for.

        What all of them may cost together is left for each: pricing stops where it is used up.
        Others have their turn between operations. Pricing is free as long as it is short. Beyond,
        it is paid for by whom it does not lead to an answer, since the price of an answer includes
        it.
        """
        fees = DocumentFees(
            partial(self.pay, client), partial(self._budget.give_back, client), client.tier.points
        )
        enough = math.inf if mode is CostMode.VALIDATE else float(arrival.max_request_cost)
        prepared: list[PricedOperation | Answer] = []
        free = FREE_PRICING_POINTS
        for number, operation in enumerate(operations):
            if number:
                await asyncio.sleep(0)
            one = await self._service.prepare(operation, arrival, max(enough, 0.0), fees)
            prepared.append(one)
            if isinstance(one, Answer):
                continue
            enough -= one.points
            # Measured time depends on the machine; nobody pays more for a price than the price.
            free -= min(one.pricing_points, one.points)
            if free < 0 and (enough < 0 or mode is CostMode.VALIDATE):
                try:
                    await self.pay(client, math.ceil(-free))
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
        record = arrival.record
        priced = [one for one in prepared if type(one) is PricedOperation]
        points = sum([one.points for one in priced])
        if mode is CostMode.VALIDATE:
            taken = await self._budget.take(client, 0)
            prices = [valued(one, tier, taken) for one in prepared]
            return Reply(prices, budget_headers(taken, tier), record)
        if points > most:
            taken = await self._budget.take(client, 0)
            refused = [too_dear(one, points, tier) for one in prepared]
            if mode is CostMode.REPORT:
                refused = reports(refused, prepared, tier, taken, have_run=False)
            return Reply(refused, budget_headers(taken, tier), record)
        lacking = self._make_room(priced, points, arrival)
        taken = await self._budget.take(client, 0 if lacking else points)
        headers = budget_headers(taken, tier)
        if lacking is not None:
            headers |= lacking.headers
            return Reply([refusal(lacking.error)], headers, record, lacking.error.status)
        if not taken.is_allowed:
            answer = out_of_points(points, taken)
            if mode is CostMode.REPORT:
                answer = with_cost(answer, reported_cost(points, 0, AnswerNotes(), tier, taken))
            return Reply([answer], headers, record, 429)
        record.points = points
        answers = await self._run_paid(prepared, priced, client, taken, record)
        if mode is CostMode.REPORT:
            remaining = taken.remaining + points - record.used_points
            left = taken._replace(remaining=max(0, min(tier.points, remaining)))
            answers = reports(answers, prepared, tier, left, have_run=True)
        return Reply(answers, headers, record)

    async def _run_paid(
        self,
        prepared: Sequence[PricedOperation | Answer],
        priced: Sequence[PricedOperation],
        client: Client,
        taken: Taken,
        record: RequestRecord,
    ) -> list[Answer]:
        """Return the answers to operations that are paid for; give back what they leave unused."""
        status = budget_status(taken, client.tier, record.points)
        for one in priced:
            one.context.notes.rate_limit = status
        try:
            if len(prepared) == len(priced) == 1:
                return [await self._service.run(priced[0])]
            return await self._run_all(prepared)
        finally:
            used = 0
            for one in priced:
                used += actual_points(one.points, one.context.notes)
                _add_notes(record, one.context.notes)
            if used != record.points:
                self._budget.give_back(client, record.points - used)
            record.used_points = used

    def _make_room(
        self, priced: Sequence[PricedOperation], points: int, arrival: Arrival
    ) -> "_Unavailable | None":
        """Hold the memory that operations need; return what is lacking for them to run."""
        size = sum([one.estimate.size for one in priced])
        try:
            if arrival.held is not None:
                arrival.held.take(size, arrival.client_id)
        except AnswerTooLargeError as error:
            return _Unavailable(RequestError(str(error), 200, ErrorCode.COST_LIMIT_EXCEEDED))
        except ClientMemoryError as error:
            arrival.record.refused_by = "memory"
            return _later(RequestError(str(error), 429, ErrorCode.RATE_LIMITED), 1.0)
        except OverloadedError as error:
            return _overloaded(str(error), 1.0)
        seconds = self._service.retry_seconds(arrival.client_id) if points > LOOP_POINTS else None
        if seconds is None:
            return None
        return _overloaded("too many computations are waiting; try again later", seconds)

    async def pay(self, client: Client, points: int) -> None:
        """Take points that are not given back.

        Raises:
            RequestError: The client does not have them.
        """
        taken = await self._budget.take(client, points)
        if not taken.is_allowed:
            raise out_of_points_error(points, taken)

    async def _run_all(self, prepared: Sequence[PricedOperation | Answer]) -> list[Answer]:
        """Return the answers to operations that run together, others having turns between."""
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
class _Unavailable:
    """Why operations cannot run for want of room, and the headers that say when they can."""

    error: RequestError
    headers: HeaderFields = field(default_factory=dict)


def _overloaded(message: str, retry_seconds: float) -> _Unavailable:
    """Refuse for now, whoever asks."""
    return _later(RequestError(message, 503, ErrorCode.OVERLOADED), retry_seconds)


def _later(error: RequestError, retry_seconds: float) -> _Unavailable:
    """Refuse for now."""
    wait = min(max(1, math.ceil(retry_seconds)), MOST_RETRY_SECONDS)
    return _Unavailable(error, as_sent({"Retry-After": str(wait)}))


def _note(
    record: RequestRecord,
    prepared: Sequence[PricedOperation | Answer],
    reply: Reply,
    has_run: bool,
) -> None:
    """Note what became of the operations of a request."""
    # Refused together, operations have one answer.
    answers = reply.answers if reply.status is None else [*reply.answers] * len(prepared)
    for one, answer in zip(prepared, answers, strict=True):
        facts = one.facts if isinstance(one, PricedOperation) else UNKNOWN_DOCUMENT
        codes = answer.codes
        record.operations.append(OperationRecord(facts, codes, has_run and answer.ran))
        if codes and ErrorCode.RATE_LIMITED in codes:
            record.refused_by = record.refused_by or "points"


def _add_notes(record: RequestRecord, notes: AnswerNotes) -> None:
    """Note what one of the operations of a request has taken."""
    record.compute_seconds += notes.spent_seconds
    record.queue_seconds += notes.queue_seconds
    record.memory_hits += notes.memory_hits
    record.memory_misses += notes.memory_misses
