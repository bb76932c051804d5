"""Admits operations: charges their price before they run, and refunds unused points at the end."""

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

# Free points for pricing a request that is then refused or only priced: 5 ms, thousands of fields.
FREE_PRICING_POINTS = 50.0
# The longest Retry-After. After it, all tasks that wait now have been answered or cancelled.
MOST_RETRY_SECONDS = 30


class CostMode(enum.Enum):
    """The modes of the header ``GraphQL-Cost``."""

    PLAIN = ""
    REPORT = "report"
    VALIDATE = "validate"


def cost_mode(header: str | None) -> CostMode:
    """Return the mode of a header; ``header`` is None if it was not sent.

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
    """The answers to the operations of one request, in order.

    ``status`` is set if the whole request was refused.
    """

    answers: Sequence[Answer]
    headers: HeaderFields
    record: RequestRecord
    status: int | None = None


class Admission:
    """Runs operations if their client has enough points, and if there is memory for their answers.

    Args:
        service: Prices and runs operations.
        budget: The clients' budgets.
        memory: The memory for responses in progress.
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
        """Return the answers to the operations of one request.

        The price of all operations is charged before any runs. Unused points are refunded, even if
        the request is cancelled. Time beyond the price is never charged.
        """
        prepared = await self._prepare(operations, client, mode, arrival)
        reply = await self._settle(prepared, client, mode, arrival)
        _note(arrival.record, prepared, reply, has_run=mode is not CostMode.VALIDATE)
        return reply

    async def document(self, operation: Operation) -> str | None:
        """Return the document of an operation; None if it is unknown or not allowed."""
        return await self._service.document(operation)

    async def _prepare(
        self,
        operations: Sequence[Operation | RequestError],
        client: Client,
        mode: CostMode,
        arrival: Arrival,
    ) -> list[PricedOperation | Answer]:
        """Return the operations with their prices, or the answers to those that cannot run.

        Pricing stops when the sum of the prices exceeds what the request may cost. Other requests
        run between the operations. Pricing is free up to an allowance. Above it, requests that are
        refused or only priced pay for pricing; the price of an answer includes it already.
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
            # Measured time depends on the machine, so the charge for pricing is at most the price.
            free -= min(one.pricing_points, one.points)
            if free < 0 and (enough < 0 or mode is CostMode.VALIDATE):
                try:
                    await self.pay(client, math.ceil(-free))
                except RequestError as error:
                    # An operation refused as too expensive keeps that error, even if its pricing
                    # could not be charged.
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
        """Charge the operations that are ready, run them, and return all answers."""
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
        """Return the answers to operations that are charged; refund their unused points."""
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
        """Take the memory that operations need; return a refusal if there is not enough."""
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
        """Charge points that are not refunded.

        Raises:
            RequestError: The client does not have these points.
        """
        taken = await self._budget.take(client, points)
        if not taken.is_allowed:
            raise out_of_points_error(points, taken)

    async def _run_all(self, prepared: Sequence[PricedOperation | Answer]) -> list[Answer]:
        """Return the answers to operations, which run concurrently."""
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
        """Return the answer to an operation, or its refusal."""
        return prepared if isinstance(prepared, Answer) else await self._service.run(prepared)

    async def start(self) -> None:
        """Connect the budget."""
        await self._budget.start()

    async def close(self) -> None:
        """Close the budget's connections."""
        await self._budget.close()


@dataclass(frozen=True, slots=True)
class _Unavailable:
    """The refusal of operations for which there is no room, with the headers of its answer."""

    error: RequestError
    headers: HeaderFields = field(default_factory=dict)


def _overloaded(message: str, retry_seconds: float) -> _Unavailable:
    """Return a refusal because the whole service is overloaded."""
    return _later(RequestError(message, 503, ErrorCode.OVERLOADED), retry_seconds)


def _later(error: RequestError, retry_seconds: float) -> _Unavailable:
    """Return a refusal with ``Retry-After``."""
    wait = min(max(1, math.ceil(retry_seconds)), MOST_RETRY_SECONDS)
    return _Unavailable(error, as_sent({"Retry-After": str(wait)}))


def _note(
    record: RequestRecord,
    prepared: Sequence[PricedOperation | Answer],
    reply: Reply,
    has_run: bool,
) -> None:
    """Add the results of a request's operations to its record."""
    # Operations that are refused together have one answer.
    answers = reply.answers if reply.status is None else [*reply.answers] * len(prepared)
    for one, answer in zip(prepared, answers, strict=True):
        facts = one.facts if isinstance(one, PricedOperation) else UNKNOWN_DOCUMENT
        codes = answer.codes
        record.operations.append(OperationRecord(facts, codes, has_run and answer.ran))
        if codes and ErrorCode.RATE_LIMITED in codes:
            record.refused_by = record.refused_by or "points"


def _add_notes(record: RequestRecord, notes: AnswerNotes) -> None:
    """Add the costs of one operation to the record."""
    record.compute_seconds += notes.spent_seconds
    record.queue_seconds += notes.queue_seconds
    record.memory_hits += notes.memory_hits
    record.memory_misses += notes.memory_misses
