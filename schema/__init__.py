"""What the client sees: the Strawberry schema."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.query import Query
from schema.scalars import scalar_map


def build_schema(max_digits: int) -> strawberry.Schema:
    """Return the schema for integers of up to ``max_digits`` decimal digits."""
    return strawberry.Schema(
        query=Query, config=StrawberryConfig(scalar_map=scalar_map(max_digits))
    )
