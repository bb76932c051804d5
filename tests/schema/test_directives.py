"""The SDL declares what fields cost and how long lists are, in the words of the specification."""

import copy
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    DirectiveNode,
    GraphQLDirective,
    GraphQLField,
    GraphQLObjectType,
    build_schema,
    get_nullable_type,
    is_introspection_type,
    is_list_type,
    print_ast,
    value_from_ast_untyped,
)

from engine.intervals.prime_ranges import PrimeRanges
from resolvers.limits import Limits
from resolvers.pricing.prices import ROOT, PriceBook
from resolvers.pricing.states import IntegerState, ListState, RangeState
from resolvers.pricing.tariff import Overheads
from schema import build_schema as build_own_schema
from schema.field_facts import field_facts

SCHEMA = build_schema((Path(__file__).parents[2] / "schema" / "schema.graphql").read_text())

# The cost specification's definitions, word for word but for their descriptions.
SPECIFIED = """
directive @cost(weight: String!) on
  | ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
directive @listSize(
  assumedSize: Int
  slicingArguments: [String!]
  sizedFields: [String!]
  requireOneSlicingArgument: Boolean = true
) on FIELD_DEFINITION
"""

_PRIME = IntegerState((2**61 - 1,))
_RANGE = RangeState(10**9, 10**9 + 10**6)
_PAGE = ListState(100, 30, parent=_RANGE)
_TWINS = ListState(100, 30, width=2, parent=(_RANGE, (0, 2)))
# A typical call of a field that costs more than to read it off its parent. Those of Integer and
# PrimeRange that are not listed are asked of these, without arguments.
TYPICAL_PARENTS = {"Integer": _PRIME, "PrimeRange": _RANGE}
TYPICAL: Mapping[str, tuple[Any, dict[str, Any]]] = {
    "Query.integer": (ROOT, {"value": 2**61 - 1}),
    "Query.integers": (ROOT, {"values": [2**61 - 1] * 100}),
    "Query.arePrime": (ROOT, {"values": [2**61 - 1] * 100}),
    "Query.primeRange": (ROOT, {"low": 10**9, "high": 10**9 + 10**6}),
    "Query.primeCount": (ROOT, {"x": 10**12}),
    "Query.nthPrime": (ROOT, {"n": 10**10}),
    "Query.progression": (ROOT, {"start": 7, "difference": 30, "maxTerms": 1_000}),
    "Integer.factorization": (IntegerState((10**18 + 1,)), {}),
    "Integer.neighbours": (_PRIME, {"count": 1}),
    "Integer.primeIndex": (IntegerState((1_000_000_007,)), {}),
    "Integer.arithmetic": (IntegerState((10**18 + 1,)), {}),
    "Integer.divisors": (IntegerState((10**18 + 1,)), {"first": 100}),
    "ArithmeticFunctions.divisorSum": (IntegerState((10**18 + 1,)), {"power": 1}),
    "PrimeRange.constellations": (_RANGE, {"offsets": [0, 2], "first": 100}),
    "PrimeRange.histogram": (_RANGE, {"buckets": 50}),
    "PrimeRange.residues": (_RANGE, {"modulus": 30}),
    "PrimeConnection.totalCount": (ListState(100, 30, parent=RangeState(10**9, 10**9 + 10**6)), {}),
    "ConstellationConnection.totalCount": (_TWINS, {}),
}


def _fields() -> Iterator[tuple[str, GraphQLField]]:
    for named in SCHEMA.type_map.values():
        if isinstance(named, GraphQLObjectType) and not is_introspection_type(named):
            for name, field in named.fields.items():
                yield f"{named.name}.{name}", field


FIELDS = dict(_fields())


def _applied(coordinate: str, name: str) -> dict[str, Any] | None:
    """Return the arguments of a directive on a field, None without it."""
    node = FIELDS[coordinate].ast_node
    assert node is not None
    found: list[DirectiveNode] = [d for d in node.directives or () if d.name.value == name]
    if not found:
        return None
    return {one.name.value: value_from_ast_untyped(one.value) for one in found[0].arguments or ()}


def _arguments(directive: GraphQLDirective) -> list[str]:
    """Return the arguments of a directive as the SDL has them."""
    nodes = [argument.ast_node for argument in directive.args.values()]
    return [print_ast(node).rpartition('"""')[2].strip() for node in nodes if node]


@pytest.mark.parametrize("name", ["cost", "listSize"])
def test_directives_are_defined_as_specified(name: str) -> None:
    specified = build_schema(SPECIFIED + "type Query { a: Int }").get_directive(name)
    defined = SCHEMA.get_directive(name)
    assert specified is not None
    assert defined is not None
    assert set(defined.locations) == set(specified.locations)
    assert _arguments(defined) == _arguments(specified)


WEIGHED = sorted(name for name in FIELDS if _applied(name, "cost"))


def test_fields_that_cost_more_than_to_read_them_have_a_weight() -> None:
    built = build_own_schema(4_096)
    computed = {facts.coordinate for facts in field_facts(built) if facts.is_computed}
    assert set(TYPICAL) <= set(WEIGHED)
    assert computed - set(WEIGHED) == {"Query.rateLimit", "Query.service"}


@pytest.mark.parametrize("coordinate", WEIGHED)
def test_weight_is_the_price_of_a_typical_call(coordinate: str) -> None:
    book = PriceBook(field_facts(build_own_schema(4_096)), Limits(), PrimeRanges(), Overheads())
    price = book.price_of(coordinate)
    applied = _applied(coordinate, "cost")
    assert price is not None
    assert applied is not None
    state, arguments = TYPICAL.get(coordinate) or (
        TYPICAL_PARENTS[coordinate.partition(".")[0]],
        {},
    )
    # A price may note in the state what is paid for.
    points, _ = price(copy.copy(state), arguments)
    points += book.group_points(coordinate)
    assert float(applied["weight"]) == pytest.approx(points, rel=0.5)


LISTS = sorted(
    name for name, field in FIELDS.items() if is_list_type(get_nullable_type(field.type))
)


def _sized_by_parents(coordinate: str) -> bool:
    """Whether every field that leads to the type of a list tells how long that list is."""
    type_name, _, name = coordinate.partition(".")
    leading = [
        parent for parent, field in FIELDS.items() if str(field.type).strip("[]!") == type_name
    ]
    sizes = [_applied(parent, "listSize") for parent in leading]
    return bool(sizes) and all(size and name in size.get("sizedFields", ()) for size in sizes)


@pytest.mark.parametrize("coordinate", LISTS)
def test_every_list_has_a_size(coordinate: str) -> None:
    assert _applied(coordinate, "listSize") or _sized_by_parents(coordinate)


@pytest.mark.parametrize("coordinate", sorted(n for n in FIELDS if _applied(n, "listSize")))
def test_list_sizes_name_what_there_is(coordinate: str) -> None:
    size = _applied(coordinate, "listSize") or {}
    field = FIELDS[coordinate]
    slicing = size.get("slicingArguments", [])
    assert set(slicing) <= field.args.keys()
    returned = SCHEMA.get_type(str(field.type).strip("[]!"))
    for name in size.get("sizedFields", []):
        assert isinstance(returned, GraphQLObjectType)
        assert is_list_type(get_nullable_type(returned.fields[name].type))
    # Where an argument has to say the size there is none to assume, and the other way round.
    assert ("assumedSize" in size) is not size.get("requireOneSlicingArgument", True)
