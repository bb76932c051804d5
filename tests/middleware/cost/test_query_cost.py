"""The price of a document is that of the fields it runs, each as often as it runs."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    build_schema,
    get_introspection_query,
    get_operation_ast,
    get_variable_values,
    parse,
)

from middleware.cost.estimate import Estimate
from middleware.cost.price_protocols import Priced, PriceFunction, ScaleFunction, SizeFunction
from middleware.cost.query_cost import OperationPrice, QueryPricer
from tests.plans import plan_of

SCHEMA = build_schema("""
    type Query {
      thing(size: Int! = 10, parts: [Int!]): Thing
      things(count: Int!): [Thing!]
      free: Int
    }
    type Thing { one: Int hundred: Int inner: Thing parts(first: Int = 5): [Thing!] }
""")

# Powers of a thousand tell from a total how often each field was counted.
ONE, HUNDRED, INNER, THING, LIST = 1, 10**3, 10**6, 10**9, 10**12


COERCED = 10**15


class Book:
    """Prices that say which field was priced."""

    def coercion_points(self, value: Any) -> float:
        """Return a price for each value of a list."""
        return COERCED * (len(value) if isinstance(value, list) else 1)

    request_points = 0.0

    def group_points(self, coordinate: str) -> float:
        """Return nothing."""
        return 0.0

    def __init__(self) -> None:
        self.calls = 0
        self.arguments: list[Mapping[str, Any]] = []

    def scale_function(self, coordinate: str) -> ScaleFunction | None:
        """Return the tens of an argument, if it has few digits."""

        def tens(arguments: Mapping[str, Any]) -> int | None:
            size: int = arguments["size"]
            return size // 10 if size < 1_000 else None

        return tens if coordinate == "Query.thing" else None

    def is_scaled(self, coordinate: str) -> bool:
        """Return that all fields of things are but one."""
        return coordinate != "Thing.hundred"

    def size_of(self, coordinate: str) -> SizeFunction:
        """Return a size of one byte for every field."""
        return lambda _state: 1.0

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return a price that does not depend on anything."""

        def constant(points: float) -> PriceFunction:
            def price(state: Any, arguments: Mapping[str, Any]) -> Priced:
                self.calls += 1
                self.arguments.append(arguments)
                count = arguments.get("count", arguments.get("first", 1))
                return points, ((state, count),)

            return price

        prices = {
            "Query.thing": THING,
            "Query.things": LIST,
            "Query.free": 0,
            "Thing.one": ONE,
            "Thing.hundred": HUNDRED,
            "Thing.inner": INNER,
            "Thing.parts": LIST,
        }
        return constant(prices[coordinate])

    def is_lasting(self, coordinate: str) -> bool:
        """Whether the price never changes."""
        return coordinate != "Thing.hundred"

    def root_state(self) -> Any:
        """Return nothing."""
        return None


def _compiled(
    text: str | DocumentNode, book: Book | None = None, variables: Mapping[str, Any] | None = None
) -> OperationPrice:
    return QueryPricer(SCHEMA, book or Book()).compile(plan_of(SCHEMA, text, variables))


def _coerced(text: str, variables: dict[str, Any]) -> dict[str, Any]:
    operation = get_operation_ast(parse(text), None)
    assert operation is not None
    values = get_variable_values(SCHEMA, operation.variable_definitions or (), variables)
    assert not isinstance(values, list)
    return values.coerced


def _price(text: str, **variables: Any) -> Estimate:
    coerced = _coerced(text, variables)
    return _compiled(text, variables=coerced).price(coerced)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ thing { one } }", THING + ONE),
        ("{ thing { one hundred } }", THING + ONE + HUNDRED),
        ("{ a: thing { one } b: thing { one } }", 2 * (THING + ONE)),
        ("{ thing { one } thing { one hundred } }", THING + ONE + HUNDRED),
        ("{ thing { one one a: one b: one } }", THING + 3 * ONE),
        ("{ thing { ...F ...F one } } fragment F on Thing { one hundred }", THING + ONE + HUNDRED),
        ("{ thing { ... { one } ... on Thing { one hundred } } }", THING + ONE + HUNDRED),
        ("{ thing { inner { one } inner { hundred } } }", THING + INNER + ONE + HUNDRED),
        ("{ things(count: 3) { one parts { hundred } } }", LIST + 3 * (ONE + LIST + 5 * HUNDRED)),
        (
            "{ things(count: 3) { parts(first: 4) { parts(first: 2) { one } } } }",
            LIST + 3 * (LIST + 4 * (LIST + 2 * ONE)),
        ),
        ("{ thing { one @skip(if: true) hundred @include(if: false) } }", THING),
        ("{ thing { one @skip(if: false) hundred @include(if: true) } }", THING + ONE + HUNDRED),
        ("{ thing { ... @skip(if: true) { one } ...F @include(if: false) } } "
         "fragment F on Thing { one }", THING),
    ],
)  # fmt: skip
def test_fields_are_counted_as_often_as_they_run(text: str, points: float) -> None:
    assert _price(text).points == points


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("{ thing { one } }", 2),
        ("{ thing { one a: one b: one } }", 4),
        ("{ things(count: 3) { one parts { hundred } } }", 1 + 3 * (1 + 1 + 5)),
        ("{ a: thing { one } b: thing { one } }", 4),
    ],
)
def test_size_counts_every_value_that_is_shown(text: str, values: float) -> None:
    assert _price(text).size == values


CONDITIONAL = """query ($x: Boolean = false, $y: Boolean!) {
    thing { one @skip(if: $x) hundred @include(if: $y) }
}"""


@pytest.mark.parametrize(
    ("variables", "points"),
    [
        ({"y": True}, THING + ONE + HUNDRED),
        ({"x": True, "y": True}, THING + HUNDRED),
        ({"x": False, "y": False}, THING + ONE),
        ({"x": True, "y": False}, THING),
    ],
)
def test_conditions_follow_their_variables(variables: dict[str, bool], points: float) -> None:
    assert _price(CONDITIONAL, **variables).points == points


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("{ thing { one } }", {}, {"size": 10}),
        ("{ thing(size: 3) { one } }", {}, {"size": 3}),
        ("{ thing(parts: 4) { one } }", {}, {"size": 10, "parts": [4]}),
        ("query ($s: Int!) { thing(size: $s) { one } }", {"s": 7}, {"size": 7}),
        ("query ($s: Int = 8) { thing(size: $s) { one } }", {}, {"size": 8}),
        ("query ($s: Int) { thing(size: $s) { one } }", {}, {"size": 10}),
        ("query ($p: [Int!]) { thing(parts: $p) { one } }", {}, {"size": 10}),
        ("query ($p: [Int!]) { thing(parts: $p) { one } }", {"p": None},
         {"size": 10, "parts": None}),
        ("query ($s: Int!) { thing(parts: [1, $s]) { one } }", {"s": 2},
         {"size": 10, "parts": [1, 2]}),
    ],
)  # fmt: skip
def test_arguments_are_those_of_execution(
    text: str, variables: dict[str, Any], expected: dict[str, Any]
) -> None:
    book = Book()
    _compiled(text, book).price(_coerced(text, variables))
    assert book.arguments[0] == expected


def test_what_cannot_change_is_priced_once() -> None:
    book = Book()
    price = _compiled(
        "query ($n: Int!) { a: thing { one } b: thing { hundred } things(count: $n) { one } }", book
    )
    price.price({"n": 1})
    first = book.calls
    estimate = price.price({"n": 2})
    assert estimate.points == 2 * THING + ONE + HUNDRED + LIST + 2 * ONE
    assert (first, book.calls - first) == (6, 4)


def test_estimate_names_the_costliest_field_and_every_root_field() -> None:
    estimate = _price("{ a: thing { one } b: things(count: 2) { c: parts(first: 1) { one } } }")
    assert estimate.costliest == ("b", "c")
    assert estimate.costliest_points == 2 * LIST
    assert list(estimate.root_fields) == [("a", THING + ONE), ("b", 3 * LIST + 2 * ONE)]
    assert estimate.is_complete


def test_pricing_stops_at_enough() -> None:
    text = "{" + " ".join(f"a{i}: thing {{ hundred }}" for i in range(100)) + "}"
    book = Book()
    estimate = _compiled(text, book).price({}, enough=10 * THING)
    assert not estimate.is_complete
    assert 10 * THING < estimate.points < 12 * THING
    assert book.calls < 25


def test_aliases_that_ask_the_same_of_one_object_are_priced_in_one_go() -> None:
    book = Book()
    text = "{ thing { " + " ".join(f"a{i}: one" for i in range(1000)) + " } }"
    assert _compiled(text, book).price({}).points == THING + 1000 * ONE
    assert book.calls == 3


def test_introspection_has_a_price() -> None:
    assert _price("{ __typename free }").points > 0
    small = _price("{ __schema { queryType { name } } }").points
    named = _price('{ __type(name: "Thing") { fields { name args { name } } } }').points
    whole = _price(get_introspection_query()).points
    assert small < named < whole


def test_what_the_stock_executor_runs_costs_more() -> None:
    described = "d: __schema { queryType { name } }"
    more = _price(f"{{ free {described} }}").points - _price(f"{{ {described} }}").points
    # In this book a field takes one byte, and the field is free where a plan runs it.
    assert more == pytest.approx(1.8e-4)
    assert _price("{ free }").points == 0


class Incomplete(Book):
    """Prices with one left out."""

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return all prices but one."""
        return None if coordinate == "Thing.inner" else super().price_of(coordinate)


def test_a_field_without_a_price_is_named() -> None:
    with pytest.raises(LookupError, match=r"Thing\.inner has no price"):
        QueryPricer(SCHEMA, Incomplete())


def test_abstract_types_are_refused() -> None:
    schema = build_schema("type Query { a: U } union U = Thing type Thing { one: Int }")
    with pytest.raises(LookupError, match="U is abstract"):
        QueryPricer(schema, Book())


def test_fragments_spread_twice_are_looked_at_once() -> None:
    # Expanded they would come to 2^60 fields.
    fragments = [f"fragment F{i} on Thing {{ ...F{i + 1} ...F{i + 1} }}" for i in range(60)]
    text = "{ thing { ...F0 } } " + " ".join(fragments) + " fragment F60 on Thing { one }"
    # Validation would expand them.
    assert _compiled(parse(text)).price({}).points == THING + ONE


def test_a_field_without_a_value_that_it_needs_is_priced_as_refused() -> None:
    text = "query ($n: Int = 3) { things(count: $n) { one } }"
    assert _price(text).points == LIST + 3 * ONE
    assert 0 < _price(text, n=None).points < 1
    text = "query ($n: Int) { thing(parts: [1, $n]) { one } }"
    refused = _compiled(parse(text), variables={"n": None}).price({"n": None})
    assert 0 < refused.points < 1


@pytest.mark.parametrize("variables", [{}, {"parts": [1, 2, 3, 4, 5]}])
def test_variables_of_skipped_fields_are_paid_for(variables: dict[str, Any]) -> None:
    text = """query ($parts: [Int!] = [1, 2, 3, 4, 5], $skip: Boolean! = true) {
      free thing(parts: $parts) @skip(if: $skip) { one } }"""
    assert _price(text, **variables).points == 5 * COERCED
    # A field that asks with them has them in its own price.
    assert _price(text, **variables, skip=False).points == THING + ONE


def test_long_selections_are_priced_by_turns() -> None:
    text = "{ " + " ".join(f"a{k}: thing(size: {k}) {{ one }}" for k in range(1_000)) + " }"
    assert len(list(_compiled(text).price_by_turns({}))) == 4


def test_a_price_is_known_from_values_of_one_scale() -> None:
    price = _compiled("query ($size: Int!) { thing(size: $size) { one } }")
    assert price.known_price({"size": 10}) is None
    estimate = price.price({"size": 10})
    # Of one scale by the book: as many tens.
    assert price.known_price({"size": 11}) == estimate == price.price({"size": 11})
    assert price.known_price({"size": 1_000}) is None
    assert price.known_price({"size": 11}, enough=estimate.points - 0.1) is None


def test_a_price_without_variables_is_known_once_it_was_asked_for() -> None:
    price = _compiled("{ thing(size: 10) { one } }")
    assert price.known_price({}) is None
    assert price.price({}) == price.known_price({})


@pytest.mark.parametrize(
    "text",
    [
        "query ($n: Int!) { a: thing(size: $n) { one } b: thing(size: $n) { one } }",
        "query ($n: Int!) { thing(size: $n) { hundred } }",
        "query ($n: Int!, $i: Int) { thing(size: $n) { parts(first: $i) @skip(if: true) { one }}}",
    ],
    ids=["two fields", "a price that changes", "an idle variable"],
)
def test_other_prices_are_not_taken_for_known(text: str) -> None:
    price = _compiled(text)
    price.price({"n": 10})
    assert price.known_price({"n": 10}) is None


def _sized(fields: str, *sizes: int) -> tuple[Book, Estimate]:
    """Return the price of an alias for each size, given by variables, and its book."""
    names = [f"v{k}" for k in range(len(sizes))]
    asked = " ".join(f"{name}: thing(size: ${name}) {{ {fields} }}" for name in names)
    declared = ", ".join(f"${name}: Int!" for name in names)
    book = Book()
    price = _compiled(f"query ({declared}) {{ {asked} }}", book)
    return book, price.price(dict(zip(names, sizes, strict=True)))


@pytest.mark.parametrize(
    ("fields", "sizes", "calls"),
    [
        ("one", (10, 11, 19), 2),
        ("one inner { one }", (10, 11, 19, 20), 8),
        ("one", (10, 1_000, 1_000), 6),
        ("hundred", (10, 11), 4),
        ("parts(first: 3) { one }", (10, 11), 3),
    ],
)
def test_aliases_of_one_size_are_priced_once(
    fields: str, sizes: tuple[int, ...], calls: int
) -> None:
    book, estimate = _sized(fields, *sizes)
    assert book.calls == calls
    alone = _sized(fields, sizes[0])[1].points
    assert estimate.points == alone * len(sizes)


def test_costliest_of_what_is_known_by_its_size_is_named_by_its_own_alias() -> None:
    text = """query ($a: Int!) { first: thing(size: $a) { one } many: things(count: 2) { one }
      second: thing(size: $a) { one } }"""
    assert _compiled(text).price({"a": 10}).costliest == ("many",)
    price = _compiled("query ($a: Int!) { x: thing(size: $a) { one } }")
    assert [price.price({"a": size}).costliest for size in (10, 10, 2_000)] == [("x",)] * 3


class GroupBook(Book):
    """A book in which a field costs something however many values it has."""

    def group_points(self, coordinate: str) -> float:
        """Return a price of each field."""
        return {"Query.thing": 0.5, "Query.things": 0.25, "Thing.one": 0.125}.get(coordinate, 0.0)


def test_siblings_of_one_shape_are_resolved_once() -> None:
    text = (
        "{ a: thing { one } b: thing { one } c: thing { hundred one } d: things(count: 2) { one } }"
    )
    points = _compiled(text, GroupBook()).price({}).points
    fields = 3 * (THING + ONE) + HUNDRED + LIST + 2 * ONE
    assert points == fields + (0.5 + 0.125) + (0.5 + 0.125) + (0.25 + 0.125)
