"""Persisted queries: documents that clients register or a manifest lists, found by their hash."""

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

# Hexadecimal digits may be upper or lower case (RFC 4648, 8).
SHA256 = re.compile(r"[0-9A-Fa-f]{64}")
# In Redis, a registered document expires after a day without a new registration. Then a client gets
# an error, and sends the whole document again. In memory, documents are evicted when it is full.
LIFETIME_SECONDS = 86_400
REDIS_TIMEOUT_SECONDS = 0.1


def document_cache(
    redis_url: str, max_bytes: int, timeout_seconds: float = REDIS_TIMEOUT_SECONDS
) -> BaseCache:
    """Return a cache in the Redis at ``redis_url``, or in memory if that is empty."""
    if not redis_url:
        return BoundedMemoryCache(max_bytes)

    def pool(**_parts: Any) -> ConnectionPool:
        # Made from the whole URL, so that its TLS, user and database are used.
        return ConnectionPool.from_url(redis_url, socket_connect_timeout=timeout_seconds)

    return RedisCache(
        namespace="primeql:document",
        ttl=LIFETIME_SECONDS,
        timeout=timeout_seconds,
        connection_pool_class=pool,
    )


def read_manifest(path: Path) -> Mapping[str, str]:
    """Return the documents of a manifest by identifier.

    Accepts the format of graphql-codegen and relay-compiler, an object of identifiers and
    documents, and that of Apollo, an object with a list of ``operations``.

    Raises:
        ValueError: The file has neither format.
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
    """Finds documents by hash, and stores the documents that clients register.

    Args:
        cache: The cache of registered documents.
        shares: The share of the cache that each client may fill.
        listed: The documents of a manifest by identifier; they never expire.
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
        """Return the document for a text, an identifier, or both.

        Raises:
            RequestError: The identifier is unknown, is not the hash of the text, or the document is
                not allowed.
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
        """Register a document that was sent together with its identifier.

        If the client has filled its share, its oldest documents are removed.
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
        """Return a document that was sent as text, if it is allowed.

        Raises:
            RequestError: Only listed documents are allowed, and this one is not listed.
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
        """Return whether a document is in the manifest."""
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
        """Return a registered document; None if it is unknown or the cache fails."""
        try:
            document: str | None = await self._cache.get(identifier)
        except (RedisError, OSError, TimeoutError) as error:
            logger.warning("persisted queries cannot be read: %s", type(error).__name__)
            return None
        # Checked, because others may write to the cache too.
        is_meant = document is not None and _hash(document) == identifier
        return document if is_meant else None

    async def close(self) -> None:
        """Close the cache's connections."""
        await self._cache.close()


def _in_lower_case(identifier: str) -> str:
    """Return a hash in lower case; other identifiers are unchanged."""
    return identifier.lower() if SHA256.fullmatch(identifier) else identifier


def _hash(document: str) -> str:
    """Return the hash of a document, its identifier."""
    return hashlib.sha256(document.encode(errors="replace")).hexdigest()
