"""Calls that must not end a request, whatever they raise: those of resolvers and scalars.

GraphQL makes every exception of a field an error of that field alone; what it is, and whether its
message may be shown, is decided where errors are formatted.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable
from typing import Any


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """Return ``function(*arguments)``, or the exception that it raised."""
    try:
        return function(*arguments)
    except Exception as error:
        return error


async def attempt_await(awaitable: Awaitable[Any]) -> Any:
    """Return what ``awaitable`` comes to, or the exception that it raised."""
    try:
        return await awaitable
    except Exception as error:
        return error


async def attempt_later(function: Callable[..., Awaitable[Any]], *arguments: Any) -> Any:
    """Return what ``function(*arguments)`` comes to, or the exception that it raised."""
    try:
        return await function(*arguments)
    except Exception as error:
        return error


class CutShort(list[Any]):
    """The items that an iterator gave before it failed."""

    __slots__ = ("error",)

    def __init__(self, items: Iterable[Any], error: Exception) -> None:
        super().__init__(items)
        self.error = error


def iterated(values: Iterable[Any]) -> list[Any]:
    """Return the items of an iterable, cut short where it raises."""
    items: list[Any] = []
    try:
        for item in values:
            items.append(item)  # noqa: PERF402  # what came before an exception is kept
    except Exception as error:
        return CutShort(items, error)
    return items


async def iterated_later(values: AsyncIterable[Any]) -> list[Any]:
    """Return the items of an asynchronous iterable, cut short where it raises."""
    items: list[Any] = []
    try:
        async for item in values:
            items.append(item)  # noqa: PERF401  # the same
    except Exception as error:
        return CutShort(items, error)
    return items
