"""Calls that must not end a request, whatever they raise: those of resolvers and scalars.

GraphQL makes every exception of a field an error of that field alone; what it is, and whether its
message may be shown, is decided where errors are formatted.
"""

from collections.abc import Awaitable, Callable
from typing import Any


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return ``function(*arguments)``, or the exception that it raised."""
    try:
        return function(*arguments)
    except Exception as error:
        return error


async def attempt_later(function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """Return what ``function(*arguments)`` comes to, or the exception that it raised."""
    try:
        return await function(*arguments)
    except Exception as error:
        return error
