"""Documents of every size are kept, and take about the memory that is reckoned for them."""

import gc
import tracemalloc

import pytest
from graphql import parse

from execution.documents.documents import ReadDocument, parsed_size, planned_size
from execution.documents.literals import cut
from execution.limits.document_limits import DocumentLimits, check_document
from execution.limits.document_tokens import count_tokens
from execution.limits.expansion import Expansion
from primeql.operations.operation import Operation
from primeql.operations.service import MAX_DOCUMENT_BYTES, PrimeService
from primeql.settings import Settings
from tests.traced_memory import traced_bytes

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
    "leaves": "{ integer(value: 5) {" + " ".join(f"x{i}: isPrime" for i in range(2_000)) + "} }",
    "questions below": "{ integer(value: 5) {"
    + " ".join(f"x{i}: divisors(first: {i}) {{ totalCount }}" for i in range(400))
    + "} }",
    "leaves with arguments": "{" + " ".join(f"a{i}: nthPrime(n: {i})" for i in range(1_000)) + "}",
    "without numbers": "{" + " ".join(f"a{i}: service {{ version }}" for i in range(400)) + "}",
    "long values": "{ arePrime(values: ["
    + ",".join(str(10**10 + i) for i in range(9_000))
    + "]) }",
    "pages": "{"
    + " ".join(
        f"a{i}: primeRange(low: {i}, high: 1000{i}) {{ primes(first: 3) {{ nodes }} }}"
        for i in range(300)
    )
    + "}",
}

# Batches as large as the settings allow, with {i} for the number of an alias and {n} for another.
BATCHES = {
    "objects": "a{i}: integer(value: {n}{i}) { isPrime }",
    "leaves": "a{i}: nthPrime(n: {n}{i})",
}


def counted_bytes(query: str) -> int:
    """Return how many bytes are reckoned for a document."""
    document = parse(query)
    expansion = check_document(document, DocumentLimits())
    assert isinstance(expansion, Expansion)
    parts = cut(query)
    parsed = parsed_size(query, 0 if parts is None else len(parts.numbers))
    return parsed + planned_size(ReadDocument(document, expansion))


def batch(kind: str, number: int) -> str:
    """Return a batch of nearly as many tokens as a document may have."""
    form = BATCHES[kind].replace("{n}", str(number))
    count = (Settings().max_tokens - 2) // count_tokens(form.replace("{i}", "1")).tokens
    return "{" + "\n".join(form.replace("{i}", str(i)) for i in range(count)) + "}"


async def kept_bytes(service: PrimeService, query: str) -> int:
    """Return by how many bytes the process has grown once a document was read and priced."""
    gc.collect()
    tracemalloc.start()
    try:
        await service.prepare(Operation(query), service.arrival("r1"))
        return traced_bytes()
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("shape", SHAPES)
async def test_documents_take_about_what_is_reckoned(shape: str) -> None:
    service = PrimeService(Settings())
    await service.prepare(Operation("{ integer(value: 7) { isPrime } }"), service.arrival("r1"))
    query = SHAPES[shape]
    size = await kept_bytes(service, query)
    assert service.executor.is_known(query)
    assert size < 1.02 * counted_bytes(query)
    assert counted_bytes(query) < 1.6 * size


@pytest.mark.parametrize("padding", ["", " "], ids=["as it is", "as long as may be"])
async def test_the_largest_documents_are_read_once(padding: str) -> None:
    fields = "\n".join(f'  a{i}: integer(value: "{10**9 + i}") {{ isPrime }}' for i in range(5_000))
    query = f"{{ {fields} }}"
    query += padding * (MAX_DOCUMENT_BYTES - len(query))
    service = PrimeService(Settings())
    for _ in range(2):
        await service.prepare(Operation(query), service.arrival("r1"))
    assert service.executor.documents == {"miss": 1, "hit": 1}


@pytest.mark.parametrize("kind", BATCHES)
async def test_the_largest_batches_are_kept_and_shared(kind: str) -> None:
    service = PrimeService(Settings())
    known = service.executor.documents
    # The first text is kept, then what the second shares with all others.
    for number, misses, hits in ((1, 1, 0), (1, 1, 1), (2, 2, 1), (3, 2, 2), (2, 2, 3)):
        text = batch(kind, number)
        assert len(text) <= MAX_DOCUMENT_BYTES
        await service.prepare(Operation(text), service.arrival("r1"))
        assert (known["miss"], known["hit"]) == (misses, hits)
