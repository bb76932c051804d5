"""What a plan must be told of a field to resolve it without the stock executor's preparations."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

Arguments = Mapping[str, Any]
"""The coerced arguments of a field, by their names in the schema."""

Resolve = Callable[[Any, Any, Arguments], Any]
"""From the source object, the context and the arguments to a value, or to an awaitable of one."""

ResolveMany = Callable[[Sequence[Any], Any, Sequence[Arguments]], list[Any] | Awaitable[list[Any]]]
"""The same of many sources at once: the values, an exception standing for one that failed."""


class FieldResolver(Protocol):
    """How one field of the schema is resolved.

    Attributes:
        is_async: Whether ``resolve`` returns an awaitable.
        resolve: Resolves the field of one object; may raise.
        resolve_many: Resolves it of many objects, with the arguments of each; None if there is no
            better way than one by one.
    """

    @property
    def is_async(self) -> bool:
        """Whether ``resolve`` returns an awaitable."""
        ...

    @property
    def resolve(self) -> Resolve:
        """Resolves the field of one object."""
        ...

    @property
    def resolve_many(self) -> ResolveMany | None:
        """Resolves the field of many objects."""
        ...


FieldResolvers = Mapping[str, FieldResolver]
"""Resolvers by coordinate, such as "Query.integer"."""
