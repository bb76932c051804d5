"""Every valid operation has a plan, which says whether it can be run, and why not."""

from typing import Any

import pytest
from graphql import build_schema, parse, validate

from execution.documents.prepared_documents import KEPT_PLANS, PreparedDocument, Shared
from execution.documents.prepared_documents import PreparedOperation as Operation

SCHEMA = build_schema("""
    directive @other on FIELD
    type Query { thing(size: Int, parts: [Int!]): Thing  any: Any  plain: Int  opaque: Int }
    type Mutation { change: Int }
    type Thing { one(n: Int): Int }
    union Any = Thing
""")
RESOLVERS: dict[str, Any] = dict.fromkeys(
    ("Query.thing", "Query.any", "Query.plain", "Thing.one"), object()
)


def prepared(text: str, resolvers: dict[str, Any] | None = RESOLVERS) -> Operation:
    document = parse(text)
    assert validate(SCHEMA, document) == []
    operation = PreparedDocument(Shared(SCHEMA, resolvers, {}, False), document).operation(None)
    assert operation is not None
    return operation


def test_a_plan_that_can_be_run_has_no_reason_against_it() -> None:
    plan = prepared("{ a: thing { one } b: thing { one } __typename }").plan({}).plan
    assert plan.stock_reason is None
    assert [group.coordinate for group in plan.selection.groups] == [
        "Query.thing",
        "Query.__typename",
    ]
    assert plan.selection.groups[0].names == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{ thing { one } __schema { types { name } } }", "Query.__schema has no resolver"),
        ("{ opaque }", "Query.opaque has no resolver"),
        ("{ any { __typename } }", "Query.any is abstract"),
        ("mutation { change }", "it is not a query"),
        ("{ plain @other }", "other directives"),
        ("query ($c: Boolean = true) { plain @skip(if: $c) }", "a condition is null"),
    ],
)
def test_a_plan_that_cannot_be_run_says_why(text: str, reason: str) -> None:
    plan = prepared(text).plan({"c": None}).plan
    assert plan.stock_reason is not None
    assert reason in plan.stock_reason
    assert len(plan.selection.names) == len(plan.selection.groups) > 0


def test_without_resolvers_all_is_left_to_the_stock_executor() -> None:
    plan = prepared("{ thing { one } }", None).plan({}).plan
    assert plan.stock_reason == "the stock executor is to run everything"


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("query ($n: Int) { thing(size: $n) { one } }", ()),
        ("query ($n: Int!) { thing(parts: [1, $n]) { one } }", ()),
        ("query ($n: Int) { thing { one(n: $n) } }", ()),
        ("query ($n: Int) { plain thing(size: $n) @skip(if: true) { one } }", ("n",)),
        ("query ($n: Int, $c: Boolean!) { plain thing(size: $n) @skip(if: $c) { one } }", ("n",)),
    ],
)
def test_variables_that_no_selected_field_uses_are_idle(text: str, idle: tuple[str, ...]) -> None:
    assert prepared(text).plan({"c": True}).plan.idle_variables == idle


def test_few_outcomes_of_conditions_are_kept() -> None:
    conditions = range(3)
    declared = " ".join(f"$c{number}: Boolean!" for number in conditions)
    fields = " ".join(f"a{number}: plain @skip(if: $c{number})" for number in conditions)
    operation = prepared(f"query ({declared}) {{ x: plain {fields} }}")
    for outcome in range(8):
        variables = {f"c{number}": bool(outcome >> number & 1) for number in conditions}
        plan = operation.plan(variables)
        assert operation.plan(variables) is plan
        assert operation.is_planned(variables)
        left = [f"a{number}" for number in conditions if not variables[f"c{number}"]]
        assert list(plan.plan.selection.names) == ["x", *left]
        assert len(operation._plans) <= KEPT_PLANS
