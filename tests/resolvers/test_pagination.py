"""Cursors are exact and opaque; pages obey Relay's rules."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolvers.errors import BadInputError, InvalidCursorError, LimitError
from resolvers.pagination import (
    SLICE_EDGES,
    Page,
    PageRequest,
    decode_cursor,
    encode_cursor,
    encode_cursors,
    page_request,
)


@given(st.integers(min_value=0, max_value=10**300))
def test_cursor_round_trip(value: int) -> None:
    assert decode_cursor("prime", encode_cursor("prime", value), "after") == value


@given(st.text(max_size=40))
def test_any_text_is_a_cursor_only_in_its_one_spelling(text: str) -> None:
    try:
        value = decode_cursor("prime", text, "after")
    except InvalidCursorError:
        return
    assert encode_cursor("prime", value) == text


def test_cursor_of_another_kind_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor("prime", encode_cursor("divisor", 7), "before")


def test_overlong_cursor_is_refused() -> None:
    with pytest.raises(InvalidCursorError):
        decode_cursor("prime", encode_cursor("prime", 2**200_000), "after")


def test_cursor_does_not_show_the_integer() -> None:
    assert "97" not in encode_cursor("prime", 97)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, PageRequest(100, False)),
        (7, None, PageRequest(7, False)),
        (0, None, PageRequest(0, False)),
        (None, 7, PageRequest(7, True)),
        (1000, None, PageRequest(1000, False)),
    ],
)
def test_page_asked_for(first: int | None, last: int | None, expected: PageRequest) -> None:
    assert page_request(first, last, 1000) == expected


def test_default_page_obeys_a_smaller_limit() -> None:
    assert page_request(None, None, 10).size == 10


@pytest.mark.parametrize(("first", "last"), [(1, 1), (-1, None), (None, -1), (0, 0)])
def test_meaningless_page_is_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(BadInputError):
        page_request(first, last, 1000)


@pytest.mark.parametrize(("first", "last"), [(1001, None), (None, 1001)])
def test_page_above_the_limit_is_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(LimitError, match="1000"):
        page_request(first, last, 1000)


async def test_empty_page_has_no_cursors() -> None:
    page = Page("prime", [], has_next=False, has_previous=False)
    assert page.cursor(0) is page.cursor(-1) is None
    assert await page.edges() == []


@given(st.lists(st.integers(0, 2**80) | st.integers(0, 300)).map(sorted))
def test_cursors_made_together_are_those_made_alone(values: list[int]) -> None:
    expected = [encode_cursor("prime", value) for value in values]
    assert encode_cursors("prime", values) == expected


@pytest.mark.parametrize("kind", ["", "p", "pr", "prime", "divisor"])
@pytest.mark.parametrize("size", range(1, 12))
def test_cursors_of_one_size_are_those_made_alone(kind: str, size: int) -> None:
    values = [256 ** (size - 1), 256**size // 3, 256**size - 1]
    assert encode_cursors(kind, values) == [encode_cursor(kind, value) for value in values]


async def test_others_have_their_turn_while_edges_are_made() -> None:
    page = Page("prime", range(5 * SLICE_EDGES), has_next=False, has_previous=False)
    making = asyncio.ensure_future(page.edges())
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.ensure_future(other())
    edges = await making
    watching.cancel()
    assert turns >= 4
    assert [edge.node for edge in edges] == list(range(5 * SLICE_EDGES))
    assert edges[300] == (300, encode_cursor("prime", 300))


@pytest.mark.parametrize(
    ("argument", "field", "page"),
    [("after", "endCursor", "first"), ("before", "startCursor", "last")],
)
def test_a_refused_cursor_is_told_where_cursors_come_from(
    argument: str, field: str, page: str
) -> None:
    with pytest.raises(InvalidCursorError) as refusal:
        decode_cursor("prime", "97", argument)
    message = str(refusal.value)
    assert message.startswith(f"{argument} is not a cursor of this list: send ")
    assert f"pageInfo.{field}" in message
    assert message.endswith(f"leave {argument} out for the {page} page")
