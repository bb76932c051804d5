"""Documents by their hash, in memory and in a real Redis-compatible server."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiocache.base import BaseCache
from hypothesis import given
from hypothesis import strategies as st

from primeql.operations.persisted_queries import (
    PersistedQueries,
    document_cache,
    read_manifest,
)
from primeql.operations.registration_shares import RegistrationShares
from primeql.operations.request_errors import RequestError
from resolvers.errors import ErrorCode
from resolvers.remembering.bounded_cache import ENTRY_BYTES, BoundedMemoryCache
from tests.valkey import new_server

DOCUMENT = "{ service { version } }"
HASH = hashlib.sha256(DOCUMENT.encode()).hexdigest()


@pytest.fixture
def redis_url() -> Iterator[str]:
    with new_server() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


def in_cache(cache: BaseCache, max_bytes: int = 10_000) -> PersistedQueries:
    return PersistedQueries(cache, RegistrationShares(max_bytes))


def in_memory(max_bytes: int = 10_000) -> PersistedQueries:
    return in_cache(BoundedMemoryCache(max_bytes), max_bytes)


async def registered(
    queries: PersistedQueries, document: str, identifier: str, client_id: str = "a"
) -> str:
    """Register a document as a request that sends it with its hash, and can pay for it."""
    found = await queries.document(document, identifier)
    await queries.register(identifier, client_id, found)
    return found


def hashed(document: str) -> str:
    return hashlib.sha256(document.encode()).hexdigest()


async def refusal(queries: PersistedQueries, query: str | None, identifier: str) -> RequestError:
    with pytest.raises(RequestError) as refused:
        await queries.document(query, identifier)
    return refused.value


async def test_registered_document_is_known_by_its_hash() -> None:
    queries = in_memory()
    assert (await refusal(queries, None, HASH)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND
    assert await registered(queries, DOCUMENT, HASH) == DOCUMENT
    assert await queries.document(None, HASH) == DOCUMENT


async def test_not_found_has_the_message_that_apollo_clients_look_for() -> None:
    assert str(await refusal(in_memory(), None, HASH)) == "PersistedQueryNotFound"


async def test_wrong_hash_is_refused_and_not_registered() -> None:
    queries = in_memory()
    wrong = "0" * 64
    assert (await refusal(queries, DOCUMENT, wrong)).code is ErrorCode.BAD_REQUEST
    assert (await refusal(queries, None, wrong)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


async def test_document_without_hash_is_used_as_it_is() -> None:
    assert await in_memory().document(DOCUMENT, None) == DOCUMENT


async def test_oldest_documents_make_room() -> None:
    queries = in_memory(max_bytes=2 * (ENTRY_BYTES + 300))
    documents = [f"{{ service {{ version }} }} # {k:075d}" for k in range(4)]
    hashes = [hashlib.sha256(document.encode()).hexdigest() for document in documents]
    for document, identifier in zip(documents, hashes, strict=True):
        assert await registered(queries, document, identifier, identifier) == document
    assert await queries.document(None, hashes[3]) == documents[3]
    assert await queries.document(None, hashes[2]) == documents[2]
    assert (await refusal(queries, None, hashes[0])).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


async def test_document_larger_than_the_memory_is_used_and_not_kept() -> None:
    queries = in_memory(max_bytes=5)
    assert await registered(queries, DOCUMENT, HASH) == DOCUMENT
    assert (await refusal(queries, None, HASH)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


# aiocache 0.12.3 calls what redis 8 deprecates.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_processes_share_documents_through_redis(redis_url: str) -> None:
    # So long that a busy machine is not taken for a Redis that is gone.
    one = in_cache(document_cache(redis_url, 0, timeout_seconds=10.0))
    other = in_cache(document_cache(redis_url, 0, timeout_seconds=10.0))
    assert await registered(one, DOCUMENT, HASH) == DOCUMENT
    assert await other.document(None, HASH) == DOCUMENT
    await one.close()
    await other.close()


async def test_document_that_somebody_put_under_the_hash_of_another_is_not_used() -> None:
    cache = BoundedMemoryCache(10_000)
    queries = in_cache(cache)
    await registered(queries, DOCUMENT, HASH)
    await cache.set(HASH, "{ primeCount(x: 10) }")
    assert (await refusal(queries, None, HASH)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND
    assert await registered(queries, DOCUMENT, HASH) == DOCUMENT
    assert await queries.document(None, HASH) == DOCUMENT


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_without_redis_documents_are_sent_whole(caplog: pytest.LogCaptureFixture) -> None:
    queries = in_cache(document_cache("redis://127.0.0.1:1/0", 0))
    assert await registered(queries, DOCUMENT, HASH) == DOCUMENT
    assert (await refusal(queries, None, HASH)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 2
    await queries.close()


async def test_document_that_was_only_sent_is_not_registered() -> None:
    queries = in_memory()
    assert await queries.document(DOCUMENT, HASH) == DOCUMENT
    assert (await refusal(queries, None, HASH)).code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


async def test_hash_may_be_in_upper_case() -> None:
    queries = in_memory()
    assert await registered(queries, DOCUMENT, HASH.upper()) == DOCUMENT
    for identifier in (HASH, HASH.upper(), HASH.capitalize()):
        assert await queries.document(None, identifier) == DOCUMENT


async def are_known(queries: PersistedQueries, documents: list[str]) -> list[bool]:
    found = []
    for document in documents:
        try:
            found.append(await queries.document(None, hashed(document)) == document)
        except RequestError:
            found.append(False)
    return found


async def test_client_that_registers_without_end_loses_its_own() -> None:
    queries = in_memory(max_bytes=100_000)
    others = [f"{{ nthPrime(n: {k}) }}" for k in range(10)]
    for document in others:
        await registered(queries, document, hashed(document), "other")
    own = [f"{{ primeCount(x: {k}) }}" for k in range(1_000)]
    for document in own:
        await registered(queries, document, hashed(document), "flood")
    assert await are_known(queries, others) == [True] * 10
    known = await are_known(queries, own)
    # An eighth of the memory; each takes ENTRY_BYTES and some 180.
    assert 20 < sum(known) < 50
    assert known == sorted(known)


async def test_document_that_another_client_has_registered_too_does_not_go() -> None:
    queries = in_memory(max_bytes=100_000)
    for client_id in ("flood", "other"):
        await registered(queries, DOCUMENT, HASH, client_id)
    for k in range(100):
        document = f"{{ primeCount(x: {k}) }}"
        await registered(queries, document, hashed(document), "flood")
    assert await queries.document(None, HASH) == DOCUMENT


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9), st.integers(1, 150)), max_size=60)
)
def test_nobody_has_more_than_a_part(registrations: list[tuple[str, int, int]]) -> None:
    shares = RegistrationShares(800)
    # So small that all of them together are always known.
    held: dict[str, dict[str, int]] = {client: {} for client in "abc"}
    for client, number, size in registrations:
        identifier = str(number)
        owners = [owner for owner, own in held.items() if identifier in own]
        for owner in owners:
            del held[owner][identifier]
        gone = shares.register(client, identifier, size)
        assert identifier not in gone
        assert set(gone) <= set(held[client])
        if not owners or owners == [client]:
            held[client][identifier] = size
        for identifier in gone:
            del held[client][identifier]
        assert len(held[client]) <= 1 or sum(held[client].values()) <= 100


MANIFESTS = {
    "graphql-codegen and relay-compiler": {HASH: DOCUMENT},
    "Apollo": {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": HASH, "name": "Version", "type": "query", "body": DOCUMENT}],
    },
}


@pytest.mark.parametrize("manifest", MANIFESTS.values(), ids=MANIFESTS.keys())
async def test_manifest_alone_is_answered(manifest: object, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    queries = PersistedQueries(
        BoundedMemoryCache(10_000), RegistrationShares(0), read_manifest(path), only_listed=True
    )
    assert await queries.document(None, HASH) == DOCUMENT
    assert await queries.document(DOCUMENT, None) == DOCUMENT
    assert await queries.document(DOCUMENT, HASH) == DOCUMENT
    other = "{ primeCount(x: 10) }"
    for query, identifier in [(other, None), (other, hashlib.sha256(other.encode()).hexdigest())]:
        with pytest.raises(RequestError) as refused:
            await queries.document(query, identifier)
        assert refused.value.code is ErrorCode.PERSISTED_QUERY_NOT_FOUND


@pytest.mark.parametrize(
    "content", ["[]", "{}", "7", '{"a": 1}', '{"operations": [7]}', "nonsense"]
)
def test_other_files_are_no_manifest(content: str, tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(ValueError):  # noqa: PT011  # the JSON decoder's own is one too
        read_manifest(path)
