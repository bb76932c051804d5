"""The directives of the GraphQL cost specification, with its names, arguments and locations.

They describe costs to tools that read the SDL. What a request is charged is its price, a function
of its arguments that no directive can express; ``weight`` is the price of a typical call.
"""

import strawberry
from strawberry.schema_directive import Location


@strawberry.schema_directive(
    locations=[
        Location.ARGUMENT_DEFINITION,
        Location.ENUM,
        Location.FIELD_DEFINITION,
        Location.INPUT_FIELD_DEFINITION,
        Location.OBJECT,
        Location.SCALAR,
    ],
    name="cost",
    description=(
        "What a typical call costs by itself, in points of 100 microseconds of one core. The price"
        " of a request is worked out from its arguments: send GraphQL-Cost: validate to ask for it."
    ),
)
class Cost:
    """What a typical call costs, in points."""

    weight: str


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="How long a list is: as the slicing arguments say, or assumedSize without them.",
)
class ListSize:
    """How long the list of a field, or the lists of its sized fields, are."""

    assumed_size: int | None = strawberry.UNSET
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool | None = True
