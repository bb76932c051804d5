"""Errors are located where graphql-core would locate them, without its text."""

import gc

import pytest
from graphql import GraphQLError, build_schema, execute_sync, parse, validate
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.documents.error_locations import locate_errors, release_text

SCHEMA = build_schema("type Query { broken: Int here: Query }")


def _refuse(*_: object) -> None:
    raise ValueError("no")


assert SCHEMA.query_type is not None
SCHEMA.query_type.fields["broken"].resolve = _refuse
SCHEMA.query_type.fields["here"].resolve = lambda *_: {}

GAPS = st.lists(
    st.sampled_from(["\n", "\r", "\r\n", " ", ",", "\ufeff", "#é\n", "\t"]), max_size=5
).map("".join)
WORDS = st.sampled_from(
    ["broken", "broken @skip(if:false)@skip(if:false)", "x", "here{ y broken }"]
)


@given(st.lists(st.tuples(GAPS, WORDS).map("".join), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_validation_errors_are_where_they_were(parts: list[str]) -> None:
    text = "\n{" + " ".join(parts) + "\r}"
    expected = validate(SCHEMA, parse(text))
    document = parse(text)
    release_text(document)
    errors = validate(SCHEMA, document)
    locate_errors(errors, text)
    assert [error.formatted for error in errors] == [error.formatted for error in expected]


def test_released_document_ends_without_the_collector() -> None:
    gc.collect()
    gc.disable()
    try:
        document = parse("{ a1: broken # 7 \n a2: here { broken } }")
        release_text(document)
        del document
        assert gc.collect() == 0
    finally:
        gc.enable()


@given(st.lists(GAPS, min_size=2, max_size=6))
@settings(max_examples=30, deadline=None)
def test_execution_errors_are_where_they_were(gaps: list[str]) -> None:
    fields = " ".join(
        f"{gap}a{place}:broken here{{{gap}broken {gap}broken}}" for place, gap in enumerate(gaps)
    )
    text = f"\r\n{{ {fields} }}"
    expected = execute_sync(SCHEMA, parse(text)).errors
    document = parse(text)
    release_text(document)
    errors = execute_sync(SCHEMA, document).errors
    assert errors
    assert expected
    locate_errors(errors, text)
    locate_errors(errors, text)
    assert [error.formatted for error in errors] == [error.formatted for error in expected]


def test_an_error_without_a_place_stays_without() -> None:
    error = GraphQLError("no")
    locate_errors([error], "{ a }")
    assert error.locations is None


def test_a_document_without_locations_is_left_alone() -> None:
    document = parse("{ broken }", no_location=True)
    release_text(document)
    assert document.loc is None


def test_errors_after_long_texts_need_no_text() -> None:
    text = "\n" * 500_000 + "{" + "x y " * 50 + "}"
    document = parse(text)
    release_text(document)
    errors = validate(SCHEMA, document)
    locate_errors(errors, text)
    # The hundredth error is the last that validation finds.
    assert errors[99].locations == [(500_001, 200)]


@pytest.mark.parametrize("text", ["{", "\r{ a(", "\n\n{ a ? }"])
def test_a_syntax_error_is_located_already(text: str) -> None:
    with pytest.raises(GraphQLError) as caught:
        parse(text)
    before = caught.value.formatted
    locate_errors([caught.value], text)
    assert caught.value.formatted == before
