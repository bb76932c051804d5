"""Responses are the JSON of the standard library, also those that are made piece by piece."""

import enum
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.output.encoding import (
    LONG_BYTES,
    SLICE_ITEMS,
    LongBody,
    encode,
    encode_long,
    long_list,
)
from execution.output.integer_arrays import NumberArray, StringArray

SHORT, LONG = range(5), range(10**8, 10**8 + 30_000)
# No piece is longer than one encoded slice: 8,192 strings of 20 digits, with quotes and commas.
MOST_BYTES = 8_192 * 23 + 2 * LONG_BYTES


def numbers(values: range) -> NumberArray:
    return NumberArray(np.array(values, dtype=np.uint64))


def strings(values: range) -> StringArray:
    return StringArray(np.array(values, dtype=np.uint64))


def plain(value: Any) -> Any:
    """Return a value in terms of plain lists."""
    if isinstance(value, NumberArray | StringArray | list):
        return [plain(item) for item in value]
    return {name: plain(item) for name, item in value.items()} if isinstance(value, dict) else value


def edges(count: int) -> Any:
    return long_list([{"node": str(n), "cursor": f"é{n}\0"} for n in range(count)])


RESPONSES: dict[str, Any] = {
    "nothing": {},
    "small": {"data": {"n": ["18446744073709551616", 1, None, "é", 1.5, True, "\0"]}},
    "a short array": {"data": {"a": numbers(SHORT), "b": strings(SHORT)}},
    "a long array": {"data": {"a": numbers(LONG)}},
    "arrays among others": {"x": 1, "a": numbers(LONG), "y": [strings(LONG), 2], "z": "\0"},
    "many short arrays": [numbers(range(50)) for _ in range(3_000)],
    "a list of a slice": edges(SLICE_ITEMS),
    "a longer list": {"data": {"edges": edges(SLICE_ITEMS + 1)}, "extensions": {}},
    "a list of slices": edges(3 * SLICE_ITEMS),
    "lists in a list": long_list([{"a": strings(SHORT), "b": edges(3)} for _ in range(2_500)]),
    "long in a long list": long_list(
        [{"a": strings(LONG), "b": edges(SLICE_ITEMS + 5)}, *[{} for _ in range(SLICE_ITEMS)]]
    ),
    "a long text": {"data": "é" * (2 * LONG_BYTES)},
}


@pytest.mark.parametrize("response", RESPONSES.values(), ids=RESPONSES.keys())
def test_whole_and_pieces_are_the_same_json(response: Any) -> None:
    expected = json.dumps(plain(response), ensure_ascii=False, separators=(",", ":")).encode()
    assert encode(response) == expected
    body = encode_long(response)
    if isinstance(body, bytes):
        assert body == expected
        return
    pieces = list(body.pieces())
    assert b"".join(pieces) == expected
    assert max(map(len, pieces)) <= MOST_BYTES
    assert body.size() in (None, len(expected))


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**64 - 1)
    | st.text()
    | st.builds(range, st.integers(0, 2**63), st.just(2**63)).map(lambda r: strings(r[:4])),
    lambda inner: st.lists(inner).map(long_list) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_any_response_reads_back(value: Any) -> None:
    assert json.loads(encode(value)) == plain(value)


def test_short_responses_are_bytes_at_once() -> None:
    assert encode_long({"data": {"isPrime": True}}) == b'{"data":{"isPrime":true}}'
    assert (
        encode_long(numbers(range(1_000)))
        == json.dumps(list(range(1_000)), separators=(",", ":")).encode()
    )


def test_size_of_arrays_is_known_beforehand() -> None:
    body = encode_long({"data": strings(LONG)})
    assert isinstance(body, LongBody)
    assert body.size() == len(encode({"data": strings(LONG)}))


def test_size_of_a_long_list_is_not() -> None:
    body = encode_long(edges(SLICE_ITEMS + 1))
    assert isinstance(body, LongBody)
    assert body.size() is None


def test_objects_of_a_long_list_end_slice_by_slice() -> None:
    items = edges(5 * SLICE_ITEMS)
    body = encode_long({"data": items})
    assert isinstance(body, LongBody)
    assert body.share_left() == 1
    shares, ended = [], []
    for _ in body.pieces():
        shares.append(body.share_left())
        ended.append(items.count(None))
    assert shares == sorted(shares, reverse=True)
    assert len(set(ended)) >= 3
    assert (shares[-1], items) == (0, [])


class Code(enum.StrEnum):
    """What derives from a type of JSON."""

    BAD = "BAD_USER_INPUT"


def test_derived_types_are_encoded_as_what_they_derive_from() -> None:
    assert encode({"code": Code.BAD}) == b'{"code":"BAD_USER_INPUT"}'


def test_what_is_no_json_is_an_error() -> None:
    with pytest.raises(TypeError):
        encode({"n": object()})
