"""Documents of every size are kept, and take about the memory that is reckoned for them."""

import gc
import tracemalloc

import pytest
from graphql import parse

from execution.documents.documents import document_size
from primeql.operations.operation import Operation
from primeql.operations.service import MAX_DOCUMENT_BYTES, PrimeService
from primeql.settings import Settings

SHAPES = {
    "aliases": "{"
    + " ".join(f'a{i}: integer(value: "{i}") {{ isPrime }}' for i in range(400))
    + "}",
    "fragments": "{"
    + " ".join(f'a{i}: integer(value: "{i}") {{ ...F }}' for i in range(400))
    + "} fragment F on Integer { isPrime value }",
    "list": "{ arePrime(values: [" + ",".join(str(i % 10) for i in range(3_000)) + "]) }",
    "selections": "{"
    + " ".join(
        f"a{i}: integer(value: {i}) {{" + " ".join(f"x{j}: isPrime" for j in range(20)) + "}"
        for i in range(60)
    )
    + "}",
    "strings": "{"
    + " ".join(f'a{i}: integer(value: "{"9" * 1_000}") {{ isPrime }}' for i in range(60))
    + "}",
}


async def kept_bytes(service: PrimeService, query: str) -> int:
    """Return by how many bytes the process has grown once a document was read and priced."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        await service.prepare(Operation(query), service.arrival("r1"))
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", SHAPES)
async def test_documents_take_about_what_is_reckoned(shape: str) -> None:
    service = PrimeService(Settings())
    await service.prepare(Operation("{ integer(value: 7) { isPrime } }"), service.arrival("r1"))
    query = SHAPES[shape]
    size = await kept_bytes(service, query)
    assert service.executor.is_known(query)
    assert 0.7 * size < document_size(query, parse(query)) < 1.8 * size


@pytest.mark.parametrize("padding", ["", " "], ids=["as it is", "as long as may be"])
async def test_the_largest_documents_are_read_once(padding: str) -> None:
    fields = "\n".join(f'  a{i}: integer(value: "{10**9 + i}") {{ isPrime }}' for i in range(5_000))
    query = f"{{ {fields} }}"
    query += padding * (MAX_DOCUMENT_BYTES - len(query))
    service = PrimeService(Settings())
    for _ in range(2):
        await service.prepare(Operation(query), service.arrival("r1"))
    assert service.executor.documents == {"miss": 1, "hit": 1}
