"""Documents, with all that hangs on them, stay within their memory, whatever they are made of."""

import gc
import tracemalloc
from collections.abc import Callable

import pytest

from execution.executor import BoundOperation, DocumentExecutor
from execution.limits.document_limits import DocumentLimits
from primeql.operations.service import PrimeService
from schema.direct_resolvers import direct_resolvers
from tests.traced_memory import traced_bytes

MAX_BYTES = 500_000
# What the bound may be missed by: what one text takes while it is made.
TOLERANCE = 1.05
SLACK = 1 << 15
# So many texts of a kind fill the memory several times.
TEXTS = 13
SMALL_TEXTS = 120
CONDITIONS = 2


def fields(count: int, form: str) -> str:
    """Return so many fields of a form in which {i} is their number."""
    return " ".join(form.replace("{i}", str(place)) for place in range(count))


DECLARED = fields(CONDITIONS, "$c{i}: Boolean!")
SKIPPED = " ".join(f"b{i}: isPrime @skip(if: $c{i % CONDITIONS})" for i in range(30))
MAKERS: dict[str, Callable[[int], str]] = {
    "aliases": lambda n: f"{{ {fields(60, f'a{n}_{{i}}: integer(value: {{i}}) {{ isPrime }}')} }}",
    "few": lambda n: f"{{ a{n}: integer(value: 5) {{ isPrime }} }}",
    "one leaf": lambda n: f"{{ a{n}: __typename }}",
    "leaves with arguments": lambda n: (f"{{ {fields(60, f'a{n}_{{i}}: nthPrime(n: {{i}})')} }}"),
    "fields below": lambda n: f"{{ a{n}: integer(value: 5) {{ {fields(100, 'b{i}: isPrime')} }} }}",
    "fields without numbers": lambda n: f"{{ a{n}: rateLimit {{ {fields(100, 'b{i}: limit')} }} }}",
    "shared fragments": lambda n: (
        f"{{ {fields(40, f'a{n}_{{i}}: integer(value: {{i}}) {{ ...F }}')} }}"
        f" fragment F on Integer {{ {fields(20, 'b{i}: divisors(first: {i}) { totalCount }')} }}"
    ),
    "conditions": lambda n: f"query ({DECLARED}) {{ a{n}: integer(value: 5) {{ {SKIPPED} }} }}",
    "operations": lambda n: fields(
        20, f"query Q{{i}} {{ a{n}: integer(value: 5) {{ b{{i}}: isPrime isProbablePrime }} }}"
    ),
    "long names": lambda n: (
        f"{{ {fields(20, f'a{n}_{{i}}{180 * chr(120)}: integer(value: {{i}}) {{ isPrime }}')} }}"
    ),
    "long comments": lambda n: f"{{ a{n}: integer(value: 7) {{ value }} }} #" + "\u0439" * 20_000,
    "long lists": lambda n: (
        f"{{ a{n}: integers(values: [{fields(600, '1000000000000000{i}')}]) {{ isPrime }} }}"
    ),
    "numbers of one key": lambda n: (
        f"{{ {fields(100, f'a{{i}}: integer(value: {n}{{i}}) {{ isPrime }}')} }}"
    ),
    "pinned numbers": lambda n: (
        "{ "
        + fields(30, f"a{{i}}: integer(value: {{i}}) {{ divisors(first: {n}) {{ nodes }} }}")
        + " }"
    ),
    "refused": lambda n: f"{{ {fields(100, f'x{n}_{{i}}')} }}",
}


async def prepare(service: PrimeService, executor: DocumentExecutor, kind: str, n: int) -> None:
    """Plan and price a text of a kind, in all ways there are."""
    text = MAKERS[kind](n)
    context = service.context(service.arrival("id"))
    names = [f"Q{i}" for i in range(20)] if kind == "operations" else [None]
    masks = range(2**CONDITIONS) if kind == "conditions" else range(1)
    for name in names:
        for mask in masks:
            values = {f"c{i}": bool(mask >> i & 1) for i in range(CONDITIONS)}
            bound = await executor.bind(text, values, name, context)
            if isinstance(bound, BoundOperation):
                known = await service._known.of(bound, text)
                known.price.price(bound.variables)


@pytest.mark.parametrize("kind", MAKERS)
async def test_documents_stay_within_their_memory(kind: str, service: PrimeService) -> None:
    executor = DocumentExecutor(
        service.schema._schema,
        DocumentLimits(),
        cache_bytes=MAX_BYTES,
        resolvers=direct_resolvers(service.schema),
        digit_scalars={"BigInt": 4_096},
    )
    await prepare(service, executor, kind, 0)
    gc.collect()
    tracemalloc.start()
    try:
        for n in range(1, SMALL_TEXTS if len(MAKERS[kind](0)) < 200 else TEXTS):
            await prepare(service, executor, kind, n)
        held = traced_bytes()
    finally:
        tracemalloc.stop()
    assert held <= TOLERANCE * MAX_BYTES + SLACK
