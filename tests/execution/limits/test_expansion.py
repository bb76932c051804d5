"""Sums over fragments are those of fragments written out, and cycles end."""

import pytest
from graphql import (
    NoFragmentCyclesRule,
    OverlappingFieldsCanBeMergedRule,
    build_schema,
    parse,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from hypothesis import given, settings

from execution.limits.expansion import CEILING, Introspection, expand, introspect
from execution.limits.field_merges import count_merges
from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import read_definitions
from tests.execution import documents_at_random as at_random

SCHEMA = build_schema("type Query { a: Query b: Query c: Int }")


def _graph(text: str) -> FragmentGraph:
    return FragmentGraph(read_definitions(parse(text)))


def bomb(length: int, width: int = 2) -> str:
    """Return a chain of fragments, each spread ``width`` times by the one before."""
    links = (
        f"fragment F{link} on Query {{ {f'...F{link + 1} ' * width}}}" for link in range(length)
    )
    return f"{{ ...F0 }} {' '.join(links)} fragment F{length} on Query {{ c }}"


@given(at_random.ACYCLIC)
@settings(max_examples=100, deadline=None)
def test_sums_are_those_of_fragments_written_out(text: str) -> None:
    document = parse(text)
    fragments = at_random.fragments_of(document)
    parts = [at_random.expanded(start, fragments) for start in at_random.starting_points(document)]
    visits, fields, depths = zip(*parts, strict=True)
    assert expand(_graph(text))[:3] == (sum(visits), sum(fields), max(depths))


@given(at_random.ACYCLIC)
@settings(max_examples=100, deadline=None)
def test_merges_are_those_of_fields_merged_by_hand(text: str) -> None:
    expected = at_random.merges(parse(text))
    assert count_merges(_graph(text), limit=10**6) == expected


@given(at_random.ANY_GRAPH)
@settings(max_examples=100, deadline=None)
def test_cycles_and_missing_fragments_end(text: str) -> None:
    graph = _graph(text)
    expansion = expand(graph)
    assert 0 <= expansion.visits <= CEILING
    assert count_merges(graph, limit=1_000) >= 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ ...A } fragment A on Query { ...A a }", (1, 1, 1)),
        ("{ ...A } fragment A on Query { a { ...B } } fragment B on Query { ...A b }", (2, 2, 2)),
        ("{ ...None }", (0, 0, 0)),
        ("{ ...A } fragment A on Query { a } fragment A on Query { a b }", (1, 3, 1)),
        ("fragment A on Query { a { c } }", (0, 2, 2)),
        ("{ }", (0, 0, 0)),
        ("type T { a: Int }", (0, 0, 0)),
        ("{ __schema { types { name } } a { b } }", (0, 5, 2)),
    ],
)
def test_expands(text: str, expected: tuple[int, int, int]) -> None:
    assert expand(_graph(text))[:3] == expected


@pytest.mark.parametrize(
    ("text", "parents", "asking"),
    [
        ("{ a b(n: 1) }", 0, 1),
        ("{ a(n: 1) { c(n: 1) ... { d(n: 1) e } } }", 1, 2),
        ("{ a { ...F } b { ...F ...F } } fragment F on T { a(n: 1) { c(n: 1) d } }", 5, 3),
    ],
)
def test_counts_what_is_planned(text: str, parents: int, asking: int) -> None:
    expansion = expand(_graph(text))
    assert (expansion.parents, expansion.asking) == (parents, asking)


@pytest.mark.parametrize("length", [1, 2, 20, 38])
def test_a_bomb_is_counted_without_going_off(length: int) -> None:
    assert expand(_graph(bomb(length))) == (2 ** (length + 1) - 1, 2**length, 1, 0, 0)


@pytest.mark.parametrize(("length", "width"), [(40, 2), (199, 2), (150, 60), (1_500, 3)])
def test_a_large_bomb_is_counted_to_the_ceiling(length: int, width: int) -> None:
    assert expand(_graph(bomb(length, width))) == (CEILING, CEILING, 1, 0, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a { c } }", (0, 0)),
        ("{ __schema { queryType { name } } }", (3, 3)),
        ("{ x: __schema { types { name } } }", (3, 1 + 50 * 2)),
        ('{ a { __type(name: "T") { fields { name kind } } } }', (3, 8 * (1 + 6 * 3))),
        ("{ __schema { ...S } } fragment S on __Schema { types { ...T } }"
         " fragment T on __Type { ... { kind name } }", (3, 1 + 50 * 3)),
        ("{ ...Q ...Q } fragment Q on Query { __schema { description } }", (2, 4)),
    ],
)  # fmt: skip
def test_introspection_is_estimated(text: str, expected: Introspection) -> None:
    assert introspect(_graph(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ a b c }", 0),
        ("{ c c c c }", 6),
        ("{ x: a y: b z: c }", 0),
        ("{ c a: c a { c } }", 1),
        ("{ a { c } a { c b { c } } }", 2),
        ("{ c ...A } fragment A on Query { c }", 1),
        ("{ ...A ...B ...A } fragment A on Query { c } fragment B on Query { c }", 2),
        ("{ a { ...A ...B } b { ...B ...A } }"
         " fragment A on Query { a } fragment B on Query { b }", 1),
        ("{ c } fragment A on Query { c c }", 1),
        ("{ ... { c } ... on Query { c } }", 1),
    ],
)  # fmt: skip
def test_merges(text: str, expected: int) -> None:
    assert count_merges(_graph(text), limit=100) == expected


def test_merges_stop_beyond_the_limit() -> None:
    assert count_merges(_graph("{ " + "a { c } " * 100 + "}"), limit=99) == 4_950


@given(at_random.ANY_GRAPH)
@settings(max_examples=100, deadline=None)
def test_validation_compares_about_as_many_fields(text: str) -> None:
    compared = 0
    genuine = overlapping_fields_can_be_merged.find_conflict

    def counting(*arguments: object) -> object:
        nonlocal compared
        compared += 1
        return genuine(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlapping_fields_can_be_merged, "find_conflict", counting)
        document = parse(text)
        if not validate(SCHEMA, document, [NoFragmentCyclesRule]):
            validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule])
    assert compared <= 4 * count_merges(_graph(text), limit=10**6)
