"""What fails alone is null alone: the fields beside it still answer."""

from typing import Any

import pytest
from graphql import GraphQLField, GraphQLNonNull, GraphQLObjectType, is_introspection_type

from primeql.settings import Settings
from schema import build_schema
from tests.conftest import Ask

SCHEMA = build_schema(Settings().max_digits)._schema
# The contract promises these. Every integer within the limits has an answer within the deadline,
# and edges are only made of a page that is there.
PROMISED = {"Integer.isProbablePrime", "PrimeConnection.edges", "DivisorConnection.edges"}
TOO_MANY = [7] * 10_001


def _fields() -> dict[str, GraphQLField]:
    """Return every field of the schema's own types by coordinate."""
    return {
        f"{kind.name}.{name}": field
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not is_introspection_type(kind)
        for name, field in kind.fields.items()
    }


def _computes(field: GraphQLField) -> bool:
    """Return whether a field waits for an engine, or has arguments that may be refused."""
    resolver = field.extensions["strawberry-definition"].base_resolver
    return bool(field.args) or (resolver is not None and resolver.is_async)


FIELDS = _fields()


@pytest.mark.parametrize("coordinate", [c for c in FIELDS if _computes(FIELDS[c])])
def test_what_can_fail_alone_is_nullable(coordinate: str) -> None:
    is_required = isinstance(FIELDS[coordinate].type, GraphQLNonNull)
    assert is_required == (coordinate in PROMISED)


def test_fields_that_compute_are_found() -> None:
    assert {"Query.integers", "ArithmeticFunctions.divisorSum"} <= {
        coordinate for coordinate, field in FIELDS.items() if _computes(field)
    }


@pytest.mark.parametrize("rest", ["", " ... @include(if: true) { __typename }"])
@pytest.mark.parametrize(
    ("query", "data", "path"),
    [
        (
            "query ($many: [BigInt!]!) { integers(values: $many) { value } nthPrime(n: 4) }",
            {"integers": None, "nthPrime": "7"},
            ["integers"],
        ),
        (
            "query ($many: [BigInt!]!) { arePrime(values: $many) nthPrime(n: 4) }",
            {"arePrime": None, "nthPrime": "7"},
            ["arePrime"],
        ),
        (
            "{ integer(value: 12) { arithmetic { totient divisorSum(power: -1) } } }",
            {"integer": {"arithmetic": {"totient": "4", "divisorSum": None}}},
            ["integer", "arithmetic", "divisorSum"],
        ),
    ],
)
async def test_other_fields_answer(
    ask: Ask, query: str, data: dict[str, Any], path: list[str], rest: str
) -> None:
    variables = {"many": TOO_MANY} if "$many" in query else {}
    # With an inline fragment beside it, and without.
    response = await ask(f"{query[:-1]}{rest} }}", **variables)
    found = response["data"]
    found.pop("__typename", None)
    assert found == data
    assert [error["path"] for error in response["errors"]] == [path]
