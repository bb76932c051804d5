"""Reads the JSON value of a request's body, within limits of time and size."""

import asyncio
import json
import math
import re
import sys
import zlib
from collections.abc import Awaitable, Callable
from typing import Any, cast

import brotli
import numpy as np
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive

from middleware.header_fields import header_fields, text_of
from primeql.endpoint.media_types import JSON
from primeql.operations.request_errors import RequestError
from primeql.server.eager_start import EagerTask

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdDecompressor, ZstdError
else:
    from zstandard import ZstdDecompressor, ZstdError

Pay = Callable[[int], Awaitable[None]]
"""Takes points from the client who asks, or refuses by a RequestError."""

_JSON_TYPE = JSON.encode()
# The beginning of a document, which no JSON has.
_DOCUMENT = re.compile(rb"\s*(?:\{\s*[A-Za-z_.#]|(?:query|mutation|subscription|fragment)\b)")
_SENT_AS = 'send the document within JSON, as {"query": "{ ... }"}'
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

# The variables of this schema nest at most two lists, but a client's extensions may nest more. All
# functions that walk a decoded value by recursion can go this deep: Python's limit is 1,000 calls.
MAX_JSON_DEPTH = 100
# One step of depth for each bracket, none for a quote; all other bytes do not count.
_STEPS = bytes.maketrans(b'[{"]}', b"\x01\x01\x00\xff\xff")
_NO_STEPS = bytes(set(range(256)) - set(b'[{"]}'))

# The window that RFC 8878 asks every decoder to support, and the most memory one body may claim.
ZSTD_WINDOW_BYTES = 8 << 20
_GZIP_MAGIC = b"\x1f\x8b"
# Each member copies the rest of the body. Programs that append to a gzip file write few members.
_MOST_GZIP_MEMBERS = 100
# Four bytes may stand for a block of 128 KiB: a piece unpacks to at most 8 MiB.
ZSTD_PIECE_BYTES = 256
# Lists, objects and values that are decoded free of charge: the 10,000 of the largest batch, and
# some more. Below it, how many cost one point: 0.06 us each; a MiB of empty lists takes 30 ms.
_FREE_VALUES = 11_000
_VALUES_PER_POINT = 1_500
# The same for bytes: long strings take 4 ms a MiB.
_FREE_BYTES = 500_000
_BYTES_PER_POINT = 25_000


async def read_json(
    request: Request, max_bytes: int, timeout_seconds: float, pay: Pay | None = None
) -> Any:
    """Return the JSON value in the body of ``request``.

    Args:
        request: The request; its body may be compressed.
        max_bytes: The most bytes of the body, both compressed and decompressed.
        timeout_seconds: The time for the body to arrive.
        pay: Charges the client before a body of very many values is decoded.

    Raises:
        RequestError: With status 408 if it is too slow, 413 if too large, 415 for another media
            type, charset or content coding, 400 if it is not JSON.
        ClientDisconnect: The client disconnected.
    """
    fields = header_fields(request.scope)
    if fields.get(b"content-type") != _JSON_TYPE:
        _check_content_type(text_of(fields, b"content-type") or "")
    coding = fields.get(b"content-encoding")
    unpack = None if coding is None else _unpacker(coding.decode("latin-1"))
    announced = fields.get(b"content-length", b"")
    if announced.isdigit() and int(announced[:20]) > max_bytes:
        raise _too_large(max_bytes)
    reading = EagerTask(_read(request.receive, max_bytes))
    body = reading.result if reading.is_over else await _read_in_time(reading, timeout_seconds)
    if unpack is not None:
        body = unpack(body, max_bytes)
    points = decoding_points(body)
    if points and pay is not None:
        await pay(points)
    try:
        return decode_json(body, "the body")
    except RequestError:
        if _DOCUMENT.match(body):
            raise RequestError(f"the body is a GraphQL document: {_SENT_AS}") from None
        raise


def decoding_points(body: bytes) -> int:
    """Return the points for decoding a body, above the free part. Cost: 0.3 ms for a MiB."""
    # Every value has at least a byte and a comma.
    if len(body) < 2 * _FREE_VALUES:
        return 0
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    of_values = max(0, math.ceil((values - _FREE_VALUES) / _VALUES_PER_POINT))
    return max(of_values, math.ceil((len(body) - _FREE_BYTES) / _BYTES_PER_POINT))


async def _read_in_time(work: EagerTask[bytes], timeout_seconds: float) -> bytes:
    """Return a body that has not arrived completely.

    It does what ``asyncio.timeout`` does, in a third of the time.
    """
    task = asyncio.current_task()
    assert task is not None
    late: list[bool] = []

    def give_up() -> None:
        late.append(True)
        task.cancel()

    timer = asyncio.get_running_loop().call_later(timeout_seconds, give_up)
    try:
        return await work
    except asyncio.CancelledError:
        # If others have cancelled the task too, the cancellation must go on.
        if late and task.uncancel() == 0:
            raise RequestError("the body did not arrive in time", 408) from None
        raise
    finally:
        timer.cancel()


async def _read(receive: Receive, max_bytes: int) -> bytes:
    """Return a body, refused once more of it has arrived than it may have."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        piece = message.get("body", b"")
        size += len(piece)
        if size > max_bytes:
            raise _too_large(max_bytes)
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(max_bytes: int) -> RequestError:
    return RequestError(f"the body is larger than {max_bytes} bytes", 413)


def decode_json(raw: bytes, what: str) -> Any:
    """Return the JSON value in ``raw``; integers of any length stay exact.

    Raises:
        RequestError: It is not JSON in UTF-8, nests too deeply, or has an overlong integer.
    """
    if len(raw) > MAX_JSON_DEPTH and nests_deeper(raw, MAX_JSON_DEPTH):
        raise RequestError(
            f"{what} nests lists and objects more than {MAX_JSON_DEPTH} levels deep; send it flat"
        )
    try:
        # Not orjson: it turns integers above 64 bits into floats.
        value = _decoded(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise RequestError(f"{what} is not UTF-8") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno} column {error.colno}"
        message = error.msg.removesuffix(" at")
        raise RequestError(f"{what} is not JSON: {message} at {place}") from None
    except ValueError:
        raise RequestError(f"{what} holds an integer with too many digits") from None
    if b"\\u" in raw and _SURROGATE.search(raw) and _has_lone_surrogate(value):
        raise RequestError(f"{what} escapes half of a surrogate pair, which is no character")
    return value


def nests_deeper(raw: bytes, most: int) -> bool:
    """Return whether the lists and objects of a JSON text nest more than ``most`` levels deep.

    For a text that is not valid JSON the depth may be overestimated.

    Cost: 10 ms for a MiB of brackets, by array operations instead of byte by byte.
    """
    if raw.count(b"[") + raw.count(b"{") <= most:
        return False
    # Without escaped backslashes and quotes, a character inside a string has an odd number of
    # quotes before it.
    unescaped = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    steps = np.frombuffer(unescaped.translate(_STEPS, _NO_STEPS), np.int8)
    is_outside = np.cumsum(steps == 0, dtype=np.int32) % 2 == 0
    return bool(np.cumsum(steps * is_outside, dtype=np.int32).max(initial=0) > most)


def _has_lone_surrogate(value: Any) -> bool:
    """Return whether a decoded value contains text that cannot be encoded, a lone surrogate."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def _refuse_constant(name: str) -> None:
    """Refuse NaN and infinities, which Python accepts and JSON does not."""
    raise RequestError(f"{name} is not JSON")


# Made once, because json.loads makes a decoder for each call with an argument.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)
_SCAN: Callable[[str, int], tuple[Any, int]] = cast(Any, _DECODER).scan_once


def _decoded(text: str) -> Any:
    """Decode a JSON text; faster than ``json.loads`` if no space is around the value."""
    try:
        value, end = _SCAN(text, 0)
    except StopIteration:
        # RFC 8259, 8.1: a byte order mark may be ignored.
        return _DECODER.decode(text.removeprefix("\ufeff"))
    return value if end == len(text) or not text[end:].strip(" \t\n\r") else _DECODER.decode(text)


def _check_content_type(content_type: str) -> None:
    """Refuse what is not JSON in UTF-8."""
    media_type, *parameters = [part.strip().lower() for part in content_type.split(";")]
    charset = dict(part.partition("=")[::2] for part in parameters).get("charset", "utf-8")
    if media_type != JSON or charset.strip('"') not in ("utf-8", "utf8"):
        raise RequestError(f"Content-Type must be {JSON} in UTF-8: {_SENT_AS}", 415)


def _unpacker(coding: str) -> Callable[[bytes, int], bytes]:
    """Return the function that decompresses this content coding within a bound."""
    unpack = _UNPACKERS.get(coding.strip().lower())
    if unpack is None:
        raise RequestError(
            "Content-Encoding must be gzip, deflate, br, zstd or identity",
            415,
            # The codings that are accepted (RFC 9110, 15.5.16).
            headers={"Accept-Encoding": "gzip, deflate, br, zstd"},
        )
    return unpack


def _within(unpacked: bytes, is_complete: bool, max_bytes: int) -> bytes:
    """Return a decompressed body if it is complete and not too large."""
    if len(unpacked) > max_bytes:
        raise RequestError(f"the unpacked body is larger than {max_bytes} bytes", 413)
    if not is_complete:
        raise _corrupt()
    return unpacked


def _corrupt() -> RequestError:
    return RequestError("the body is not what its Content-Encoding says")


def _identity(body: bytes, max_bytes: int) -> bytes:
    return _within(body, True, max_bytes)


def _unpack_zlib(body: bytes, max_bytes: int) -> bytes:
    """Unpack gzip or deflate; zlib tells them apart by their first bytes.

    A gzip body may have several members, one after the other (RFC 1952, 2.2).
    """
    is_gzip = body.startswith(_GZIP_MAGIC)
    unpacked, rest, is_complete = bytearray(), body, False
    try:
        for _ in range(_MOST_GZIP_MEMBERS if is_gzip else 1):
            decompressor = zlib.decompressobj(zlib.MAX_WBITS | (16 if is_gzip else 32))
            unpacked += decompressor.decompress(rest, max_bytes + 1 - len(unpacked))
            rest, is_complete = decompressor.unused_data, decompressor.eof
            if not rest or not is_complete or len(unpacked) > max_bytes:
                break
    except zlib.error:
        raise _corrupt() from None
    return _within(bytes(unpacked), is_complete and not rest, max_bytes)


def _unpack_brotli(body: bytes, max_bytes: int) -> bytes:
    decompressor = brotli.Decompressor()
    try:
        unpacked = decompressor.process(body, output_buffer_limit=max_bytes + 1)
    except brotli.error:
        raise _corrupt() from None
    return _within(unpacked, decompressor.is_finished(), max_bytes)


def _unpack_zstd(body: bytes, max_bytes: int) -> bytes:
    try:
        if sys.version_info >= (3, 14):
            decompressor = ZstdDecompressor()
            unpacked = decompressor.decompress(body, max_bytes + 1)
            return _within(unpacked, decompressor.eof, max_bytes)
        return _unpack_zstd_by_pieces(body, max_bytes)
    except ZstdError:
        raise _corrupt() from None


def _unpack_zstd_by_pieces(body: bytes, max_bytes: int) -> bytes:
    """Decompress with the library for older Pythons, which cannot limit the output."""
    decompressor = ZstdDecompressor(max_window_size=ZSTD_WINDOW_BYTES).decompressobj()
    unpacked, rest = bytearray(), body
    while rest and not decompressor.eof and len(unpacked) <= max_bytes:
        piece, rest = rest[:ZSTD_PIECE_BYTES], rest[ZSTD_PIECE_BYTES:]
        unpacked += decompressor.decompress(piece)
    is_complete = decompressor.eof and not decompressor.unused_data and not rest
    return _within(bytes(unpacked), is_complete, max_bytes)


_UNPACKERS = {
    "": _identity,
    "identity": _identity,
    "gzip": _unpack_zlib,
    "x-gzip": _unpack_zlib,
    "deflate": _unpack_zlib,
    "br": _unpack_brotli,
    "zstd": _unpack_zstd,
}
