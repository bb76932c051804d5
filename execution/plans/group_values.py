"""The values of a group of fields, as their resolvers give them."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from graphql import GraphQLError

from execution.captured_errors import attempt, attempt_later
from execution.plans.columns import Column, Eventually, merged, merged_later
from execution.plans.field_resolvers import Arguments, FieldResolver
from execution.plans.plan import Group
from execution.plans.plan_arguments import ExactVariables

_Asked: TypeAlias = tuple[Any, Arguments]

_NO_ARGUMENTS: Arguments = MappingProxyType({})
# Fields begun between two turns of other requests.
SLICE_FIELDS = 100


class GroupResolver:
    """Resolves the groups of one run; an exception stands for each value that failed.

    Args:
        context: Handed to every resolver.
        variables: Coerced.
        exact: The same, with all that graphql-core knows of them.
    """

    def __init__(self, context: Any, variables: Mapping[str, Any], exact: ExactVariables) -> None:
        self._context = context
        self._variables = variables
        self._exact = exact

    def resolve(self, group: Group, sources: Column) -> Eventually:
        """Return the values of a group, an exception standing for one that failed."""
        if group.is_bare:
            return self._resolve_with([_NO_ARGUMENTS] * len(group.names), group, sources)
        arguments: list[Any] = []
        for one in group.arguments:
            try:
                arguments.append(one.of(self._variables, self._exact))
            except GraphQLError as error:
                arguments.append(error)
        wrong = [one for one in arguments if isinstance(one, GraphQLError)]
        if not wrong:
            return self._resolve_with(arguments, group, sources)
        right = [one for one in arguments if not isinstance(one, GraphQLError)]
        others = {
            index * len(sources) + row: one
            for index, one in enumerate(arguments)
            if isinstance(one, GraphQLError)
            for row in range(len(sources))
        }
        found = self._resolve_with(right, group, sources) if right else []
        return merged(found, others) if isinstance(found, list) else merged_later(found, others)

    def _resolve_with(
        self, arguments: Sequence[Arguments], group: Group, sources: Column
    ) -> Eventually:
        """Return the values of a group's field for each of the arguments, of all sources."""
        resolver = group.resolver
        assert resolver is not None
        if resolver.resolve_many is not None:
            if len(arguments) > 1:
                asked = [one for one in arguments for _ in sources]
                sources = sources * len(arguments)
            else:
                asked = [arguments[0]] * len(sources)
            column = attempt(resolver.resolve_many, sources, self._context, asked)
            if isinstance(column, Exception):
                return [column] * len(sources)
            return column if isinstance(column, list) else _all_of(column, len(sources))
        pairs = [(source, one) for one in arguments for source in sources]
        if resolver.is_async:
            return self._await_each(resolver, pairs)
        found: Any = attempt(_resolve_all, resolver, self._context, pairs)
        if isinstance(found, list):
            return found
        resolve, context = resolver.resolve, self._context
        return [attempt(resolve, source, context, one) for source, one in pairs]

    async def _await_each(self, resolver: FieldResolver, pairs: Sequence[_Asked]) -> Column:
        """Return the values of fields that are under way together, begun slice by slice."""
        resolve, context = resolver.resolve, self._context
        if len(pairs) == 1:
            ((source, arguments),) = pairs
            return [await attempt_later(resolve, source, context, arguments)]
        running: list[asyncio.Task[Any]] = []
        try:
            for number, (source, arguments) in enumerate(pairs, start=1):
                coroutine = attempt_later(resolve, source, context, arguments)
                running.append(asyncio.create_task(coroutine))
                if number % SLICE_FIELDS == 0:
                    await asyncio.sleep(0)
            return await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()


def _resolve_all(resolver: FieldResolver, context: Any, pairs: Sequence[_Asked]) -> Column:
    """Return the values of a field that answers at once, or raise what the first one raises."""
    resolve = resolver.resolve
    return [resolve(source, context, arguments) for source, arguments in pairs]


async def _all_of(found: Awaitable[Column], count: int) -> Column:
    """Return a column, of nothing but its exception if it has one."""

    async def column() -> Column:
        return await found

    values = await attempt_later(column)
    return [values] * count if isinstance(values, Exception) else values
