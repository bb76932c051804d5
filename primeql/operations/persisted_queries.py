"""Documents known by their hash: those clients register, and those a manifest lists."""

import hashlib
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from aiocache.backends.redis import RedisCache
from aiocache.base import BaseCache
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from primeql.operations.registration_shares import RegistrationShares
from primeql.operations.request_errors import RequestError
from resolvers.errors import ErrorCode
from resolvers.remembering.bounded_cache import ENTRY_BYTES, BoundedMemoryCache

logger = logging.getLogger("primeql.operations.persisted_queries")

# Hexadecimal digits mean the same in upper case (RFC 4648, 8).
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
# In Redis, registered documents are forgotten after a day without being registered again; a client
# that is told so sends the whole document once more. In memory they go when it is full.
LIFETIME_SECONDS = 86_400
REDIS_TIMEOUT_SECONDS = 0.1


def document_cache(
    redis_url: str, max_bytes: int, timeout_seconds: float = REDIS_TIMEOUT_SECONDS
) -> BaseCache:
    """Return a cache in the Redis at ``redis_url``, in memory if that is empty."""
    if not redis_url:
        return BoundedMemoryCache(max_bytes)

    def pool(**_parts: Any) -> ConnectionPool:
        # Made of the whole URL, so that TLS, user and database in it count.
        return ConnectionPool.from_url(redis_url, socket_connect_timeout=timeout_seconds)

    return RedisCache(
        namespace="primeql:document",
        ttl=LIFETIME_SECONDS,
        timeout=timeout_seconds,
        connection_pool_class=pool,
    )


def read_manifest(path: Path) -> Mapping[str, str]:
    """Return the documents of a manifest by their identifiers.

    Takes what graphql-codegen and relay-compiler write, an object of identifiers and documents, and
    Apollo's manifest, an object with a list of ``operations``.

    Raises:
        ValueError: The file is neither.
    """
    content = json.loads(path.read_text())
    listed = dict(_listed(content)) if isinstance(content, dict) else {}
    if not listed or not all(isinstance(text, str) for pair in listed.items() for text in pair):
        raise ValueError(f"{path} is not a manifest of persisted documents")
    return MappingProxyType(listed)


def _listed(content: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield the identifiers and documents of a manifest."""
    operations = content.get("operations")
    if not isinstance(operations, list):
        yield from content.items()
        return
    for operation in operations:
        if isinstance(operation, dict):
            yield operation.get("id"), operation.get("body")


class PersistedQueries:
    """Turns hashes into documents, and remembers the documents that clients register.

    Args:
        cache: Where registered documents are kept.
        shares: How much of it each client may fill.
        listed: The documents of a manifest, by identifier; they are always known.
        only_listed: Whether every other document is refused.
    """

    def __init__(
        self,
        cache: BaseCache,
        shares: RegistrationShares,
        listed: Mapping[str, str] | None = None,
        only_listed: bool = False,
    ) -> None:
        self._cache = cache
        self._shares = shares
        self._listed = listed or {}
        self._texts = frozenset(self._listed.values())
        self._only_listed = only_listed

    async def document(self, query: str | None, identifier: str | None) -> str:
        """Return the document meant by a text, an identifier, or both.

        Raises:
            RequestError: The identifier is unknown, is not the text's hash, or may not be used.
        """
        if identifier is None:
            if query is None:
                raise RequestError("query is missing")
            return self.allowed(query)
        if query is None:
            return await self._known(identifier)
        if _in_lower_case(identifier) != _hash(query):
            raise RequestError("sha256Hash is not the SHA-256 of query")
        return self.allowed(query)

    async def register(self, identifier: str, client_id: str, document: str) -> None:
        """Register a document that ``document`` has returned for a text with its identifier.

        A client that has registered very much makes room by its own documents.
        """
        if self._only_listed:
            return
        identifier = _in_lower_case(identifier)
        size = sys.getsizeof(document) + sys.getsizeof(identifier) + ENTRY_BYTES
        try:
            for gone in self._shares.register(client_id, identifier, size):
                await self._cache.delete(gone)
            await self._cache.set(identifier, document)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("persisted queries cannot be kept: %s", type(error).__name__)

    def allowed(self, query: str) -> str:
        """Return a document that was sent as it is, if it may be used.

        Raises:
            RequestError: It may not.
        """
        if self._only_listed and query not in self._texts:
            raise RequestError(
                "only the documents of the service's manifest are answered",
                code=ErrorCode.PERSISTED_QUERY_NOT_FOUND,
            )
        return query

    @property
    def has_listed(self) -> bool:
        """Whether there is a manifest."""
        return bool(self._listed)

    def is_listed(self, document: str) -> bool:
        """Return whether a document is one of the manifest's."""
        return document in self._texts

    async def _known(self, identifier: str) -> str:
        """Return the document of an identifier."""
        document = self._listed.get(identifier) or self._listed.get(_in_lower_case(identifier))
        if document is None and not self._only_listed and SHA256.fullmatch(identifier):
            document = await self._recall(_in_lower_case(identifier))
        if document is None:
            raise RequestError(
                "PersistedQueryNotFound", 200, code=ErrorCode.PERSISTED_QUERY_NOT_FOUND
            )
        return document

    async def _recall(self, identifier: str) -> str | None:
        """Return a registered document; a cache that fails has none."""
        try:
            document: str | None = await self._cache.get(identifier)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("persisted queries cannot be read: %s", type(error).__name__)
            return None
        # Others may write to the cache, too.
        is_meant = document is not None and _hash(document) == identifier
        return document if is_meant else None

    async def close(self) -> None:
        """Let go of the cache's connections."""
        await self._cache.close()


def _in_lower_case(identifier: str) -> str:
    """Return an identifier as hashes are written here; what is no hash stays as it is."""
    return identifier.lower() if SHA256.fullmatch(identifier) else identifier


def _hash(document: str) -> str:
    """Return the hash that a document is known by."""
    return hashlib.sha256(document.encode(errors="replace")).hexdigest()
