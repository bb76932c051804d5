"""Answers as plain JSON and back, by the types of the engine's results; nothing is ever unpickled.

Integers travel as hexadecimal text: JSON readers elsewhere lose digits, and Python's own takes
quadratic time for decimal ones.
"""

import dataclasses
import enum
import json
import types
import typing
from collections.abc import Callable, Iterable
from typing import Any

Reader = Callable[[Any], Any]


class UnreadableError(Exception):
    """A text that is not an answer of the type asked for."""


def write(answer: Any) -> str:
    """Return an answer as a text that ``reader`` of its type reads."""
    return json.dumps(_plain(answer), separators=(",", ":"))


def read(reader: Reader, text: str) -> Any:
    """Return the answer that a text holds.

    Raises:
        UnreadableError: It holds none of the reader's type.
    """
    try:
        return reader(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnreadableError(type(error).__name__) from error


def _plain(value: Any) -> Any:
    """Return a value in terms of lists, texts, floats, booleans and None."""
    if value is None or isinstance(value, bool | float | str):
        return value
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, int):
        return format(value, "x")
    if dataclasses.is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in dataclasses.fields(value)]
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Iterable):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} cannot be remembered")


def structure(kind: Any) -> str:
    """Return a text that differs for types whose answers are written differently."""
    if dataclasses.is_dataclass(kind):
        parts = ",".join(f"{name}:{structure(part)}" for name, part in _parts(kind).items())
        return f"{getattr(kind, '__name__', kind)}({parts})"
    if inner := typing.get_args(kind):
        return f"[{'|'.join(map(structure, inner))}]"
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return f"{kind.__name__}<{','.join(kind.__members__)}>"
    return str(getattr(kind, "__name__", kind))


def reader(kind: Any) -> Reader:
    """Return what reads answers of a type.

    Args:
        kind: A dataclass, an enumeration, int, bool, float, a tuple or sequence of one such type,
            or one of these and None. Sequences are read as tuples.
    """
    if dataclasses.is_dataclass(kind):
        return _dataclass_reader(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return _optional_reader(kind)
    if inner := typing.get_args(kind):
        return _tuple_reader(reader(inner[0]))
    if issubclass(kind, enum.Enum):
        return _member_reader(kind)
    return _integer if kind is int else _exact_reader(kind)


def _parts(kind: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields by their names, in order."""
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _dataclass_reader(kind: Any) -> Reader:
    readers = tuple(reader(part) for part in _parts(kind).values())

    def read_fields(data: Any) -> Any:
        return kind(*(read(part) for read, part in zip(readers, _list(data), strict=True)))

    return read_fields


def _optional_reader(kind: Any) -> Reader:
    (present,) = (part for part in typing.get_args(kind) if part is not types.NoneType)
    read_present = reader(present)
    return lambda data: None if data is None else read_present(data)


def _tuple_reader(read_item: Reader) -> Reader:
    return lambda data: tuple([read_item(item) for item in _list(data)])


def _member_reader(kind: type[enum.Enum]) -> Reader:
    return lambda data: kind[data]


def _exact_reader(kind: type) -> Reader:
    def read_exactly(data: Any) -> Any:
        if type(data) is not kind:
            raise TypeError(f"{type(data).__name__} instead of {kind.__name__}")
        return data

    return read_exactly


def _integer(data: Any) -> int:
    return int(data, 16)


def _list(data: Any) -> list[Any]:
    if type(data) is not list:
        raise TypeError(f"{type(data).__name__} instead of a list")
    return data
