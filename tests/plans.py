"""Plans of operations, for tests of what is made of them."""

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLSchema,
    get_operation_ast,
    is_introspection_type,
    is_object_type,
    parse,
    validate,
)

from execution.documents.prepared_documents import PreparedDocument, Shared
from execution.plans.plan import Plan


def plan_of(
    schema: GraphQLSchema, text: str | DocumentNode, variables: Mapping[str, Any] | None = None
) -> Plan:
    """Return the plan of a valid document's only operation, all fields having resolvers."""
    document = text
    if isinstance(document, str):
        document = parse(document)
        assert validate(schema, document) == []
    assert get_operation_ast(document, None) is not None
    resolvers: dict[str, Any] = {
        f"{kind.name}.{name}": object()
        for kind in schema.type_map.values()
        if is_object_type(kind) and not is_introspection_type(kind)
        for name in kind.fields
    }
    operation = PreparedDocument(Shared(schema, resolvers, {}, False), document).operation(None)
    assert operation is not None
    return operation.plan(variables or {}).plan
