"""What begins as a known document is answered as if it were read."""

import random
from typing import Any

import pytest

from execution.document_limits import DocumentLimits
from execution.executor import BoundOperation, DocumentExecutor, Outcome
from primeql.service import PrimeService
from schema.direct_resolvers import direct_resolvers

LONG, FEWER = 40, 27
BODIES = {
    "fields": "integer(value: {n}) {{ value isPrime }}",
    "strings": 'integer(value: "{n}") {{ isPrime primality {{ verdict }} }}',
    "numbers below": "integer(value: {n}) {{ divisors(first: 2) {{ nodes }} }}",
    "errors": "integer(value: {n}) {{ arithmetic {{ totient }} divisors(first: -1) {{ nodes }} }}",
    "lists": "arePrime(values: [{n}, 7, {n}])",
    "names alone": "rateLimit {{ limit }}",
    "several": "nthPrime(n: {n}) p{n}x: primeCount(x: {n}) __typename",
}


class Reader:
    """Reads documents on the schema of the service."""

    def __init__(self, service: PrimeService) -> None:
        """Know no document."""
        self._service = service
        self.executor = DocumentExecutor(
            service.schema._schema,
            DocumentLimits(),
            resolvers=direct_resolvers(service.schema),
            digit_scalars={"BigInt": 4_096},
        )

    async def read(self, text: str) -> tuple[Any, list[Any]]:
        """Return what becomes of a text."""
        context = self._service.context(self._service.arrival("id"))
        bound = await self.executor.bind(text, None, None, context)
        outcome = await bound.run() if isinstance(bound, BoundOperation) else bound
        assert isinstance(outcome, Outcome)
        return outcome.data, [error.formatted for error in outcome.errors]


def batch(body: str, count: int, seed: int = 0, start: str = "{ ", end: str = " }") -> str:
    """Return a text of so many aliases, about other numbers for each seed."""
    source = random.Random(seed)
    fields = (
        f"n{place}: {body.format(n=source.choice((0, 7, 97, 2**61 - 1)))}" for place in range(count)
    )
    return start + " ".join(fields) + end


async def _taught(service: PrimeService, *texts: str) -> Reader:
    """Return a reader of some texts, whose hits and misses are not counted."""
    reader = Reader(service)
    for text in texts:
        await reader.read(text)
    reader.executor.documents.clear()
    return reader


@pytest.mark.parametrize("body", ["fields", "strings", "numbers below", "errors", "lists"])
@pytest.mark.parametrize(
    ("start", "end"), [("{ ", " }"), ("query Q {\n\n  ", "\n}\n"), ("{", ",}")]
)
@pytest.mark.parametrize("seeds", [(1,), (1, 2)], ids=["of the first", "of a template"])
async def test_fewer_aliases_are_not_read(
    body: str, start: str, end: str, seeds: tuple[int, ...], service: PrimeService
) -> None:
    taught = await _taught(service, *(batch(BODIES[body], LONG, s, start) for s in seeds))
    for seed, count in enumerate((FEWER, FEWER - 1, FEWER, LONG - 1), start=3):
        text = batch(BODIES[body], count, seed, start, end)
        assert await taught.read(text) == await Reader(service).read(text)
    # A first is made a template by the first that begins as it does.
    assert taught.executor.documents["miss"] == (1 if len(seeds) == 1 else 0)


def again(text: str) -> str:
    """Return a text with other numbers."""
    return text.replace("value: 97)", "value: 89)").replace("value: 0)", "value: 5)")


LONG_TEXT = batch(BODIES["fields"], LONG)
FEW_TEXT = batch(BODIES["fields"], FEWER)
OTHERS = {
    "cut within a field": (LONG_TEXT, LONG_TEXT[:1_000] + " } }"),
    "cut before a brace": (LONG_TEXT, FEW_TEXT[:-4] + " }"),
    "another name in the middle": (LONG_TEXT, FEW_TEXT.replace("n20:", "m20:")),
    "another field in the middle": (
        LONG_TEXT,
        FEW_TEXT[:1_000] + FEW_TEXT[1_000:].replace("isPrime", "value  ", 1),
    ),
    "nothing after": (LONG_TEXT, FEW_TEXT[:-2]),
    "two braces after": (LONG_TEXT, FEW_TEXT + " }"),
    "another operation after": (LONG_TEXT, FEW_TEXT + " query B { __typename }"),
    "a comment after": (LONG_TEXT, FEW_TEXT[:-1] + "# }"),
    "another field after": (LONG_TEXT, FEW_TEXT[:-1] + "x: __typename }"),
    "a name that goes on": (
        batch("__typename", LONG),
        batch("__typename", FEWER)[:-2] + "s }",
    ),
    "more fields": (FEW_TEXT, LONG_TEXT),
    "a pinned number": (
        batch(BODIES["numbers below"], LONG),
        batch(BODIES["numbers below"], FEWER).replace("first: 2", "first: 1"),
    ),
    "a variable": (
        batch(
            BODIES["fields"],
            LONG,
            0,
            "query ($n: BigInt!) { ",
            " z: integer(value: $n) { value } }",
        ),
        batch(BODIES["fields"], FEWER, 0, "query ($n: BigInt!) { "),
    ),
    "a directive": (
        batch(BODIES["fields"], LONG, start="{ x: __typename @skip(if: true) "),
        batch(BODIES["fields"], FEWER, start="{ x: __typename @skip(if: true) "),
    ),
    "a fragment": (
        batch("integer(value: {n}) {{ ...F }}", LONG) + " fragment F on Integer { isPrime }",
        batch("integer(value: {n}) {{ ...F }}", FEWER),
    ),
    "one name twice": (
        batch(BODIES["fields"], LONG, start="{ n0: integer(value: 7) { isPrime } "),
        batch(BODIES["fields"], FEWER, start="{ n0: integer(value: 7) { isPrime } "),
    ),
    "a refused number": (LONG_TEXT, FEW_TEXT.replace("value: 97)", "value: 097)", 1)),
}


@pytest.mark.parametrize("name", OTHERS)
async def test_others_are_read_as_if_nothing_were_known(name: str, service: PrimeService) -> None:
    known, text = OTHERS[name]
    taught = await _taught(service, known, again(known))
    assert await taught.read(text) == await Reader(service).read(text)
    assert taught.executor.documents["hit"] == 0


@pytest.mark.parametrize("body", BODIES)
async def test_any_count_of_any_body_is_answered_alike(body: str, service: PrimeService) -> None:
    taught = Reader(service)
    source = random.Random(body)
    for seed in range(12):
        text = batch(BODIES[body], source.randint(1, LONG), seed)
        assert await taught.read(text) == await Reader(service).read(text)
