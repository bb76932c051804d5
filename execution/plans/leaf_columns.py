"""Columns of scalars and enums, encoded in one go where all values are right."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import orjson
from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLString,
    Undefined,
)
from graphql.pyutils import inspect

from execution.captured_errors import attempt
from execution.resolved_values import NOTHING

_INT_END = 2**31
# Bits of integers between two turns of other requests: five of 4,096 digits, whose decimal
# digits take 1 ms.
SLICE_BITS = 65_536
# What these encode to themselves, given nothing but values of the one type.
_SAME: Mapping[str, type] = MappingProxyType({GraphQLBoolean.name: bool, GraphQLString.name: str})


def encode_alike(kind: GraphQLLeafType, values: list[Any], types: set[type]) -> list[Any] | None:
    """Return a column as it is sent; None if one of its values is awry.

    Args:
        kind: Of the values.
        values: As they were resolved, none of them null.
        types: The Python types that occur among them.

    Cost: nothing for booleans and strings, 10 ns a value for integers, 50 for their digits.
    """
    if len(types) == 1:
        (only,) = types
        if only is _SAME.get(kind.name):
            return values
        if only is int:
            encoded = _integers_alike(kind, values)
            if encoded is not None:
                return encoded
    if isinstance(kind, GraphQLEnumType):
        # Few values, each there many times.
        keys = list(map(id, values))
        distinct = dict(zip(keys, values, strict=True))
        names = {key: attempt(encode_leaf, kind, value) for key, value in distinct.items()}
        if any(isinstance(name, Exception) for name in names.values()):
            return None
        return list(map(names.__getitem__, keys))
    encoded = attempt(list, map(kind.coerce_output_value, values))
    if isinstance(encoded, Exception) or not NOTHING.isdisjoint(map(type, encoded)):
        return None
    alike: list[Any] = encoded
    return alike


def _integers_alike(kind: GraphQLLeafType, values: list[int]) -> list[Any] | None:
    """Return integers as they are sent, if there is a quick way. Cost: 10 ns a value, or 50."""
    if kind.name == GraphQLInt.name and min(values) >= -_INT_END and max(values) < _INT_END:
        return values
    if kind.coerce_output_value is not str:
        return None
    try:
        return orjson.dumps(values).decode()[1:-1].split(",")
    except orjson.JSONEncodeError:
        # Above 64 bits.
        return None


def is_costly(values: Sequence[Any], types: set[type]) -> bool:
    """Return whether integers are so long that their digits take several turns.

    Args:
        values: Integers, perhaps among others.
        types: The Python types that occur among them.

    Cost: 10 ns a value if all are integers, 40 if some are, else none.
    """
    if int not in types:
        return False
    integers = values if len(types) == 1 else [one for one in values if type(one) is int]
    if len(integers) < 2:
        return False
    longest = max(max(integers).bit_length(), min(integers).bit_length())
    if longest * len(integers) <= SLICE_BITS:
        return False
    return sum(map(int.bit_length, integers)) > SLICE_BITS


def costly_slices(values: Sequence[Any]) -> Iterator[tuple[int, int]]:
    """Yield where slices begin and end, each of about SLICE_BITS bits of integers."""
    begin = bits = 0
    for end, value in enumerate(values, start=1):
        bits += value.bit_length() if type(value) is int else 64
        if bits >= SLICE_BITS:
            yield begin, end
            begin, bits = end, 0
    if begin < len(values):
        yield begin, len(values)


def encode_leaf(kind: GraphQLLeafType, value: Any) -> Any:
    """Return a scalar as it is sent, exactly as the stock executor does.

    Raises:
        Exception: Whatever the type raises for a value that is not its own.
    """
    encoded = kind.coerce_output_value(value)
    if encoded is None or encoded is Undefined:
        raise TypeError(
            f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return"
            f" non-nullable value, returned: {inspect(encoded)}"
        )
    return encoded
