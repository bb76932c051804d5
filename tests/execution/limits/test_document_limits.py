"""Every limit at its bound and one above; batches pass, attacks do not reach validation."""

from dataclasses import fields, replace

import pytest
from graphql import GraphQLError, build_schema, get_introspection_query, parse, validate

from execution.documents.error_locations import locate_errors, release_text
from execution.limits.document_limits import (
    DocumentLimits,
    LimitCode,
    check_document,
    check_text,
)
from execution.limits.limited_parser import parse_within
from tests.execution.limits.test_expansion import bomb

LIMITS = DocumentLimits()
SCHEMA = build_schema("type Query { a(n: Int): Query b: Query c: Int }")


def refusal(text: str, limits: DocumentLimits = LIMITS) -> GraphQLError | None:
    """Return what the checks say, in the order in which an executor makes them."""
    error = check_text(text, limits)
    if error is None:
        try:
            document = parse_within(text, limits)
        except GraphQLError as beyond:
            return beyond
        release_text(document)
        checked = check_document(document, limits)
        error = checked if isinstance(checked, GraphQLError) else None
    return error


def verdict(text: str) -> object:
    """Return the code of a refused document, the number of errors of one that is validated."""
    error = refusal(text)
    if error is not None:
        return (error.extensions or {})["code"]
    document = parse(text)
    release_text(document)
    errors = validate(SCHEMA, document)
    locate_errors(errors, text)
    return len(errors)


INTROSPECTION = "{ __schema { types { name } } }"
SHARED = "query A { ...F } query B { ...F } fragment F on Query { c }"


@pytest.mark.parametrize(
    ("name", "bound", "within", "beyond", "message"),
    [
        ("bytes", 5, "{ c }", "{ c  }", "6 bytes; the limit is 5"),
        ("bytes", 6, "#é\n{c", "#éé{}", "7 bytes; the limit is 6"),
        ("tokens", 3, "{ c } # }", "{ c c }", "4 tokens; the limit is 3"),
        ("comments", 1, "{ c } # #", "{ c } #\n#", "2 comments; the limit is 1"),
        (
            "directives",
            1,
            "{ c @skip(if: true) } # @",
            "query @a { c @b }",
            "2 directives; the limit is 1",
        ),
        (
            "operations",
            1,
            "{ ...F } fragment F on Query { c }",
            "query A { c } query B { c }",
            "more than 1 operations; the limit is 1",
        ),
        (
            "fragments",
            1,
            "{ ...F } fragment F on Query { c }",
            "{ ...F } fragment F on Query { c } fragment G on Query { c }",
            "more than 1 definitions of fragments; the limit is 1",
        ),
        (
            "variables",
            2,
            "query A($n: Int) { c } query B($m: Int) { c }",
            "query A($n: Int) { c } query B($n: Int, $m: Int) { c }",
            "more than 2 variables; the limit is 2",
        ),
        (
            "arguments",
            2,
            "{ a(x: 1, y: 2) { c @d(x: 1, y: 2) } b(x: 1, y: $v) }",
            "{ a(x: 1, y: 2) { c @d(x: 1, y: 2, z: 3) } }",
            "more than 2 arguments of one field or directive; the limit is 2",
        ),
        (
            "object_fields",
            2,
            "query A($n: Int = {x: 1}) { a(n: [{y: {}}]) }",
            "query A($n: Int = {x: 1}) { a(n: [{y: {z: 1}}]) }",
            "more than 2 entries of objects; the limit is 2",
        ),
        (
            "value_depth",
            2,
            "query A($n: Int = [[1] [2]]) { a(n: [[], {y: 1}, {}]) }",
            "{ a(n: [1, {y: [2]}]) }",
            "more than 2 levels of lists and objects in one value; the limit is 2",
        ),
        (
            "shared_fragments",
            2 * 25,
            SHARED,
            SHARED.replace("c }", "c  }"),
            "52 characters of fragments times operations; the limit is 50",
        ),
        (
            "name_length",
            3,
            "{ a bcd: c }",
            "{ bcde: c }",
            "4 characters in one name; the limit is 3",
        ),
        (
            "name_length",
            3,
            "query abc { __a }",
            "query abcd { c }",
            "4 characters in one name; the limit is 3",
        ),
        (
            "fragment_visits",
            1,
            "{ ...F } fragment F on Query { c }",
            "{ ...F ...F } fragment F on Query { c }",
            "2 visits to fragments; the limit is 1",
        ),
        (
            "fields",
            2,
            "{ ...F ...F } fragment F on Query { c }",
            "{ ...F b { ...F } } fragment F on Query { c }",
            "3 fields, its fragments expanded; the limit is 2",
        ),
        (
            "depth",
            2,
            "{ a { ... { ...F } } } fragment F on Query { c }",
            "{ a { ...F } } fragment F on Query { b { c } }",
            "3 levels of fields; the limit is 2",
        ),
        (
            "introspection_depth",
            3,
            INTROSPECTION,
            "{ __schema { types { ofType { name } } } }",
            "4 levels of introspection fields; the limit is 3",
        ),
        (
            "introspection_values",
            101,
            INTROSPECTION,
            "{ __schema { types { name } description } }",
            "102 values of introspection, as estimated; the limit is 101",
        ),
        (
            "field_merges",
            1,
            "{ c c }",
            "{ c c a { c c } }",
            "more than 1 pairs of fields or fragments to merge; the limit is 1",
        ),
    ],
)
def test_each_limit_at_its_bound_and_beyond(
    name: str, bound: int, within: str, beyond: str, message: str
) -> None:
    limits = replace(LIMITS, **{name: bound})
    if name == "bytes":
        assert check_text(within, limits) is None
        error = check_text(beyond, limits)
    else:
        assert refusal(within, limits) is None
        error = refusal(beyond, limits)
    assert error is not None
    assert error.message == f"the document has {message}"
    assert error.extensions == {"code": LimitCode[name.upper()]}
    assert error.formatted["extensions"] == {"code": f"MAX_{name.upper()}_LIMIT"}


def test_every_limit_has_a_code_of_its_own() -> None:
    assert {field.name.upper() for field in fields(DocumentLimits)} == set(LimitCode.__members__)
    assert len(set(LimitCode)) == len(LimitCode.__members__)


def test_every_bound_can_be_lowered_to_nothing() -> None:
    nothing = DocumentLimits(**{field.name: 0 for field in fields(DocumentLimits)})
    assert check_text("", nothing) is None
    assert check_document(parse("type T { a: Int }"), nothing) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "alias",
    [
        "a{0}: integer(value: {0}) {{ isPrime }}",
        "a{0}: integer(value: {0}) {{ ...Facts }}",
        "a{0}: integer(value: {0}) {{ value ...Facts }}",
        "a{0}: isPrime # {0}\n",
    ],
)
def test_ten_thousand_aliases_pass(alias: str) -> None:
    facts = " fragment Facts on Integer { value isPrime nextPrime previousPrime }"
    aliases = " ".join(alias.format(number) for number in range(10_000))
    assert refusal(f"{{ {aliases} }}{facts}") is None


@pytest.mark.parametrize("type_depth", [7, 9])
def test_the_introspection_of_tools_passes(type_depth: int) -> None:
    text = get_introspection_query(
        descriptions=True,
        specified_by_url=True,
        directive_is_repeatable=True,
        schema_description=True,
        input_value_deprecation=True,
        one_of=True,
        type_depth=type_depth,
    )
    assert refusal(text) is None


def fragments(count: int, body: str) -> str:
    """Return a document that spreads ``count`` fragments side by side."""
    spreads = " ".join(f"...F{number}" for number in range(count))
    bodies = (f"fragment F{n} on Query {{ {body.format(n)} }}" for n in range(count))
    return f"{{ {spreads} }} {' '.join(bodies)}"


def nested(length: int, opening: str) -> str:
    """Return selections that open ``length`` times."""
    return f"{{ {opening * length} c {'}' * length} }}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (bomb(20), LimitCode.FRAGMENT_VISITS),
        (bomb(190), LimitCode.FRAGMENT_VISITS),
        (bomb(140, 1), 0),
        (bomb(150, 1), LimitCode.FIELD_MERGES),
        ("{ " + "c " * 10_000 + "}", LimitCode.FIELD_MERGES),
        ("{ " + "a(n: 1) { c } " * 1_000 + "}", LimitCode.FIELD_MERGES),
        (fragments(300, "x: a(n: {0}) {{ c }}"), LimitCode.FIELD_MERGES),
        (fragments(300, "x{0}: c"), LimitCode.FIELD_MERGES),
        (fragments(90, "x{0}: c"), 0),
        (nested(150, "a { "), LimitCode.DEPTH),
        (nested(150, "... { "), 0),
        ("{ __schema { types { " + "fields { type { " * 40 + "name" + " } } " * 40 + "} } }",
         LimitCode.INTROSPECTION_DEPTH),
        ("{ " + " ".join(f"x{n}: __schema {{ types {{ name }} }}" for n in range(1_000)) + "}",
         LimitCode.INTROSPECTION_VALUES),
        ("{ " + " ".join(f'x{n}: __type(name: "Query") {{ fields {{ name }} }}'
                         for n in range(1_000)) + "}", LimitCode.INTROSPECTION_VALUES),
        ("{ c " + "@skip(if: true) " * 10_000 + "}", LimitCode.DIRECTIVES),
        (" ".join(f"query Q{n} {{ c }}" for n in range(1_000)), LimitCode.OPERATIONS),
        (" ".join(f"query Q{n} {{ ...F }}" for n in range(100))
         + " fragment F on Query { " + " ".join(f"x{n}: c" for n in range(3_000)) + "}",
         LimitCode.SHARED_FRAGMENTS),
        ("{ c }" + "#\n" * 20_000, LimitCode.COMMENTS),
        ("{ c }" + " " * 10_000_000, LimitCode.BYTES),
        ("{ c }#" + "#" * 1_000_000, 0),
        ("{ " + "x" * 100_000 + ": c }", LimitCode.NAME_LENGTH),
        ("{ c " + "{" * 200_000, LimitCode.TOKENS),
        ("\n" * 900_000 + "{ " + " ".join(f"x{n}" for n in range(200)) + "}", 101),
        ("{ ...A } fragment A on Query { b { ...B } } fragment B on Query { b { ...A } }", 1),
        (fragments(100, "...F0"), 1),
    ],
    ids=lambda value: str(value)[:40],
)  # fmt: skip
def test_attacks_end_before_they_cost(text: str, expected: object) -> None:
    assert verdict(text) == expected
