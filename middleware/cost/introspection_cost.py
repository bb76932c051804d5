"""What it costs to ask for the schema's description of itself."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from graphql import (
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    is_enum_type,
    is_input_object_type,
    is_object_type,
)

from middleware.cost.price_protocols import Priced, PriceFunction

# Points of one field that graphql-core answers of a schema, and of one object more of a list;
# benchmarks/bench_cost.py.
FIELD_POINTS = 0.025
OBJECT_POINTS = 0.015


class _Reached(NamedTuple):
    """How many members a type has that is reached in one way: on average, or at most."""

    fields: float
    enum_values: float
    input_fields: float


class IntrospectionPrices:
    """Prices of the fields of ``__Schema``, ``__Type`` and what they return.

    The states are types, told apart by how they are reached: all of them, one by its name, those
    that fields refer to. Wrapping types are taken for what they wrap, which never is too little.
    """

    def __init__(self, schema: GraphQLSchema) -> None:
        types = list(schema.type_map.values())
        fields = [
            field for named in types if is_object_type(named) for field in named.fields.values()
        ]
        referred = [get_named_type(field.type) for field in fields]
        arguments = sum(len(field.args) for field in fields)
        directives = sum(len(directive.args) for directive in schema.directives)
        every = _mean([_members(named) for named in types])
        self._any_type = _most([_members(named) for named in types])
        self._referred = _mean([_members(named) for named in referred])
        self._counts: Mapping[str, float] = {
            "__Schema.directives": len(schema.directives),
            "__Field.args": arguments / max(len(fields), 1),
            "__Directive.args": directives / max(len(schema.directives), 1),
            "__Directive.locations": 6.0,
        }
        self._types = (every, float(len(types)))

    def price_of(self, coordinate: str) -> PriceFunction:
        """Return the price function of a field of an introspection type."""
        type_name, _, name = coordinate.partition(".")
        if coordinate == "__Schema.types":
            return _constant(FIELD_POINTS + OBJECT_POINTS * self._types[1], *self._types)
        if coordinate in self._counts:
            count = self._counts[coordinate]
            return _constant(FIELD_POINTS + OBJECT_POINTS * count, self._referred, count)
        if type_name == "__Type" and name in ("fields", "enumValues", "inputFields"):
            return self._members_price({"enumValues": 1, "inputFields": 2}.get(name, 0))
        reached = self._any_type if type_name == "__Schema" else self._referred
        return _constant(FIELD_POINTS, reached, 1.0)

    def meta_price(self, name: str) -> PriceFunction:
        """Return the price function of ``__typename``, ``__schema`` or ``__type``."""
        return _constant(FIELD_POINTS, self._any_type, 1.0)

    def _members_price(self, index: int) -> PriceFunction:
        """Return the price of a list of members of a type."""
        referred = self._referred

        def price(reached: _Reached, arguments: Mapping[str, Any]) -> Priced:
            count = reached[index]
            return FIELD_POINTS + OBJECT_POINTS * count, ((referred, count),)

        return price


def _constant(points: float, state: _Reached, count: float) -> PriceFunction:
    """Return a price that depends on nothing."""
    priced = (points, ((state, count),))
    return lambda parent, arguments: priced


def _members(named: GraphQLNamedType) -> _Reached:
    """Return how many members one type has."""
    return _Reached(
        float(len(named.fields)) if is_object_type(named) else 0.0,
        float(len(named.values)) if is_enum_type(named) else 0.0,
        float(len(named.fields)) if is_input_object_type(named) else 0.0,
    )


def _mean(reached: list[_Reached]) -> _Reached:
    """Return the average of each number."""
    count = max(len(reached), 1)
    return _Reached(*(sum(numbers) / count for numbers in zip(*reached, strict=True)))


def _most(reached: list[_Reached]) -> _Reached:
    """Return the greatest of each number."""
    return _Reached(*map(max, zip(*reached, strict=True)))
