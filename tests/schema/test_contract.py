"""The schema keeps the client contract."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

ROOT = Path(__file__).parents[2]
CONTRACT = build_schema((ROOT / "schema" / "contract.graphql").read_text())
SCHEMA = build_schema((ROOT / "schema" / "schema.graphql").read_text())

# What the contract promises and the schema does not have yet. It may only shrink.
STILL_TO_COME: frozenset[str] = frozenset()


def _types(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """Return the types that are the schema's own."""
    return [
        named
        for named in schema.type_map.values()
        if not is_introspection_type(named) and not is_specified_scalar_type(named)
    ]


def _argument(kind: GraphQLInputType, default: object) -> str:
    """Return an argument's type and default as one string."""
    return f"{kind}" if default is Undefined else f"{kind} = {default}"


def _field(field: GraphQLField) -> str:
    """Return a field's arguments and type as one string."""
    arguments = [
        f"{name}: {_argument(argument.type, argument.default_value)}"
        for name, argument in sorted(field.args.items())
    ]
    return f"({', '.join(arguments)}): {field.type}"


def _promises(schema: GraphQLSchema) -> dict[str, str]:
    """Return every coordinate of a schema with its shape."""
    promises = {}
    for named in _types(schema):
        promises[named.name] = type(named).__name__
        if isinstance(named, GraphQLObjectType):
            for name, field in named.fields.items():
                promises[f"{named.name}.{name}"] = _field(field)
        if isinstance(named, GraphQLEnumType):
            for name in named.values:
                promises[f"{named.name}.{name}"] = "value"
    return promises


PROMISED = _promises(CONTRACT)
KEPT = _promises(SCHEMA)


def _is_to_come(coordinate: str) -> bool:
    return coordinate in STILL_TO_COME or coordinate.partition(".")[0] in STILL_TO_COME


@pytest.mark.parametrize("coordinate", sorted(c for c in PROMISED if not _is_to_come(c)))
def test_schema_keeps_promise(coordinate: str) -> None:
    assert KEPT.get(coordinate) == PROMISED[coordinate]


def test_what_is_still_to_come_is_promised_and_absent() -> None:
    assert PROMISED.keys() >= STILL_TO_COME
    assert not KEPT.keys() & STILL_TO_COME, "it has come: take it off the list"
