"""What the built schema tells of each field, for its price."""

from collections.abc import Iterator
from typing import Any, Final

import strawberry
from strawberry.types.field import StrawberryField

from resolvers.pricing.fields import FieldFacts, Kind
from schema.fields import column_of, declared_price
from schema.objects.connections import PageInfo

# A type of graphql-core, which this package does not import.
GraphQLType = Any
_INTEGER: Final = "BigInt"
_CURSOR: Final = "cursor"


def definitions(schema: strawberry.Schema) -> Iterator[tuple[str, Any, StrawberryField]]:
    """Yield the coordinate, such as "Query.integer", and both definitions of each field."""
    for kind in schema._schema.type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            definition = field.extensions.get("strawberry-definition")
            if isinstance(definition, StrawberryField):
                yield f"{kind.name}.{name}", field, definition


def field_facts(schema: strawberry.Schema) -> list[FieldFacts]:
    """Return what prices need to know of each field of a schema."""
    root = schema._schema.query_type
    assert root is not None
    return [
        _facts(coordinate, field.type, definition, coordinate.startswith(f"{root.name}."))
        for coordinate, field, definition in definitions(schema)
    ]


def _facts(
    coordinate: str, shown: GraphQLType, definition: StrawberryField, is_root: bool
) -> FieldFacts:
    """Return what is known of one field, given the type that it shows."""
    named, is_list = _unwrapped(shown)
    declared = declared_price(definition)
    is_question = declared is not None and declared.is_computed
    return FieldFacts(
        coordinate,
        _kind(coordinate, named),
        is_list,
        is_root,
        is_question and definition.is_async and column_of(definition) is None,
        declared,
    )


def _unwrapped(shown: GraphQLType) -> tuple[GraphQLType, bool]:
    """Return the type below lists and non-null, and whether there is a list."""
    is_list = False
    while hasattr(shown, "of_type"):
        is_list |= type(shown).__name__ == "GraphQLList"
        shown = shown.of_type
    return shown, is_list


def _kind(coordinate: str, named: GraphQLType) -> Kind:
    """Return what a field of a type shows, or the entries of its list."""
    fields = getattr(named, "fields", None)
    if fields is None:
        # A cursor is as long as the integer that it holds.
        is_long = named.name == _INTEGER or coordinate.lower().endswith(_CURSOR)
        return Kind.INTEGER if is_long else Kind.PLAIN
    if named.name == PageInfo.__name__:
        return Kind.PAGE_INFO
    return Kind.EDGE if _CURSOR in fields else Kind.OBJECT
