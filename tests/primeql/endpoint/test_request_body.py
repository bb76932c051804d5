"""Bodies: unpacked within bounds, in time, and exact."""

import asyncio
import gzip
import json
import zlib
from typing import Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from primeql.endpoint.request_body import (
    MAX_JSON_DEPTH,
    decode_json,
    decoding_points,
    nests_deeper,
    read_json,
)
from primeql.operations.request_errors import RequestError

PACKERS = {
    "identity": bytes,
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}
LIMIT = 100_000


def request(body: bytes, coding: str = "", content_type: str = "application/json") -> Request:
    headers = [(b"content-type", content_type.encode()), (b"content-encoding", coding.encode())]

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": headers}, receive)


async def read(body: bytes, coding: str = "", content_type: str = "application/json") -> Any:
    return await read_json(request(body, coding, content_type), LIMIT, 1.0)


async def refused(body: bytes, coding: str = "", content_type: str = "application/json") -> int:
    with pytest.raises(RequestError) as refusal:
        await read(body, coding, content_type)
    assert len(str(refusal.value)) < 200
    return refusal.value.status


@pytest.mark.parametrize("coding", PACKERS)
async def test_every_coding_is_unpacked(coding: str) -> None:
    value = {"query": "{ service { version } }", "n": [10**40] * 50}
    assert await read(PACKERS[coding](json.dumps(value).encode()), coding.upper()) == value


async def test_byte_order_mark_is_ignored() -> None:
    assert await read(b'\xef\xbb\xbf{"n": 1}') == {"n": 1}


async def test_place_of_a_mistake_is_told() -> None:
    with pytest.raises(RequestError, match=r"Invalid control character at line 1 column 8$"):
        await read(b'{"n": "\0"}')


@pytest.mark.parametrize("coding", PACKERS)
async def test_unpacked_body_at_the_limit_is_read_and_above_it_refused(coding: str) -> None:
    at_limit = b'"' + b"x" * (LIMIT - 2) + b'"'
    assert await read(PACKERS[coding](at_limit), coding) == "x" * (LIMIT - 2)
    assert await refused(PACKERS[coding](b" " + at_limit), coding) == 413


@pytest.mark.parametrize("coding", [coding for coding in PACKERS if coding != "identity"])
async def test_a_bomb_is_refused_without_being_unpacked(coding: str) -> None:
    bomb = PACKERS[coding](b"0" * 100_000_000)
    assert len(bomb) < 200_000
    assert await refused(bomb, coding) == 413


@pytest.mark.parametrize("coding", [coding for coding in PACKERS if coding != "identity"])
@pytest.mark.parametrize("damage", ["truncated", "not packed", "empty"])
async def test_damaged_bodies_are_refused(coding: str, damage: str) -> None:
    packed = PACKERS[coding](b'{"query": "{ service { version } }"}')
    body = {"truncated": packed[:-4], "not packed": b"{}", "empty": b""}[damage]
    assert await refused(body, coding) == 400


@pytest.mark.parametrize("coding", ["compress", "gzip, br", "nonsense"])
async def test_other_codings_are_refused_and_told_those_taken(coding: str) -> None:
    with pytest.raises(RequestError) as refusal:
        await read(b"{}", coding)
    assert refusal.value.status == 415
    assert refusal.value.headers == {"Accept-Encoding": "gzip, deflate, br, zstd"}


@pytest.mark.parametrize("members", [2, 3, 50])
async def test_gzip_body_of_several_members_is_unpacked(members: int) -> None:
    text = b'{"n": [' + b"1, " * 200 + b"2]}"
    size = -(-len(text) // members)
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    packed = b"".join(gzip.compress(part) for part in parts)
    assert await read(packed, "gzip") == json.loads(text)
    assert await refused(packed[:-4], "gzip") == 400
    assert await refused(packed + b"x", "gzip") == 400


@pytest.mark.parametrize("bytes_each", [1, 60_000])
async def test_a_bomb_of_many_members_is_refused(bytes_each: int) -> None:
    bomb = gzip.compress(b" " * bytes_each) * 1_000
    assert await refused(bomb, "gzip") in (400, 413)


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"],
)
async def test_other_content_types_are_refused(content_type: str) -> None:
    assert await refused(b"{}", "", content_type) == 415


async def test_charset_may_be_named() -> None:
    assert await read(b"{}", "", 'application/json; Charset="UTF-8"') == {}


async def test_body_that_does_not_arrive_is_given_up() -> None:
    async def receive() -> Message:
        await asyncio.sleep(60)
        raise AssertionError

    headers = [(b"content-type", b"application/json")]
    slow = Request({"type": "http", "method": "POST", "headers": headers}, receive)
    with pytest.raises(RequestError) as refusal:
        await read_json(slow, LIMIT, 0.05)
    assert refusal.value.status == 408


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_python_reads_beyond_json_is_refused(constant: bytes) -> None:
    with pytest.raises(RequestError):
        decode_json(b'{"value": ' + constant + b"}", "the body")


def depth_by_hand(text: str) -> int:
    """Return the greatest depth of a JSON text, read one character after the other."""
    deepest = depth = 0
    in_string = is_escaped = False
    for character in text:
        if in_string:
            in_string = is_escaped or character != '"'
            is_escaped = character == "\\" and not is_escaped
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


JSON_VALUES = st.recursive(
    st.text(alphabet='[]{}"\\,:\u00e9\U0001f600', max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(alphabet='[{"\\', max_size=3), inner, max_size=3),
    max_leaves=30,
)


@given(value=JSON_VALUES, most=st.integers(0, 6), is_ascii=st.booleans())
def test_depth_is_that_of_lists_and_objects_outside_of_strings(
    value: Any, most: int, is_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=is_ascii)
    assert nests_deeper(text.encode(), most) == (depth_by_hand(text) > most)


@pytest.mark.parametrize("leaf", ["7", '"\\ud83d\\ude00"', '"]]]]"', '"\\\\"'])
@pytest.mark.parametrize("opening", ["[", '{"a":', '["[",', "[[],"])
@pytest.mark.parametrize("depth", [1, 99, 100, 101, 965, 977, 5_000])
def test_json_has_one_bound_of_depth(leaf: str, opening: str, depth: int) -> None:
    inner = 1 if opening == "[[]," else 0
    closing = "}" if opening.startswith("{") else "]"
    raw = (opening * depth + leaf + closing * depth).encode()
    if depth + inner <= MAX_JSON_DEPTH:
        assert decode_json(raw, "the body") is not None
    else:
        with pytest.raises(RequestError, match=r"^the body nests .* more than 100 levels deep"):
            decode_json(raw, "the body")


def test_integers_stay_exact() -> None:
    assert decode_json(b"[18446744073709551617, -1e2]", "the body") == [2**64 + 1, -100.0]


def in_pieces(*pieces: bytes, **headers: str) -> Request:
    """Return a request whose body comes in pieces."""
    fields = [(b"content-type", b"application/json")]
    fields += [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    waiting = list(pieces)

    async def receive() -> Message:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    return Request({"type": "http", "method": "POST", "headers": fields}, receive)


async def test_body_in_pieces_is_read_whole() -> None:
    assert await read_json(in_pieces(b'{"a"', b":", b"1}"), 7, 1.0) == {"a": 1}


async def test_body_announced_above_the_limit_is_not_read() -> None:
    with pytest.raises(RequestError) as refusal:
        await read_json(in_pieces(content_length="11"), 10, 1.0)
    assert (refusal.value.status, str(refusal.value)) == (413, "the body is larger than 10 bytes")


async def test_body_found_above_the_limit_is_read_no_further() -> None:
    request = in_pieces(*[b"x"] * 20)
    with pytest.raises(RequestError) as refusal:
        await read_json(request, 10, 1.0)
    assert refusal.value.status == 413
    # Ten were within the limit and the next was above it: nine have not been asked for.
    assert [await request.receive() for _ in range(9)][-1]["more_body"] is False


async def test_client_that_hangs_up_with_its_body_half_sent_is_gone() -> None:
    async def receive() -> Message:
        return {"type": "http.disconnect"}

    fields = [(b"content-type", b"application/json")]
    gone = Request({"type": "http", "method": "POST", "headers": fields}, receive)
    with pytest.raises(ClientDisconnect):
        await read_json(gone, 10, 1.0)


@pytest.mark.parametrize(
    ("raw", "points"),
    [
        (b"{}", 0),
        # The largest batch, and a long document beside it.
        (json.dumps({"query": "q" * 100_000, "variables": {"v": ["9" * 20] * 10_000}}).encode(), 0),
        (json.dumps({"variables": "9" * 999_980}).encode(), 20),
        (b"[" + b"[]," * 250_000 + b"1]", 327),
        (b"[" + b"0," * 500_000 + b"0]", 327),
    ],
)
def test_decoding_very_many_values_has_a_price(raw: bytes, points: int) -> None:
    assert decoding_points(raw) == points


async def test_who_cannot_pay_for_decoding_is_refused_before() -> None:
    paid: list[int] = []

    async def pay(points: int) -> None:
        paid.append(points)
        raise RequestError("no points", 429)

    with pytest.raises(RequestError, match="no points"):
        await read_json(in_pieces(b"[" + b"[]," * 100_000), 1_000_000, 1.0, pay)
    assert paid == [127]


@pytest.mark.parametrize(
    "text",
    [
        "{ service { version } }",
        "{service{version}}",
        "\n query Q { a }",
        "mutation { a }",
        "subscription($a: Int) { a }",
        "fragment F on Query { a }",
        "{ ...F }",
        "{ # why\n a }",
    ],
)
async def test_a_document_sent_as_it_is_is_told_how_to_be_sent(text: str) -> None:
    with pytest.raises(RequestError, match=r'GraphQL document: .* as \{"query": ') as refusal:
        await read(text.encode())
    assert refusal.value.status == 400
    with pytest.raises(RequestError, match=r'application/json .* as \{"query": '):
        await read(text.encode(), content_type="application/graphql")


@pytest.mark.parametrize("text", ['{"query": 1', "{", "{ 7 }", "queryer", "[{ a }]", ""])
async def test_what_is_no_document_is_told_where_it_stops_being_json(text: str) -> None:
    with pytest.raises(RequestError, match=r"the body is not JSON: .* at line 1 column"):
        await read(text.encode())
