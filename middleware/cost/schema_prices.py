"""The prices of all fields of a schema, its description of itself included."""

from typing import Any

from graphql import (
    GraphQLObjectType,
    GraphQLSchema,
    is_abstract_type,
    is_introspection_type,
    is_object_type,
)

from middleware.cost.introspection_cost import IntrospectionPrices
from middleware.cost.price_protocols import PriceBook, PriceFunction, ScaleFunction, SizeFunction


class CompleteBook:
    """A price book that has a price for every field, those of introspection included.

    Args:
        schema: Without interfaces and unions.
        book: Has a price for every other field.

    Raises:
        LookupError: A field has no price; the message names it.
    """

    def __init__(self, schema: GraphQLSchema, book: PriceBook) -> None:
        """Check that every field has a price."""
        self._book = book
        self._introspection = IntrospectionPrices(schema)
        self._prices: dict[str, PriceFunction] = {}
        roots = {schema.query_type, schema.mutation_type, schema.subscription_type}
        for named in filter(is_abstract_type, schema.type_map.values()):
            raise LookupError(f"{named.name} is abstract; prices are known of objects only")
        for named in schema.type_map.values():
            if is_object_type(named):
                self._add_type(named, is_root=named in roots)

    @property
    def request_points(self) -> float:
        """What any request costs."""
        return self._book.request_points

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return the price function of "Type.field"."""
        return self._prices.get(coordinate)

    def size_of(self, coordinate: str) -> SizeFunction:
        """Return the size function of "Type.field"."""
        return self._book.size_of(coordinate)

    def group_points(self, coordinate: str) -> float:
        """Return what it takes to resolve a field at all, however many values it then has."""
        return self._book.group_points(coordinate)

    def is_lasting(self, coordinate: str) -> bool:
        """Whether the same arguments cost the same for as long as the process lives."""
        return "__" in coordinate or self._book.is_lasting(coordinate)

    def root_state(self) -> Any:
        """Return the state that the root fields of one request begin with."""
        return self._book.root_state()

    def coercion_points(self, value: Any) -> float:
        """Return what it takes to coerce the value of a variable that no field asks with."""
        return self._book.coercion_points(value)

    def scale_function(self, coordinate: str) -> ScaleFunction | None:
        """Return what tells the scale of what a root field returns; None if nothing does."""
        return self._book.scale_function(coordinate)

    def is_scaled(self, coordinate: str) -> bool:
        """Whether a field costs the same on all objects of one scale, with all it returns."""
        return coordinate.endswith(".__typename") or self._book.is_scaled(coordinate)

    def _add_type(self, named: GraphQLObjectType, is_root: bool) -> None:
        """Add the prices of all fields of a type."""
        book: PriceBook | IntrospectionPrices = self._book
        if is_introspection_type(named):
            book = self._introspection
        for name in named.fields:
            coordinate = f"{named.name}.{name}"
            price = book.price_of(coordinate)
            if price is None:
                raise LookupError(f"{coordinate} has no price")
            self._prices[coordinate] = price
        for meta in ("__typename", *(("__schema", "__type") if is_root else ())):
            self._prices[f"{named.name}.{meta}"] = self._introspection.meta_price(meta)
