"""The service without HTTP: it prepares and runs operations, and returns their answers."""

import asyncio
import logging
import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from engine.intervals.prime_ranges import PrimeRanges
from execution.executor import BoundOperation, DocumentExecutor, Outcome
from execution.limits.document_limits import DocumentLimits
from middleware.cost.estimate import Estimate
from middleware.cost.query_cost import OperationPrice, QueryPricer
from middleware.limits.memory_budget import HeldMemory
from middleware.observability.request_record import DocumentFacts, RequestRecord
from middleware.observability.spans import NoSpans, Spans
from primeql import __version__
from primeql.operations.document_fees import DocumentFees, refused_points
from primeql.operations.known_operations import KnownOperations
from primeql.operations.operation import Operation
from primeql.operations.operation_results import Answer, answer_of, faultless, refusal
from primeql.operations.persisted_queries import PersistedQueries, document_cache, read_manifest
from primeql.operations.registration_shares import RegistrationShares
from primeql.operations.request_errors import RequestError
from primeql.settings import AUTOMATIC_PACE, Settings, SettingsError
from primeql.stores.answer_revision import answer_revision
from primeql.stores.redis_answers import RedisAnswers
from resolvers.context import RequestContext
from resolvers.pace import Pace
from resolvers.pricing.answer_sizes import AWAITED_BYTES, STOCK_AWAITED_BYTES
from resolvers.pricing.prices import PriceBook
from resolvers.pricing.tariff import Overheads
from resolvers.remembering.answer_memory import AnswerMemory
from resolvers.remembering.shared_answers import SharedAnswers
from resolvers.remembering.signer import AnswerSeal
from resolvers.running.compute import TASK_POINTS, Compute
from resolvers.running.fair_pool import Owner
from resolvers.running.request_accounting import AnswerNotes
from resolvers.running.task_records import TaskObserver, ignore_task
from schema import build_schema
from schema.direct_resolvers import direct_resolvers
from schema.field_facts import field_facts
from schema.scalars import DIGIT_SCALARS

logger = logging.getLogger("primeql.operations.service")

# Larger documents would not fit the cache, and would be parsed each time.
MAX_DOCUMENT_BYTES = 262_144
# How often the pace of the machine is measured, if the service is idle then.
PACE_SECONDS = 60.0


class Arrival(NamedTuple):
    """The properties that the operations of one request share.

    ``deadline`` is a time on ``time.monotonic()``, in seconds. ``max_request_cost`` is the limit of
    the client's tier. ``held`` holds the memory of the answers.
    """

    request_id: str
    deadline: float
    max_request_cost: int
    record: RequestRecord
    client_id: str = ""
    held: HeldMemory | None = None


class Registration(NamedTuple):
    """The registration of a document: its identifier, and its client."""

    identifier: str
    client_id: str


class PricedOperation(NamedTuple):
    """An operation that can run, with its price in points.

    ``registration`` is set if the document was sent with its hash. ``pricing_points`` is the cost
    of computing the price.
    """

    bound: BoundOperation
    context: RequestContext
    document: str
    estimate: Estimate
    points: int
    pricing_points: float
    facts: DocumentFacts
    record: RequestRecord
    registration: Registration | None = None


class PrimeService:
    """The objects that live as long as the process. ``create_app`` and the commands hold one."""

    def __init__(
        self,
        settings: Settings,
        observe_task: TaskObserver = ignore_task,
        spans: Spans | None = None,
    ) -> None:
        """Build the tables and the schema; ``start`` starts the worker processes.

        Args:
            settings: The settings.
            observe_task: Called with the record of each computation outside the event loop.
            spans: Makes the span of each operation that runs.

        Raises:
            SettingsError: The manifest of persisted documents cannot be read.
        """
        self.settings = settings
        self.schema = build_schema(settings.max_digits)
        self._limits = settings.limits
        self._executor = DocumentExecutor(
            self.schema._schema,
            DocumentLimits(
                bytes=min(settings.max_request_bytes, MAX_DOCUMENT_BYTES),
                tokens=settings.max_tokens,
                depth=settings.max_depth,
            ),
            allows_introspection=settings.introspection,
            cache_bytes=settings.max_document_cache_bytes,
            resolvers=direct_resolvers(self.schema) if settings.execution == "plan" else None,
            digit_scalars=dict.fromkeys(DIGIT_SCALARS, settings.max_digits),
        )
        self._persisted = _persisted_queries(settings)
        self._ranges = PrimeRanges()
        self.pace = Pace(None if settings.pace == AUTOMATIC_PACE else float(settings.pace))
        self._pacing: asyncio.Task[None] | None = None
        self._known = KnownOperations(
            self._pricer(AWAITED_BYTES), self._pricer(STOCK_AWAITED_BYTES), self._persisted
        )
        self._compute = Compute(
            settings.worker_count, settings.max_waiting, self._limits, observe_task, self.pace
        )
        self.revision = answer_revision()
        self.memory = _answer_memory(settings, self.revision)
        self._spans: Spans = spans or NoSpans()
        self.is_ready = False

    @property
    def ranges(self) -> PrimeRanges:
        """The primes of intervals."""
        return self._ranges

    @property
    def executor(self) -> DocumentExecutor:
        """The executor of documents."""
        return self._executor

    @property
    def compute(self) -> Compute:
        """The lanes in which the engine's functions run."""
        return self._compute

    async def start(self) -> None:
        """Start the worker processes; afterwards the service is ready."""
        await asyncio.gather(self.memory.start(), self._compute.start())
        self._pacing = asyncio.create_task(self._keep_pace())
        self.is_ready = True

    async def close(self) -> None:
        """Stop the worker processes, and close the connections."""
        self.is_ready = False
        if self._pacing is not None:
            self._pacing.cancel()
        await self._compute.close()
        await self.memory.close()
        await self._persisted.close()

    async def _keep_pace(self) -> None:
        """Measure the pace of the machine regularly, while the service is idle."""
        while True:
            await asyncio.sleep(PACE_SECONDS)
            if self._compute.is_idle:
                await asyncio.to_thread(self.pace.measure)

    def arrival(self, request_id: str) -> Arrival:
        """Return the arrival, at this moment, of a request with the default limits."""
        deadline = time.monotonic() + self._limits.deadline_seconds
        record = RequestRecord(request_id)
        return Arrival(request_id, deadline, self._limits.max_request_cost, record)

    def context(self, arrival: Arrival) -> RequestContext:
        """Return the context of one operation of a request."""
        limits = self._limits
        if arrival.max_request_cost != limits.max_request_cost:
            limits = replace(limits, max_request_cost=arrival.max_request_cost)
        return RequestContext(
            self._ranges,
            self._compute,
            limits,
            arrival.deadline,
            arrival.request_id,
            __version__,
            AnswerNotes(Owner(arrival.client_id, arrival.request_id)),
            self.memory,
        )

    def retry_seconds(self, client_id: str) -> float | None:
        """Return after how many seconds to try again if the queue is full; else None."""
        return self._compute.retry_seconds(client_id)

    async def prepare(
        self,
        operation: Operation | RequestError,
        arrival: Arrival,
        enough: float = math.inf,
        fees: DocumentFees | None = None,
    ) -> PricedOperation | Answer:
        """Return an operation with its price, or the answer to one that cannot run.

        Pricing stops when it reaches ``enough`` points. A new document is charged before it is
        read; an invalid one is charged when its errors are known.
        """
        context = self.context(arrival)
        begun = time.perf_counter()
        try:
            if isinstance(operation, RequestError):
                raise operation
            document, bound, fee = await self._bound(operation, context, fees)
        except RequestError as error:
            return refusal(error)
        if isinstance(bound, Outcome):
            answer = await answer_of(bound, context)
            return answer if fees is None else answer._replace(fee=fee)
        parsed = time.perf_counter()
        known = self._known.at_hand(bound) or await self._known.of(bound, document)
        context.notes.is_repeatable = not known.is_introspection
        planned = time.perf_counter()
        estimate = known.price.known_price(bound.variables, enough)
        pricing_points = 0.0
        if estimate is None:
            estimate, seconds = await _priced(known.price, bound.variables, enough)
            pricing_points = self.pace.points(seconds)
        points = 0 if known.is_free else max(1, math.ceil(estimate.points))
        record = arrival.record
        record.end_preparing(begun, parsed, planned)
        return PricedOperation(
            bound,
            context,
            document,
            estimate,
            points,
            pricing_points,
            known.facts if known.listed is None else self._known.facts(known, document),
            record,
            _registration(operation, arrival),
        )

    async def _bound(
        self, operation: Operation, context: RequestContext, fees: DocumentFees | None
    ) -> tuple[str, BoundOperation | Outcome, int]:
        """Return the document of an operation, the bound operation or its errors, and a fee.

        The fee is the points for refusing the operation, 0 if it can run.

        Raises:
            RequestError: The document is unknown or not allowed, or the client lacks the points.
        """
        document = await self._persisted.document(operation.query, operation.document_id)
        begin = None if fees is None else fees.begin
        points = 0
        try:
            bound = await self._executor.bind(
                document, operation.variables, operation.operation_name, context, begin
            )
            if isinstance(bound, Outcome):
                points = refused_points(bound, len(document))
        finally:
            if fees is not None:
                fees.end(points)
        return document, bound, points

    async def document(self, operation: Operation) -> str | None:
        """Return the document of an operation; None if it is unknown or not allowed."""
        try:
            return await self._persisted.document(operation.query, operation.document_id)
        except RequestError:
            return None

    async def run(self, priced: PricedOperation) -> Answer:
        """Return the answer to an operation, within the deadline of its context.

        Its document is registered only now, when the operation is valid and charged.
        """
        if priced.registration is not None:
            await self._persisted.register(*priced.registration, priced.document)
        context = priced.context
        since = time.perf_counter()
        try:
            with self._spans.operation(priced.facts, priced.points):
                outcome = await priced.bound.run()
            answer = faultless(outcome, context) or await answer_of(outcome, context)
        finally:
            # Break a reference cycle with the context, which would delay its collection.
            context.notes.integers.clear()
        priced.record.end_stage("execute", since)
        return answer

    async def answer(self, operation: Operation, request_id: str) -> Answer:
        """Return the answer to an operation without charging anybody."""
        prepared = await self.prepare(operation, self.arrival(request_id))
        return prepared if isinstance(prepared, Answer) else await self.run(prepared)

    def _pricer(self, awaited_bytes: float) -> QueryPricer:
        """Return a pricer for an executor that takes ``awaited_bytes`` of memory for each field."""
        overheads = Overheads()
        book = PriceBook(
            field_facts(self.schema),
            self._limits,
            self._ranges,
            overheads,
            TASK_POINTS,
            awaited_bytes,
            self.pace,
        )
        return QueryPricer(self.schema._schema, book)


def _registration(operation: Operation, arrival: Arrival) -> Registration | None:
    """Return the registration of an operation's document; None if it is not to be registered."""
    if operation.query is None or operation.document_id is None:
        return None
    return Registration(operation.document_id, arrival.client_id)


async def _priced(
    price: OperationPrice, variables: Mapping[str, Any], enough: float
) -> tuple[Estimate, float]:
    """Return the price of an operation, and the seconds that pricing took."""
    pricing = price.price_by_turns(variables, enough)
    # Not the CPU time of the thread: reading it is a system call, longer than most pricing.
    begun = time.perf_counter()
    spent = 0.0
    while True:
        try:
            next(pricing)
        except StopIteration as end:
            spent += time.perf_counter() - begun
            return end.value, spent
        spent += time.perf_counter() - begun
        await asyncio.sleep(0)
        begun = time.perf_counter()


def _persisted_queries(settings: Settings) -> PersistedQueries:
    """Return the persisted queries that the settings describe."""
    manifest = settings.persisted_documents
    try:
        listed = read_manifest(Path(manifest)) if manifest else None
    except (OSError, ValueError) as error:
        raise SettingsError(f"PRIMEQL_PERSISTED_DOCUMENTS cannot be used: {error}") from error
    cache = document_cache(settings.redis_url, settings.max_persisted_bytes)
    shares = RegistrationShares(settings.max_persisted_bytes)
    return PersistedQueries(cache, shares, listed, only_listed=settings.only_persisted)


def _answer_memory(settings: Settings, revision: str) -> AnswerMemory:
    """Return the memory of expensive answers, shared by the processes of one Redis."""
    shared = None
    if settings.redis_url:
        lifetime = settings.answer_lifetime_seconds
        shared = SharedAnswers(RedisAnswers(settings.redis_url, lifetime))
        if not settings.answers_key:
            logger.warning("whoever can write to Redis can forge answers: set PRIMEQL_ANSWERS_KEY")
    return AnswerMemory(
        settings.max_answer_memory_bytes,
        settings.limits.deadline_seconds,
        revision,
        shared,
        AnswerSeal(settings.answers_key),
    )
