"""Texts that differ only in numbers share one document, and are answered as if they did not."""

import random
import re
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from execution.executor import BoundOperation, DocumentExecutor, Outcome
from execution.limits.document_limits import DocumentLimits

SDL = """
scalar Big
type Echo { said: String more(n: Int): Echo }
type Query {
  echo(n: Int, s: String, b: Big, bs: [Big!], ns: [Int], f: Float, id: ID): Echo
  fail(b: Big): String
}
"""


def _schema() -> GraphQLSchema:
    schema = build_schema(SDL)
    big: Any = schema.get_type("Big")
    big.coerce_input_value = _big
    big.coerce_input_literal = lambda node, _variables=None: _big(node.value)
    assert schema.query_type is not None
    fields = schema.query_type.fields
    fields["echo"].resolve = lambda _source, _info, **given: repr(sorted(given.items()))
    fields["fail"].resolve = _fail
    echo: Any = schema.get_type("Echo")
    echo.fields["said"].resolve = lambda source, _info: source
    echo.fields["more"].resolve = lambda source, _info, n=0: f"{source} {n}"
    return schema


def _big(value: Any) -> int:
    if not re.fullmatch("-?(0|[1-9][0-9]*)", str(value)) or len(str(value)) > 25:
        raise ValueError("not big")
    return int(value)


def _fail(_source: Any, _info: Any, b: int = 0) -> None:
    raise ValueError(f"no {b}")


SCHEMA = _schema()


def executor() -> DocumentExecutor:
    return DocumentExecutor(SCHEMA, DocumentLimits(), digit_scalars={"Big": 4_096})


async def outcome(executor: DocumentExecutor, text: str, values: Any = None) -> tuple[Any, ...]:
    bound = await executor.bind(text, values, None, None)
    found: Outcome = await bound.run() if isinstance(bound, BoundOperation) else bound
    return found.phase, found.data, [error.formatted for error in found.errors]


async def is_shared(first: str, second: str, third: str) -> bool:
    """Return whether a third text is known once two others were read; they answer the same."""
    one = executor()
    for text in (first, second):
        assert await outcome(one, text) == await outcome(executor(), text)
    is_known = one.is_known(third)
    assert await outcome(one, third) == await outcome(executor(), third)
    return is_known


@pytest.mark.parametrize(
    "text",
    [
        '{ echo(b: "1") { said } }',
        "{ echo(b: 1) { said } }",
        "{\n  a0: echo(b: -1, n: 1) { said }\n  a1: echo(n: 12) { said } }",
        "{ echo(bs: [1, 1, 1], ns: [1]) { said } }",
        '{ echo(bs: ["1" "1"]) { said } }',
        'query Q1($s: String) { a: echo(s: $s, b: "1") { said } fail(b: 1) }',
        "{ echo(b: 1) { more(n: 1) { said } } }",
        "{ echo { more(n: 1) { x: more(n: 1) { said } more(n: 29) { said } } } }",
    ],
)
async def test_numbers_of_arguments_may_differ(text: str) -> None:
    other, third = re.sub(r"\b1\b", "29", text), re.sub(r"\b1\b", "333", text)
    assert await is_shared(text, other, third)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ('{ echo(s: "1", b: 1) { said } }', '{ echo(s: "2", b: 1) { said } }'),
        ('{ echo(id: "1", b: 1) { said } }', '{ echo(id: "2", b: 1) { said } }'),
        ("{ echo(id: 1, b: 1) { said } }", "{ echo(id: 2, b: 1) { said } }"),
        ("{ echo(f: 1, b: 1) { said } }", "{ echo(f: 2, b: 1) { said } }"),
        ('{ echo(s: "a 1 b", b: 1) { said } }', '{ echo(s: "a 2 b", b: 1) { said } }'),
        ('{ echo(s: """1""", b: 1) { said } }', '{ echo(s: """2""", b: 1) { said } }'),
        (
            "{ echo(b: 1) { more(n: 1) { said } } x: echo(b: 1) { said } }",
            "{ echo(b: 1) { more(n: 2) { said } } x: echo(b: 1) { said } }",
        ),
        (
            "{ echo(b: 1) { more(n: 1) { said } more(n: 1) { said } } }",
            "{ echo(b: 1) { more(n: 1) { said } more(n: 2) { said } } }",
        ),
        (
            "{ echo(b: 1) { ... { more(n: 1) { said } } } }",
            "{ echo(b: 1) { ... { more(n: 2) { said } } } }",
        ),
        ("{ echo(b: 1) { said } # 1 \n}", "{ echo(b: 1) { said } # 2 \n}"),
        ("{ echo(bs: [1, # 1 \n 1]) { said } }", "{ echo(bs: [1, # 2 \n 1]) { said } }"),
    ],
)
async def test_other_numbers_must_be_the_same(text: str, changed: str) -> None:
    assert not await is_shared(text, text.replace("b: 1", "b: 5"), changed)


@pytest.mark.parametrize(
    "text",
    [
        "{ a: echo(b: 1) { said } a: echo(b: 1) { said } }",
        "{ ... { echo(b: 1) { said } } }",
        "{ ...F echo(b: 1) { said } } fragment F on Query { echo(b: 1) { said } }",
        "query A { echo(b: 1) { said } } query B { echo(b: 1) { said } }",
        "query ($n: Int = 1) { echo(n: $n) { said } }",
        "query ($n: Int) { echo(n: $n, f: 1) { said } }",
        '{ echo(s: "\0", b: 1) { said } }',
    ],
)
async def test_in_doubt_nothing_is_shared(text: str) -> None:
    other, third = re.sub(r"\b1\b", "29", text), re.sub(r"\b1\b", "333", text)
    assert not await is_shared(text, other, third)


@pytest.mark.parametrize(
    "number",
    ["007", "-0", "--1", "1e3", "1.5", "0x1", "99999999999", "٣", "+1", "1_0", "", '1"', "12 34"],
)
@pytest.mark.parametrize(
    "text", ["{ echo(n: %s) { said } }", '{ fail(b: "%s") \n echo(n: 4) { said } }']
)
async def test_what_may_be_wrong_is_read_as_it_stands(text: str, number: str) -> None:
    one = executor()
    for known in ("5", "77"):
        await outcome(one, text % known)
    assert await outcome(one, text % number) == await outcome(executor(), text % number)


async def test_number_taken_for_a_gap_is_not_one() -> None:
    one = executor()
    for text in ("{ echo(n: 5) { said } }", "{ echo(n: 6) { said } }"):
        await outcome(one, text)
    gap = "{ echo(n: \0) { said } }"
    assert await outcome(one, gap) == await outcome(executor(), gap)


@pytest.mark.parametrize("inner", ["echo(bs: [4, 7]) { said }", "a: fail(b: 4) b: fail(b: 7)"])
@pytest.mark.parametrize("gap", ["# \0 \n", "# \0 \0 \n", "# 9 \0 \n"])
async def test_gap_in_a_comment_is_not_taken_for_a_number(gap: str, inner: str) -> None:
    one = executor()
    commented = gap.replace("\0", "8")
    for text in (f"{gap}{{ {inner} }}", f"{commented}{{ {inner} }}", f"{commented}{{ {inner} }}"):
        assert await outcome(one, text) == await outcome(executor(), text)


async def test_errors_are_told_where_they_are() -> None:
    one = executor()
    text = '{ a: fail(b: "%s") b: fail(b: %s)\n  c: fail(b: "%s") d: fail }'
    for numbers in (("1", "2", "3"), ("12", "3456", "7"), ("7", "-8", "123456789012")):
        found = await outcome(one, text % numbers)
        assert found == await outcome(executor(), text % numbers)
        assert [error["message"] for error in found[2]] == [
            f"no {number}" for number in (*numbers, "0")
        ]


PIECES = [
    "{ ", "} ", "a1: ", "echo", "fail", '(b: "1") ', "(n: 1, b: 12) ", "(bs: [1, 2,3]) ",
    '(s: "x 1 # y", b: 4) ', "{ said } ", "{ m1: more(n: 3) { said } } ", '# 5 "7" \n', "\n",
    '(s: """ 1 " 2 """ b: "6") ', '(s: "\\" 8 ", n: 9) ', "a2: ", "query Q1 ", ", ", "[ 1 ] ",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
async def test_texts_at_random_answer_as_each_alone(seed: int) -> None:
    rng = random.Random(seed)
    one = executor()
    for _ in range(25):
        inner = "".join(
            f"a{k}: echo{rng.choice(PIECES[5:9] + PIECES[13:15])}{rng.choice(PIECES[9:11])}"
            for k in range(rng.randrange(1, 4))
        )
        pieces = ["{ ", inner, "} "]
        if rng.random() < 0.5:
            pieces.insert(rng.randrange(3), rng.choice(PIECES))
        for _ in range(3):
            text = re.sub("[0-9]+", lambda _: str(rng.randrange(100)), "".join(pieces))
            assert await outcome(one, text) == await outcome(executor(), text)
