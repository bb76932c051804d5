"""What the client sees: the Strawberry schema.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``scalars``: The scalars: BigInt, exact integers as strings, and SafeInt, numbers JavaScript
  holds exactly.
- ``directives``: The directives of the GraphQL cost specification, with its names, arguments and
  locations.
- ``arguments``: Optional arguments without a default in the SDL.
- ``fields``: Fields that declare what they cost: the question that a field asks, or what it shows.
- ``objects``: The object types that clients see, by subject.
- ``query``: The root of every query.
- ``field_facts``: What the built schema tells of each field, for its price.
- ``direct_resolvers``: The schema's resolvers without Strawberry's preparations, for plans that
  call them directly.
"""

import copy
from typing import Any, Final

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.query import Query
from schema.scalars import scalar_map

# A directive of graphql-core, which this package does not import.
Directive = Any
_UNPUBLISHED: Final = "DIRECTIVE_DEFINITION"


def build_schema(max_digits: int) -> strawberry.Schema:
    """Return the schema for integers of up to ``max_digits`` decimal digits."""
    schema = strawberry.Schema(
        query=Query, config=StrawberryConfig(scalar_map=scalar_map(max_digits))
    )
    shown = schema._schema
    shown.directives = tuple(map(_with_specified_locations, shown.directives))
    return schema


def _with_specified_locations(directive: Directive) -> Directive:
    """Return a directive without the location that no published specification has.

    Clients refuse a whole schema for a location they do not know: graphql-core up to 3.2.10 does.
    """
    extended = copy.copy(directive)
    extended.locations = tuple(
        location for location in directive.locations if location.name != _UNPUBLISHED
    )
    return extended
