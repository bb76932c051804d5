"""A cache of texts that keeps count of its bytes."""

import pytest

from resolvers.remembering.bounded_cache import ENTRY_BYTES, BoundedMemoryCache


@pytest.mark.parametrize(
    ("namespace", "left"), [(None, []), ("a:", ["b:1"]), ("c:", ["a:1", "b:1"])]
)
async def test_cleared_texts_take_no_bytes(namespace: str | None, left: list[str]) -> None:
    cache = BoundedMemoryCache(10 * ENTRY_BYTES)
    await cache.set("a:1", "x")
    each = cache.bytes_held
    await cache.set("b:1", "y")
    await cache.clear(namespace)
    assert [key for key in ("a:1", "b:1") if await cache.get(key) is not None] == left
    assert (cache.entries, cache.bytes_held) == (len(left), each * len(left))
