"""Objects of which conditions leave no field are objects without fields, at every level."""

from typing import Any

import pytest

from execution.executor import BoundOperation
from execution.output.encoding import encode
from execution.output.tables import LEAST_ROWS, joined, table_of
from primeql.operations.service import PrimeService
from tests.conftest import Ask

NONE = "isPrime @skip(if: true)"
EDGES = (
    "{ primeRange(low: 0, high: 100000) { primes(first: 3000) { edges { node @skip(if: $c) } } } }"
)
CASES: dict[str, tuple[str, Any]] = {
    "root": ("{ __typename @skip(if: true) }", {}),
    "root by a variable": ("query ($c: Boolean!) { __typename @skip(if: $c) }", {}),
    "object": (f"{{ integer(value: 7) {{ {NONE} }} }}", {"integer": {}}),
    "list": (f"{{ integers(values: [1, 2]) {{ {NONE} }} }}", {"integers": [{}, {}]}),
    "list of one": (f"{{ integers(values: [1]) {{ {NONE} }} }}", {"integers": [{}]}),
    "list of none": (f"{{ integers(values: []) {{ {NONE} }} }}", {"integers": []}),
    "long list": (
        f"{{ integers(values: [{'7,' * 2_500}]) {{ {NONE} }} }}",
        {"integers": [{}] * 2_500},
    ),
    "aliases of an object": (
        f"{{ a: integer(value: 1) {{ {NONE} }} b: integer(value: 2) {{ {NONE} }} }}",
        {"a": {}, "b": {}},
    ),
    "aliases of a list": (
        "query ($c: Boolean!) { a: integers(values: [1, 2]) { isPrime @skip(if: $c) }"
        " b: integers(values: [3]) { isPrime @skip(if: $c) } }",
        {"a": [{}, {}], "b": [{}]},
    ),
    "list in a list": (
        "{ integers(values: [6, 1]) { factorization { factors { prime @include(if: false) } } } }",
        {
            "integers": [
                {"factorization": {"factors": [{}, {}]}},
                {"factorization": {"factors": []}},
            ]
        },
    ),
    "edges": (
        f"query ($c: Boolean!) {EDGES}",
        {"primeRange": {"primes": {"edges": [{}] * 3_000}}},
    ),
    "fragments in fragments": (
        "{ integers(values: [1, 2]) { ...F @skip(if: true) ... { ...G } } }"
        " fragment F on Integer { isPrime } fragment G on Integer { ... @skip(if: true) { ...F } }",
        {"integers": [{}, {}]},
    ),
    "beside fields": (
        "{ integers(values: [5, 6]) { isPrime primality { verdict @skip(if: true) } } }",
        {"integers": [{"isPrime": True, "primality": {}}, {"isPrime": False, "primality": {}}]},
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_object_without_fields_is_empty(name: str, ask: Ask) -> None:
    text, expected = CASES[name]
    response = await ask(text, **({"c": True} if "$c" in text else {}))
    assert response == {"data": expected}


@pytest.mark.parametrize("count", [0, 1, 2, LEAST_ROWS, 2_000])
def test_objects_without_fields_are_counted(count: int) -> None:
    found = table_of([], [], count)
    assert found == [{}] * count
    assert joined([found, found]) == [{}] * (2 * count)
    assert encode(found) == b"[" + b",".join([b"{}"] * count) + b"]"


async def test_empty_objects_take_memory(service: PrimeService) -> None:
    text = f"query ($c: Boolean!) {EDGES}"
    sizes = []
    for is_empty in (True, False):
        context = service.context(service.arrival("id"))
        bound = await service.executor.bind(text, {"c": is_empty}, None, context)
        assert isinstance(bound, BoundOperation)
        known = await service._known.of(bound, text)
        sizes.append(known.price.price(bound.variables).size)
    # An empty dict takes 64 bytes, its place in the list 8.
    assert 72 * 3_000 < sizes[0] < sizes[1]
