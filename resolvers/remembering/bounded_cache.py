"""An aiocache of texts in memory that holds so many bytes and no more."""

import sys
from collections import OrderedDict
from typing import Any

from aiocache.backends.memory import SimpleMemoryCache

# What an entry takes beside its key and its text: its places in two tables and a number; from 180
# bytes to 270, by tracemalloc, as the tables are full or have just grown.
ENTRY_BYTES = 280


class BoundedMemoryCache(SimpleMemoryCache):  # type: ignore[misc]  # aiocache has no types
    """Texts in memory; the least recently used make room when they hold more than ``max_bytes``."""

    def __init__(self, max_bytes: int) -> None:
        # Nothing here waits, so nothing needs a timeout.
        super().__init__(timeout=None)
        self._max_bytes = max_bytes
        self._bytes = 0
        self._sizes: OrderedDict[str, int] = OrderedDict()

    @property
    def bytes_held(self) -> int:
        """The bytes that keys, texts and their tables take."""
        return self._bytes

    @property
    def entries(self) -> int:
        """How many texts are held."""
        return len(self._sizes)

    async def _get(self, key: str, *args: Any, **options: Any) -> Any:
        if key in self._sizes:
            self._sizes.move_to_end(key)
        return await super()._get(key, *args, **options)

    async def _set(self, key: str, value: str, *args: Any, **options: Any) -> Any:
        size = sys.getsizeof(key) + sys.getsizeof(value) + ENTRY_BYTES
        self._bytes += size - self._sizes.pop(key, 0)
        self._sizes[key] = size
        stored = await super()._set(key, value, *args, **options)
        while self._bytes > self._max_bytes:
            await self._delete(next(iter(self._sizes)))
        return stored

    async def _delete(self, key: str, *args: Any, **options: Any) -> Any:
        self._bytes -= self._sizes.pop(key, 0)
        return await super()._delete(key, *args, **options)

    async def _clear(self, namespace: str | None = None, *_args: Any, **_options: Any) -> bool:
        for key in [key for key in self._sizes if key.startswith(namespace or "")]:
            await self._delete(key)
        return True
