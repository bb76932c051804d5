"""Extracts the facts about a document that metrics and logs may contain."""

import hashlib

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from execution.executor import BoundOperation
from execution.limits.document_limits import depth_of
from middleware.observability.request_record import DocumentFacts

DIGEST_CHARACTERS = 12


def document_facts(bound: BoundOperation) -> DocumentFacts:
    """Return the facts about an operation of a valid document, without any text of the client.

    Cost: linear in the document; the result is cached with it.
    """
    return DocumentFacts(
        operation_type=bound.operation.operation.value,
        root_fields=_root_fields(bound.document, bound.operation),
        digest=hashlib.sha256(bound.text.encode()).hexdigest()[:DIGEST_CHARACTERS],
        depth=depth_of(bound.document),
    )


def _root_fields(document: DocumentNode, operation: OperationDefinitionNode) -> tuple[str, ...]:
    """Return the names of the fields at the root of an operation, each once."""
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    names: set[str] = set()
    waiting: list[SelectionSetNode] = [operation.selection_set]
    while waiting:
        for selection in waiting.pop().selections:
            if isinstance(selection, FieldNode):
                names.add(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                waiting.append(selection.selection_set)
            elif isinstance(selection, FragmentSpreadNode):
                # Each fragment is visited once.
                fragment = fragments.pop(selection.name.value, None)
                if fragment is not None:
                    waiting.append(fragment.selection_set)
    return tuple(sorted(names))
