"""A document beyond a limit is left where that is known; any other is parsed as by graphql-core."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSyntaxError, Lexer, Token, parse
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.limits.document_limits import DocumentLimits, LimitCode
from execution.limits.limited_parser import parse_within
from tests.execution.documents_at_random import ACYCLIC, merges

LIMITS = DocumentLimits()
Shape = Callable[[int], str]


def listed(form: str) -> Shape:
    """Return what repeats a form, in which {n} is the number of the time."""
    return lambda count: " ".join(form.replace("{n}", str(n)) for n in range(count))


def inside(opening: str, form: str, closing: str) -> Shape:
    """Return what repeats a form within a document."""
    return lambda count: f"{opening} {listed(form)(count)} {closing}"


# A shape, what it has too much of, and the most tokens that are read before that is known.
SHAPES: dict[str, tuple[Shape, LimitCode, int]] = {
    "operations": (listed("query Q{n} { a }"), LimitCode.OPERATIONS, 510),
    "fragments": (listed("fragment F{n} on T { a }"), LimitCode.FRAGMENTS, 7_010),
    "variables": (inside("query (", "$v{n}: Int", ") { a }"), LimitCode.VARIABLES, 40_010),
    "arguments": (inside("{ a(", "x: 1", ") }"), LimitCode.ARGUMENTS, 310),
    "arguments of directives": (
        inside("query ($v: Int @d(", "x{n}: 1", ")) { a }"),
        LimitCode.ARGUMENTS,
        310,
    ),
    "entries": (inside("{ a(x: {", "x{n}: 1", "}) }"), LimitCode.OBJECT_FIELDS, 3_010),
    "objects": (inside("{ a(x: [", "{x: 1}", "]) }"), LimitCode.OBJECT_FIELDS, 5_010),
    "levels": (
        lambda count: f"{{ a(x: {'[' * count}{']' * count}) }}",
        LimitCode.VALUE_DEPTH,
        20,
    ),
    "one field": (inside("{", "a { b }", "}"), LimitCode.FIELD_MERGES, 600),
    "one alias": (inside("{", "a: b(x: {n}) { c }", "}"), LimitCode.FIELD_MERGES, 1_700),
    "one field, twice below": (
        inside("{", 'aN: integer(value:"7") { isPrime ... on Integer { isPrime } }', "}"),
        LimitCode.FIELD_MERGES,
        2_500,
    ),
    "pairs below": (inside("{", "a{n}: b { c c c c c }", "}"), LimitCode.FIELD_MERGES, 11_000),
    "inline fragments": (inside("{", "... { a }", "}"), LimitCode.FIELD_MERGES, 700),
    "spreads": (inside("{", "...F{n}", "}"), LimitCode.FIELD_MERGES, 310),
    "spreads in a fragment": (
        inside("fragment F on T {", "...F{n}", "}"),
        LimitCode.FIELD_MERGES,
        310,
    ),
}


def code_of(text: str, limits: DocumentLimits = LIMITS) -> LimitCode | None:
    """Return the limit that a document is beyond, as far as parsing tells."""
    try:
        parse_within(text, limits)
    except GraphQLSyntaxError:
        raise
    except GraphQLError as error:
        return LimitCode((error.extensions or {})["code"])
    return None


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("count", [20_000, 40_000])
def test_what_is_beyond_a_limit_is_not_read(
    shape: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, code, most = SHAPES[shape]
    advance, read = Lexer.advance, [0]

    def counted(lexer: Lexer) -> Token:
        read[0] += 1
        return advance(lexer)

    monkeypatch.setattr(Lexer, "advance", counted)
    assert code_of(make(count)) is code
    assert read[0] <= most


@given(text=ACYCLIC, most=st.integers(0, 6))
@settings(max_examples=400, deadline=None)
def test_only_what_merges_too_often_is_left(text: str, most: int) -> None:
    try:
        document: Any = parse(text, allow_empty_selection_sets=False)
    except GraphQLSyntaxError:
        return
    limits = replace(LIMITS, field_merges=most)
    if code_of(text, limits) is None:
        assert parse_within(text, limits) == document
    else:
        assert merges(document) > most


@pytest.mark.parametrize("text", ["{ a ", "{ a(x: $) }", "{ }", "{ a { } }", '{ a(x: "', "{" * 900])
def test_syntax_is_that_of_graphql_core(text: str) -> None:
    with pytest.raises(GraphQLSyntaxError) as expected:
        parse(text, allow_empty_selection_sets=False)
    with pytest.raises(GraphQLSyntaxError) as found:
        parse_within(text, LIMITS)
    # How deep the parser comes differs; no document is nested so deep.
    if "nested" not in str(expected.value):
        assert str(found.value) == str(expected.value)


def test_ten_thousand_aliases_may_have_a_variable_each() -> None:
    variables = listed("$v{n}: BigInt!")(10_000)
    fields = listed("a{n}: integer(value: $v{n}) { isPrime ...F }")(10_000)
    text = f"query ({variables}) {{ {fields} }} fragment F on Integer {{ value }}"
    assert code_of(text) is None


def test_the_same_fragments_may_meet_in_many_selection_sets() -> None:
    text = inside("{", "a{n}: b { ...F ...G }", "}")(10_000)
    assert code_of(text, replace(LIMITS, field_merges=1)) is None
