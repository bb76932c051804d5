"""What is kept of an operation beside its plan, worked out once for all who ask it."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from graphql import FieldNode, OperationDefinitionNode

from execution.executor import LONG_TEXT, BoundOperation
from middleware.cost.query_cost import OperationPrice, QueryPricer
from middleware.observability.request_record import DocumentFacts
from primeql.operations.document_facts import document_facts
from primeql.operations.persisted_queries import PersistedQueries

T = TypeVar("T")

MAX_FREE_FIELDS = 5
# An operation with only these fields is free.
FREE_FIELDS = frozenset({"rateLimit", "__typename"})
# Introspection depends on the version of the service.
_INTROSPECTION = re.compile(r"\b__(?:schema|type)\b")


@dataclass(frozen=True, slots=True)
class KnownOperation:
    """Facts and prices that are cached with the plan of an operation."""

    price: OperationPrice
    facts: DocumentFacts
    # Of those of its texts that the manifest has, if there is one: numbers may tell them apart.
    listed: DocumentFacts | None
    is_free: bool
    is_introspection: bool


class KnownOperations:
    """Finds or makes the cached facts and prices of operations.

    Args:
        planned: Prices operations that run by a plan.
        stock: Prices operations that the stock executor runs.
        persisted: Knows which documents are in the service's manifest.
    """

    def __init__(
        self, planned: QueryPricer, stock: QueryPricer, persisted: PersistedQueries
    ) -> None:
        self._planned = planned
        self._stock = stock
        self._persisted = persisted

    def at_hand(self, bound: BoundOperation) -> KnownOperation | None:
        """Return the cached entry of an operation; None if there is none."""
        known: KnownOperation | None = bound.plan.note
        return known

    async def of(self, bound: BoundOperation, document: str) -> KnownOperation:
        """Return the entry of an operation, made once for each plan.

        A long computation runs in a thread. The entry is stored here, not in the thread, so a
        cancelled request stores nothing. If two requests make it at once, both get the first one.
        """
        made = await _by_length(document, lambda: self._made(bound))
        if bound.plan.note is None:
            bound.plan.note = made
        known: KnownOperation = bound.plan.note
        return known

    def facts(self, known: KnownOperation, document: str) -> DocumentFacts:
        """Return the facts about an operation; with its name only if the manifest has it."""
        if known.listed is None or not self._persisted.is_listed(document):
            return known.facts
        return known.listed

    def _made(self, bound: BoundOperation) -> KnownOperation:
        """Return the entry of an operation without storing it; this may run in a thread."""
        pricer = self._stock if bound.plan.is_stock else self._planned
        facts = document_facts(bound)
        name = bound.operation.name if self._persisted.has_listed else None
        return KnownOperation(
            pricer.compile(bound.plan.plan),
            facts,
            None if name is None else replace(facts, name=name.value),
            _is_free(bound.operation),
            _INTROSPECTION.search(bound.text) is not None,
        )


async def _by_length(document: str, make: Callable[[], T]) -> T:
    """Return ``make()``: in a thread if the document is long, so that other requests can run."""
    if len(document) > LONG_TEXT:
        return await asyncio.to_thread(make)
    return make()


def _is_free(operation: OperationDefinitionNode) -> bool:
    """Return whether an operation selects only free fields."""
    selections = operation.selection_set.selections
    return len(selections) <= MAX_FREE_FIELDS and all(
        isinstance(selection, FieldNode) and selection.name.value in FREE_FIELDS
        for selection in selections
    )
