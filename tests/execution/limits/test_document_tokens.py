"""The counts agree with graphql-core's lexer on whatever it can read."""

from pathlib import Path

import pytest
from graphql import GraphQLSyntaxError, Lexer, Source, TokenKind
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, nodes

from execution.limits.document_tokens import TokenCount, count_tokens

SDL = (Path(__file__).parents[3] / "schema" / "schema.graphql").read_text()
PIECES = [
    *'!$&():=@[]{}|"\\#.-+,\t \n\r\ufeff',
    *("...", "\r\n", '"""', '\\"""', '""', '\\"', "\\u00e9", "\\u{1F600}", "\\n", "#x", "# { @a"),
    *("a", "_b1", "on", "query", "é", "\N{GRINNING FACE}", "\x00"),
    *("0", "-1", "12.5", "1e3", "-0.5E-10", '"x"', '"""y\n"z"\n"""', '"# @ {"', "@skip(if: true)"),
]


def _lexed(text: str) -> TokenCount | None:
    """Return what graphql-core's lexer counts, None if it cannot read the text."""
    lexer = Lexer(Source(text))
    first = lexer.token
    try:
        while lexer.token.kind is not TokenKind.EOF:
            lexer.advance()
    except GraphQLSyntaxError:
        return None
    kinds = []
    token = first.next
    while token is not None and token.kind is not TokenKind.EOF:
        kinds.append(token.kind)
        token = token.next
    comments = kinds.count(TokenKind.COMMENT)
    return TokenCount(len(kinds) - comments, comments, kinds.count(TokenKind.AT))


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example('"""a\\"""b""""c"')
@example('""""""""')
@example('"""\\\\"""')
@example("[1-2 .5]")
@example('1"a"1...b')
@example("a#b\r@c")
@example('"#"#"\n"@"@')
@settings(max_examples=500, deadline=None)
def test_agrees_with_the_lexer_on_pieces(text: str) -> None:
    expected = _lexed(text)
    assert expected is None or count_tokens(text) == expected


@given(st.text('a1-.eE"\\#\n {@,', max_size=24))
@settings(max_examples=500, deadline=None)
def test_agrees_with_the_lexer_on_characters(text: str) -> None:
    expected = _lexed(text)
    assert expected is None or count_tokens(text) == expected


@given(from_schema(SDL, custom_scalars={"BigInt": st.text().map(nodes.String)}))
@settings(max_examples=25, deadline=None)
def test_agrees_with_the_lexer_on_documents(text: str) -> None:
    assert count_tokens(text) == _lexed(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (0, 0, 0)),
        ("\ufeff{ a, b }", (4, 0, 0)),
        ('{ a(b: "# @") @c # @d\n }', (10, 1, 1)),
        ('"""not closed @ # { }', (1, 0, 0)),
        ('"not closed @ # { }\n{', (2, 0, 0)),
    ],
)
def test_counts(text: str, expected: tuple[int, int, int]) -> None:
    assert count_tokens(text) == expected


@pytest.mark.parametrize("piece", ['"""\\', '"""\\""" "', '"', '\\"""', "#", "-", "1.", "é"])
def test_a_megabyte_of_anything_is_counted(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert count_tokens(text).tokens <= len(text)
