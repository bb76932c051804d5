"""From a document to a result: parse, validate, choose the operation, coerce, execute."""

import asyncio
import enum
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    get_operation_ast,
    parse,
    specified_rules,
    validate,
)
from graphql.execution import Executor

from execution.document_limits import DocumentLimits, check_document, check_text
from execution.documents import DocumentCache
from execution.error_locations import locate_errors, release_text
from execution.sliced_executor import SlicedExecutor

# Characters of a client's text that a message repeats.
MAX_ECHO = 64
# Characters of a document above which it is made ready in a thread: about 10 ms.
LONG_TEXT = 4_000


class Phase(enum.Enum):
    """How far an operation came; before EXECUTION nothing of it ran."""

    PARSING = "parsing"
    VALIDATION = "validation"
    OPERATION = "operation"
    VARIABLES = "variables"
    EXECUTION = "execution"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one operation: data where it ran, and the errors on the way."""

    phase: Phase
    data: dict[str, Any] | None
    errors: Sequence[GraphQLError]


@dataclass(frozen=True, slots=True)
class BoundOperation:
    """An operation of a valid document with its variables, ready to run once.

    ``variables`` are coerced, without those that were left out and have no default. ``notes`` is
    kept with the document, for whoever binds its operations.
    """

    document: DocumentNode
    text: str
    operation: OperationDefinitionNode
    variables: Mapping[str, Any]
    executor: Executor[Any]
    notes: dict[Any, Any]

    async def run(self) -> Outcome:
        """Execute the operation."""
        result: Any = self.executor.execute_operation()
        if inspect.isawaitable(result):
            result = await result
        errors = result.errors or []
        locate_errors(errors, self.text)
        return Outcome(Phase.EXECUTION, result.data, errors)


class DocumentExecutor:
    """Makes operations on one schema ready to run.

    Args:
        schema: The schema that every document is validated against.
        limits: A document beyond them is refused before it is validated.
        allows_introspection: Whether documents may ask for the schema, and errors may name fields
            close to a misspelt one, which tells of the schema too.
        cache_bytes: Memory for documents that were made ready.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        limits: DocumentLimits,
        allows_introspection: bool = True,
        cache_bytes: int = 64 << 20,
    ) -> None:
        """Remember the schema and the bounds."""
        self._schema = schema
        self._limits = limits
        self._documents = DocumentCache(self._prepare, cache_bytes)
        self._hides_schema = not allows_introspection
        self._rules = specified_rules
        if self._hides_schema:
            self._rules = (*specified_rules, NoSchemaIntrospectionCustomRule)

    def is_known(self, text: str) -> bool:
        """Return whether a document has been made ready already."""
        return self._documents.find(text) is not None

    async def bind(
        self,
        text: str,
        variables: Mapping[str, Any] | None,
        operation_name: str | None,
        context: Any,
    ) -> BoundOperation | Outcome:
        """Return the operation called ``operation_name``, or why there is none to run.

        Args:
            text: The document.
            variables: Values as decoded from JSON.
            operation_name: None if the document has only one operation.
            context: Handed to every resolver.
        """
        prepared = self._documents.find(text)
        if prepared is None and len(text) > LONG_TEXT:
            # In a thread, so that other requests have their turn at least every 5 ms.
            prepared = await asyncio.to_thread(self._prepare, text)
            self._documents.keep(text, prepared)
        prepared = prepared or self._documents.get(text)
        if isinstance(prepared, Outcome):
            return prepared
        document, notes = prepared
        operation = get_operation_ast(document, operation_name)
        if operation is None:
            return Outcome(Phase.OPERATION, None, [_no_operation(operation_name)])
        executor = SlicedExecutor.build(
            self._schema,
            document,
            context_value=context,
            raw_variable_values=dict(variables or {}),
            operation_name=operation_name,
            hide_suggestions=self._hides_schema,
        )
        if isinstance(executor, list):
            locate_errors(executor, text)
            return Outcome(Phase.VARIABLES, None, executor)
        coerced = executor.variable_values.coerced
        return BoundOperation(document, text, operation, coerced, executor, notes)

    def _prepare(self, text: str) -> tuple[DocumentNode, dict[Any, Any]] | Outcome:
        """Return a valid document and its notes, or the outcome of whatever is asked of another."""
        if refusal := check_text(text, self._limits):
            return Outcome(Phase.PARSING, None, [refusal])
        try:
            document = parse(text, allow_empty_selection_sets=False)
        except GraphQLSyntaxError as error:
            return Outcome(Phase.PARSING, None, [error])
        release_text(document)
        if refusal := check_document(document, self._limits):
            return Outcome(Phase.VALIDATION, None, [refusal])
        errors = validate(self._schema, document, self._rules, hide_suggestions=self._hides_schema)
        if errors:
            locate_errors(errors, text)
            return Outcome(Phase.VALIDATION, None, errors)
        return document, {}


def _no_operation(operation_name: str | None) -> GraphQLError:
    """Return why no operation of a valid document could be chosen."""
    if operation_name is None:
        message = "the document has several operations: operationName must say which to run"
    else:
        message = f'no operation in the document is called "{operation_name[:MAX_ECHO]}"'
    return GraphQLError(message)
