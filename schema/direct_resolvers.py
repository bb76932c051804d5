"""The schema's resolvers without Strawberry's preparations, for plans that call them directly."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from resolvers.context import RequestContext
from resolvers.questions.integer_answers import answers_of
from schema.field_facts import definitions
from schema.fields import column_of
from schema.objects.integers import Integer

Arguments = Mapping[str, Any]
Resolve = Callable[[Any, RequestContext, Arguments], Any]


@dataclass(frozen=True, slots=True)
class DirectResolver:
    """How one field is resolved, given its coerced arguments by their names in the schema.

    ``resolve_many`` answers for many objects at once; an exception stands for one that failed.
    """

    is_async: bool
    resolve: Resolve
    resolve_many: (
        Callable[
            [Sequence[Any], RequestContext, Sequence[Arguments]], list[Any] | Awaitable[list[Any]]
        ]
        | None
    ) = None


@dataclass(frozen=True, slots=True)
class DirectInfo:
    """What this schema's resolvers ask of Strawberry's ``Info``."""

    context: RequestContext


def direct_resolvers(schema: strawberry.Schema) -> dict[str, DirectResolver]:
    """Return the resolvers of a schema by coordinate, such as "Query.integer"."""
    return {
        coordinate: _direct(coordinate, definition, tuple(field.args))
        for coordinate, field, definition in definitions(schema)
    }


def _direct(coordinate: str, definition: StrawberryField, names: Sequence[str]) -> DirectResolver:
    """Return how a field with arguments of these names is resolved directly."""
    column = column_of(definition)
    if definition.base_resolver is None:
        return DirectResolver(False, _attribute(definition.python_name), column)
    resolve = _call(definition, names)
    if coordinate.startswith("Integer."):
        resolve = _of_integer(resolve)
    return DirectResolver(definition.is_async, resolve, column)


def _of_integer(resolve: Resolve) -> Resolve:
    """Return a resolver of a field of Integer that takes the integer itself."""

    def resolve_integer(source: int, context: RequestContext, arguments: Arguments) -> Any:
        return resolve(Integer.of(answers_of(context, source)), context, arguments)

    return resolve_integer


def _attribute(name: str) -> Resolve:
    """Return a resolver that reads an attribute."""
    read = attrgetter(name)
    return lambda source, _context, _arguments: read(source)


def _call(definition: StrawberryField, names: Sequence[str]) -> Resolve:
    """Return a resolver that calls the method that a field is declared by."""
    resolver = definition.base_resolver
    assert resolver is not None
    method = resolver._unbound_wrapped_func
    if resolver.info_parameter is None and not names:
        return lambda source, _context, _arguments: method(source)
    python_names = {
        name: argument.python_name
        for name, argument in zip(names, definition.arguments, strict=True)
    }

    def resolve(source: Any, context: RequestContext, arguments: Arguments) -> Any:
        named = {python_names[name]: value for name, value in arguments.items()}
        if resolver.info_parameter is None:
            return method(source, **named)
        return method(source, info=DirectInfo(context), **named)

    return resolve
