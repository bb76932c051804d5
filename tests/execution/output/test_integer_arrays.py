"""Arrays become the JSON that the standard library makes of the same integers."""

import json
from typing import Any

import numpy as np
import pytest
from graphql import GraphQLBoolean, GraphQLFloat, GraphQLInt, GraphQLScalarType, GraphQLString
from hypothesis import given
from hypothesis import strategies as st

from execution.output.integer_arrays import (
    SLICE_INTEGERS,
    IntegerArray,
    NumberArray,
    StringArray,
    complete_array,
)

EDGES = sorted(
    {0, 1, 9, 10, 99, 100, 2**64 - 1}
    | {power + step for power in (2**16, 2**32, 2**53, 2**63) for step in (-1, 0, 1)}
)
LISTS = {
    "empty": [],
    "one zero": [0],
    "edges": EDGES,
    "a slice": list(range(SLICE_INTEGERS)),
    "a slice and one": list(range(10**9, 10**9 + SLICE_INTEGERS + 1)),
    "seams within a power of ten": list(range(10**7 - 12_000, 10**7 + 12_000)),
    "all the same": [7] * 20_000,
    "the last of a slice is longer": [5] * (SLICE_INTEGERS - 1) + [10] * 5,
    **{f"{d} digits": [10 ** (d - 1), 10**d // 3, 10**d - 1] for d in range(1, 20)},
    "20 digits": [10**19, 12345678901234567890, 2**64 - 1],
}
BIG_INT = GraphQLScalarType("BigInt", coerce_output_value=str)
ascending = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 2_000)).map(sorted)


def array(values: list[int]) -> Any:
    return np.array(values, dtype=np.uint64)


def json_of(listed: IntegerArray) -> bytes:
    text = b"".join(listed.pieces())
    assert listed.size() == len(text)
    return text


@pytest.mark.parametrize("values", LISTS.values(), ids=LISTS.keys())
def test_edges(values: list[int]) -> None:
    numbers = json.dumps(values, separators=(",", ":"))
    strings = json.dumps(list(map(str, values)), separators=(",", ":"))
    assert json_of(NumberArray(array(values))) == numbers.encode()
    assert json_of(StringArray(array(values))) == strings.encode()


@given(ascending)
def test_any_ascending_integers(values: list[int]) -> None:
    assert json.loads(json_of(NumberArray(array(values)))) == values
    assert json.loads(json_of(StringArray(array(values)))) == list(map(str, values))


def test_is_the_list_that_it_is_sent_as() -> None:
    listed = StringArray(array([2, 3, 5]))
    assert (len(listed), listed[0], listed[-1], listed[1:]) == (3, "2", "5", ["3", "5"])
    assert listed == ["2", "3", "5"]
    assert listed != [2, 3, 5]
    assert listed != "235"
    assert NumberArray(array([2, 3, 5])) == [2, 3, 5]


def test_part_of_a_larger_array_is_encoded_alone() -> None:
    values = array(list(range(100)))[::7]
    completed = complete_array(BIG_INT, values)
    assert completed is not None
    assert json.loads(json_of(completed)) == [str(n) for n in range(0, 100, 7)]


def small_only(value: Any) -> int:
    if value > 100:
        raise ValueError("too large")
    return int(value)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint32, np.uint64])
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (BIG_INT, StringArray),
        (GraphQLString, StringArray),
        (GraphQLInt, NumberArray),
        (GraphQLScalarType("Small", coerce_output_value=small_only), NumberArray),
    ],
)
def test_scalar_tells_how_an_array_is_sent(kind: Any, expected: type, dtype: Any) -> None:
    completed = complete_array(kind, np.array([2, 97], dtype=dtype))
    assert type(completed) is expected
    assert completed == [kind.coerce_output_value(2), kind.coerce_output_value(97)]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (BIG_INT, np.array([3, 2], dtype=np.uint64)),
        (BIG_INT, np.array([], dtype=np.uint64)),
        (BIG_INT, np.array([-1, 2])),
        (BIG_INT, np.array([True])),
        (GraphQLBoolean, array([1, 1])),
        (GraphQLFloat, array([1, 2])),
        (GraphQLInt, array([1, 2**31])),
        (GraphQLScalarType("Hex", coerce_output_value=hex), array([1, 2])),
        (GraphQLScalarType("Small", coerce_output_value=small_only), array([1, 101])),
    ],
    ids=[
        "descends",
        "is empty",
        "is signed",
        "is boolean",
        "Boolean",
        "Float",
        "Int",
        "Hex",
        "error",
    ],
)
def test_what_needs_care_is_left_to_others(kind: Any, values: Any) -> None:
    assert complete_array(kind, values) is None
