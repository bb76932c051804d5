"""A table is its objects, and its JSON is that of the standard library."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.output.encoding import SLICE_ITEMS, LongBody, encode, encode_long
from execution.output.tables import LEAST_ROWS, Rows, Table, joined, table_of

TEXTS = st.text(max_size=6) | st.sampled_from(('","', ",", '"', "\\", "", "é", "\0", "97", "\x7f"))
SCALARS: tuple[st.SearchStrategy[Any], ...] = (
    st.booleans(),
    TEXTS,
    st.sampled_from(("PRIME", "COMPOSITE", '"')),
    st.integers(-(2**63), 2**63),
    st.none() | TEXTS,
    st.booleans() | st.integers(0, 1),
    st.sampled_from((0.5, -1.25, 1.0)),
    st.lists(st.booleans(), max_size=2),
)


@st.composite
def tables(draw: st.DrawFn, depth: int = 2) -> Table:
    """Return a table of any scalars, of lists and of tables."""
    count = draw(st.integers(0, 40))

    def column(level: int) -> Rows:
        if level and draw(st.integers(0, 3)) == 0:
            return table(level - 1)
        one = draw(st.sampled_from(SCALARS))
        return draw(st.lists(one, min_size=count, max_size=count))

    def table(level: int) -> Table:
        names = draw(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=4, unique=True))
        return Table(names, [column(level) for _ in names])

    return table(depth)


def objects(value: Any) -> Any:
    """Return a value in terms of dicts and lists, made row by row."""
    if isinstance(value, Table):
        columns = [objects(column) for column in value.columns]
        return [dict(zip(value.names, row, strict=True)) for row in zip(*columns, strict=True)]
    return value


def text_of(value: Any) -> bytes:
    """Return the JSON of the standard library."""
    return json.dumps(objects(value), ensure_ascii=False, separators=(",", ":")).encode()


@given(tables())
def test_is_its_objects(table: Table) -> None:
    expected = objects(table)
    assert table == expected
    assert expected == table
    assert len(table) == len(expected)
    assert [objects(one) for one in table.rows()] == expected
    assert [table[place] for place in range(len(table))] == expected
    assert table[1:5] == expected[1:5]
    assert table != [*expected, {}]


@given(tables())
def test_is_encoded_as_its_objects(table: Table) -> None:
    assert encode({"data": table}) == b'{"data":' + text_of(table) + b"}"


@given(tables())
def test_what_it_encodes_itself_is_right(table: Table) -> None:
    assert table.json() in (None, text_of(table))


def test_simple_columns_are_put_together_without_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts = Table(["verdict"], [["PRIME", "COMPOSITE"] * 500])
    columns: list[Rows] = [
        list(map(str, range(1_000))),
        [True, False] * 500,
        verdicts,
        list(range(-500, 500)),
    ]
    table = Table(["value", "isPrime", "primality", "n"], columns)
    expected = text_of(table)
    monkeypatch.setattr(Table, "rows", None)
    assert table.json() == expected


@pytest.mark.parametrize("count", [SLICE_ITEMS, SLICE_ITEMS + 1, 3 * SLICE_ITEMS + 7])
def test_a_long_table_is_sent_in_pieces_and_ends_empty(count: int) -> None:
    column = [str(number) for number in range(count)]
    table = Table(["a", "b"], [column, Table(["c"], [[True] * count])])
    expected = b'{"data":' + text_of(table) + b"}"
    body = encode_long({"data": table})
    if count <= SLICE_ITEMS:
        assert body == expected
        return
    assert isinstance(body, LongBody)
    assert b"".join(body.pieces()) == expected
    assert (len(table), body.share_left()) == (0, 0.0)


def test_what_has_been_sent_is_let_go_of() -> None:
    columns: list[list[Any]] = [list(map(str, range(10_000))), [["x"]] * 10_000]
    body = encode_long(Table(["a", "b"], [columns[0], Table(["c"], [columns[1]])]))
    assert isinstance(body, LongBody)
    next(body.pieces())
    assert [column[0] for column in columns] == [None, None]
    assert [column[-1] for column in columns] == ["9999", ["x"]]


@given(st.lists(tables(depth=1), min_size=1, max_size=4))
def test_parts_of_one_column_are_joined(parts: list[Table]) -> None:
    first = parts[0]
    alike: list[Rows] = [first[begin : begin + 7] for begin in range(0, len(first) + 7, 7)]
    assert joined(alike) == first
    assert joined([*alike, [None]]) == [*objects(first), None]


@pytest.mark.parametrize("count", [2, LEAST_ROWS - 1, LEAST_ROWS])
def test_few_objects_are_made_at_once(count: int) -> None:
    found = table_of(["a"], [[1] * count], count)
    assert isinstance(found, Table) == (count >= LEAST_ROWS)
    assert found == [{"a": 1}] * count
