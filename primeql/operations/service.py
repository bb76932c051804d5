"""The service without its transport: an operation goes in, its answer comes out."""

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

# Documents above this would not fit the cache, and be parsed anew each time.
MAX_DOCUMENT_BYTES = 262_144
# How often the pace of the machine is measured again, if nothing is computed then.
PACE_SECONDS = 60.0


class Arrival(NamedTuple):
    """What the operations of one request have in common.

    ``deadline`` is a moment on ``time.monotonic()``, in seconds; one for all of them.
    ``max_request_cost`` is what the client's tier allows. ``held`` is for what the answers take.
    """

    request_id: str
    deadline: float
    max_request_cost: int
    record: RequestRecord
    client_id: str = ""
    held: HeldMemory | None = None


class Registration(NamedTuple):
    """Under which identifier a document is to be known, and for which client."""

    identifier: str
    client_id: str


class PricedOperation(NamedTuple):
    """An operation that can run, and the points it is expected to cost.

    ``registration`` is of a document that was sent with its hash.

    ``pricing_points`` is what it took to find that out.
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
    """Everything that lives as long as the process does; ``create_app`` and the CLI hold one."""

    def __init__(
        self,
        settings: Settings,
        observe_task: TaskObserver = ignore_task,
        spans: Spans | None = None,
    ) -> None:
        """Build the tables and the schema; ``start`` starts the worker processes.

        Args:
            settings: Of the process.
            observe_task: Told of each computation that left the event loop.
            spans: Told of each operation that runs.

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
        """What answers about the primes of intervals."""
        return self._ranges

    @property
    def executor(self) -> DocumentExecutor:
        """What makes documents ready and runs them."""
        return self._executor

    @property
    def compute(self) -> Compute:
        """Where the engine's functions run."""
        return self._compute

    async def start(self) -> None:
        """Start the worker processes; ready afterwards."""
        await asyncio.gather(self.memory.start(), self._compute.start())
        self._pacing = asyncio.create_task(self._keep_pace())
        self.is_ready = True

    async def close(self) -> None:
        """End the worker processes and the connections."""
        self.is_ready = False
        if self._pacing is not None:
            self._pacing.cancel()
        await self._compute.close()
        await self.memory.close()
        await self._persisted.close()

    async def _keep_pace(self) -> None:
        """Measure the pace of the machine now and then, while nothing is computed."""
        while True:
            await asyncio.sleep(PACE_SECONDS)
            if self._compute.is_idle:
                await asyncio.to_thread(self.pace.measure)

    def arrival(self, request_id: str) -> Arrival:
        """Return the arrival, just now, of a request that asks for no limits of its own."""
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
        """Return when a client may try again whose computations would be refused now."""
        return self._compute.retry_seconds(client_id)

    async def prepare(
        self,
        operation: Operation | RequestError,
        arrival: Arrival,
        enough: float = math.inf,
        fees: DocumentFees | None = None,
    ) -> PricedOperation | Answer:
        """Return an operation with its price, or the answer to one that cannot run.

        Pricing stops where it has reached ``enough`` points. A document that is new is paid for
        before it is read, and one that is refused when that is known.
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
        """Return the document of an operation, and what can run of it or why nothing can.

        The last is what it costs that nothing can, 0 if something can.

        Raises:
            RequestError: It may not be used, is not known, or cannot be paid for.
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
        """Return the document that an operation means, None if it is unknown or may not be used."""
        try:
            return await self._persisted.document(operation.query, operation.document_id)
        except RequestError:
            return None

    async def run(self, priced: PricedOperation) -> Answer:
        """Return the answer to an operation, within the deadline of its context.

        Only now, when it is valid and paid for, its document is registered.
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
            # They know the context in turn: all of it would wait for the collector.
            context.notes.integers.clear()
        priced.record.end_stage("execute", since)
        return answer

    async def answer(self, operation: Operation, request_id: str) -> Answer:
        """Return the answer to an operation of a caller who need not pay."""
        prepared = await self.prepare(operation, self.arrival(request_id))
        return prepared if isinstance(prepared, Answer) else await self.run(prepared)

    def _pricer(self, awaited_bytes: float) -> QueryPricer:
        """Return what prices operations whose executor takes so much memory to compute a field."""
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
    """Return how the document of an operation is to be registered; None if it is not."""
    if operation.query is None or operation.document_id is None:
        return None
    return Registration(operation.document_id, arrival.client_id)


async def _priced(
    price: OperationPrice, variables: Mapping[str, Any], enough: float
) -> tuple[Estimate, float]:
    """Return the price of an operation, others having turns, and the seconds pricing took."""
    pricing = price.price_by_turns(variables, enough)
    # Not the time of this thread, which a call of the system tells: most prices take less.
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
