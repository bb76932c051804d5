"""From a document to a result: parse, validate, choose the operation, coerce, execute."""

import asyncio
import enum
import inspect
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    default_field_resolver,
    default_type_resolver,
    validate,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FragmentDetails
from graphql.execution.values import VariableValues

from execution.cooperative_loops import each_in_turns
from execution.documents.document_cache import Library, Ready
from execution.documents.documents import ReadDocument
from execution.documents.error_locations import locate_errors, locator, release_text
from execution.documents.helpful_rules import RULES
from execution.documents.prepared_documents import (
    OperationPlan,
    PreparedDocument,
    PreparedOperation,
    Shared,
)
from execution.documents.validation_rules import applicable_rules
from execution.limits.document_limits import DocumentLimits, check_document, check_text
from execution.limits.limited_parser import parse_within
from execution.output.sliced_executor import SlicedExecutor
from execution.plans.field_resolvers import FieldResolvers
from execution.plans.plan_run import PlanRun

# Characters of a document above which it is made ready in a thread: about 10 ms.
LONG_TEXT = 4_000


class Phase(enum.Enum):
    """How far an operation came; before EXECUTION nothing of it ran."""

    PARSING = "parsing"
    VALIDATION = "validation"
    OPERATION = "operation"
    VARIABLES = "variables"
    EXECUTION = "execution"


class Outcome(NamedTuple):
    """What became of one operation: data where it ran, and the errors on the way."""

    phase: Phase
    data: dict[str, Any] | None
    errors: list[GraphQLError]


class BoundOperation:
    """An operation of a valid document with its variables, ready to run once.

    Attributes:
        document: Valid; where numbers of the text were lifted, they are variables.
        text: What the document was made of, without the numbers if they were lifted.
        operation: The operation of the document.
        variables: Coerced, without those that were left out and have no default; with those that
            stand for numbers of the text.
        plan: What the operation asks, and how it is run.
    """

    __slots__ = (
        "_run",
        "document",
        "operation",
        "plan",
        "text",
        "variables",
    )

    def __init__(
        self,
        prepared: PreparedDocument,
        text: str,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        plan: OperationPlan,
        run: Callable[[], Awaitable[Outcome]],
    ) -> None:
        self.text = text
        self.document = prepared.document
        self.plan = plan
        self.operation = operation
        self.variables = variables
        self._run = run

    def run(self) -> Awaitable[Outcome]:
        """Execute the operation."""
        return self._run()


class DocumentExecutor:
    """Makes operations on one schema ready to run.

    Args:
        schema: The schema that every document is validated against.
        limits: A document beyond them is refused before it is validated.
        allows_introspection: Whether documents may ask for the schema, and errors may name fields
            close to a misspelt one, which tells of the schema too.
        cache_bytes: Memory for documents that were made ready.
        resolvers: How fields are resolved without the stock executor; None leaves all to it.
        digit_scalars: Names of the scalars to which an integer, and the string of its decimal
            digits without leading zeros, are that integer; up to so many digits, at least 20.

    Attributes:
        runs: How many operations were run by "plan" and by the "stock" executor.
        documents: How many documents were ready, "hit", and had to be made so, "miss".
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: DocumentLimits,
        allows_introspection: bool = True,
        cache_bytes: int = 64 << 20,
        resolvers: FieldResolvers | None = None,
        digit_scalars: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        """Remember the schema and the bounds."""
        hides_schema = not allows_introspection
        self._shared = Shared(schema, resolvers, digit_scalars, hides_schema)
        self._library = Library(self._prepare, self._shared, cache_bytes)
        self._limits = limits
        self._rules = RULES
        if hides_schema:
            self._rules = (*self._rules, NoSchemaIntrospectionCustomRule)
        self.runs: Counter[str] = Counter()
        self.documents: Counter[str] = Counter()

    def is_known(self, text: str) -> bool:
        """Return whether a document has been made ready already, or one that is as good."""
        return len(text) <= self._limits.bytes and self._library.find(text) is not None

    async def bind(
        self,
        text: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Any,
        begin: Callable[[int], Awaitable[None]] | None = None,
    ) -> BoundOperation | Outcome:
        """Return the operation called ``operation_name``, or why there is none to run.

        Args:
            text: The document.
            variables: Values as decoded from JSON.
            operation_name: None if the document has only one operation.
            context: Handed to every resolver.
            begin: Told the length of a document that is new, before it is read; may raise.
        """
        if len(text) > self._limits.bytes:
            if begin is not None:
                await begin(len(text))
            # Refused without a search for its numbers, 60 ms for a mebibyte of them.
            refused = self._prepare(text)
            assert isinstance(refused, Outcome)
            return refused
        ready = self._library.find(text)
        if ready is None and begin is not None:
            await begin(len(text))
        self.documents["miss" if ready is None else "hit"] += 1
        if ready is None and len(text) > LONG_TEXT:
            # In a thread, so that other requests have their turn at least every 5 ms.
            made = await asyncio.to_thread(self._library.make, text)
            ready = self._library.keep(text, made)
        ready = ready or self._library.keep(text, self._library.make(text))
        if isinstance(ready.prepared, Outcome):
            return ready.prepared
        prepared = ready.prepared
        if len(text) > LONG_TEXT and not prepared.is_prepared(operation_name):
            operation = await asyncio.to_thread(prepared.operation, operation_name)
        else:
            operation = prepared.operation(operation_name)
        if operation is None:
            return Outcome(Phase.OPERATION, None, [_no_operation(operation_name)])
        return await self._bind(text, ready, operation, variables or {}, context)

    async def _bind(
        self,
        text: str,
        ready: Ready[Outcome],
        operation: PreparedOperation,
        inputs: Mapping[str, Any],
        context: Any,
    ) -> BoundOperation | Outcome:
        """Return an operation with its variables, or what is wrong with these."""
        assert isinstance(ready.prepared, PreparedDocument)
        known = await operation.variables.coerce(inputs)
        if isinstance(known, list):
            locate_errors(known, text, ready.shift)
            return Outcome(Phase.VARIABLES, None, known)
        coerced = {**known.values, **ready.lifted} if ready.lifted else known.values

        def exact() -> VariableValues:
            found = known.exact or operation.variables.exact(inputs)
            assert not isinstance(found, list)
            return VariableValues(found.sources, {**found.coerced, **ready.lifted})

        if len(text) > LONG_TEXT and not operation.is_planned(coerced):
            await asyncio.to_thread(operation.plan, coerced)
        plan = operation.plan(coerced)
        if plan.is_stock:
            document = ready.prepared.document
            executor = _stock(self._shared, document, operation.node, exact(), context)
            run = partial(self._run_stock, executor, text, ready.shift)
        else:
            planned = PlanRun(plan.plan.selection, context, coerced, exact, plan.nodes)
            run = partial(self._run_plan, planned, text, ready.shift)
        text = ready.key or text
        return BoundOperation(ready.prepared, text, operation.node, coerced, plan, run)

    async def _run_plan(
        self, planned: PlanRun, text: str, shift: Callable[[int], int] | None
    ) -> Outcome:
        """Return what became of an operation with a plan."""
        self.runs["plan"] += 1
        data, errors = await planned.run()
        if errors:
            await each_in_turns(locator(text, shift), errors)
        return Outcome(Phase.EXECUTION, data, errors)

    async def _run_stock(
        self, executor: Executor[Any], text: str, shift: Callable[[int], int] | None
    ) -> Outcome:
        """Return what became of an operation that the stock executor runs."""
        self.runs["stock"] += 1
        result: Any = executor.execute_operation()
        if inspect.isawaitable(result):
            result = await result
        errors = result.errors or []
        await each_in_turns(locator(text, shift), errors)
        return Outcome(Phase.EXECUTION, result.data, errors)

    def _prepare(self, text: str) -> ReadDocument | Outcome:
        """Return a valid document, or the outcome of whatever is asked of another."""
        if refusal := check_text(text, self._limits):
            return Outcome(Phase.PARSING, None, [refusal])
        try:
            document = parse_within(text, self._limits)
        except GraphQLError as error:
            return Outcome(Phase.PARSING, None, [error])
        release_text(document)
        expansion = check_document(document, self._limits)
        if isinstance(expansion, GraphQLError):
            return Outcome(Phase.VALIDATION, None, [expansion])
        rules = applicable_rules(self._rules, text)
        hides = self._shared.hides_schema
        errors = validate(self._shared.schema, document, rules, hide_suggestions=hides)
        if errors:
            locate_errors(errors, text)
            return Outcome(Phase.VALIDATION, None, errors)
        return ReadDocument(document, expansion)


def _stock(
    shared: Shared,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: VariableValues,
    context: Any,
) -> Executor[Any]:
    """Return the stock executor of an operation."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    return SlicedExecutor(
        shared.schema,
        fragments,
        {name: FragmentDetails(node) for name, node in fragments.items()},
        None,
        context,
        operation,
        variables,
        default_field_resolver,
        default_type_resolver,
        default_field_resolver,
        hide_suggestions=shared.hides_schema,
    )


def _no_operation(operation_name: str | None) -> GraphQLError:
    """Return why no operation of a valid document could be chosen."""
    if operation_name is None:
        message = "the document has several operations: operationName must say which to run"
    elif operation_name.isascii() and operation_name.isidentifier():
        message = f'no operation in the document is called "{operation_name}"'
    else:
        message = "operationName is no name that an operation could have"
    return GraphQLError(message)
