"""Refused documents are told what to ask for instead, as far as the schema may be told."""

import re

import pytest
from graphql import parse, specified_rules, validate

from execution.documents.helpful_rules import RULES
from schema import build_schema

SCHEMA = build_schema(4_096)._schema


def messages(text: str, *, hides: bool = False) -> list[str]:
    """Return what is wrong with a document."""
    errors = validate(SCHEMA, parse(text), RULES, hide_suggestions=hides)
    return [error.message for error in errors]


FAR_FIELDS = {
    "{ primes(first: 3) }": "primeRange(low: ..., high: ...) { primes }",
    "{ gaps }": "primeRange(low: ..., high: ...) { gaps }",
    "{ factor(n: 12) }": "integer(value: ...) { factorization }",
    "{ factorize(n: 12) }": "integer(value: ...) { factorization }",
    "{ factors }": "integer(value: ...) { factorization { factors } }",
    "{ isPrime(n: 7) }": "integer(value: ...) { isPrime }",
    "{ nextPrime }": "integer(value: ...) { nextPrime }",
    "{ totient }": "integer(value: ...) { arithmetic { totient } }",
    "{ integer(value: 1) { mobius } }": "arithmetic { mobius }",
    "{ integer(value: 1) { factors } }": "factorization { factors }",
    "{ primeRange(low: 1, high: 2) { nodes } }": "primes { nodes }",
}


@pytest.mark.parametrize(("text", "asked"), FAR_FIELDS.items())
def test_a_field_further_down_is_named_with_its_way(text: str, asked: str) -> None:
    (message,) = messages(text)
    assert re.fullmatch(
        r"Cannot query field '\w+' on type '\w+'\. Did you mean '" + re.escape(asked) + r"'\?",
        message,
    )


@pytest.mark.parametrize(
    "text", ["{ primeCout(x: 1) }", "{ zzz }", "{ pi }", "{ integer(value: 1) { isPrim } }"]
)
def test_other_fields_have_the_message_of_graphql_core(text: str) -> None:
    expected = [error.message for error in validate(SCHEMA, parse(text), specified_rules)]
    assert messages(text) == expected


@pytest.mark.parametrize("text", FAR_FIELDS)
def test_a_schema_that_is_hidden_is_not_told(text: str) -> None:
    (message,) = messages(text, hides=True)
    assert re.fullmatch(r"Cannot query field '\w+' on type '\w+'\.", message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "{ integer(value: 12) { divisors(first: null) { totalCount } } }",
            "Argument 'first' has invalid value: Expected value of non-null type 'Int!' not to be"
            " None. Leave it out to have 100.",
        ),
        (
            "{ integer(value: null) { value } }",
            "Argument 'value' has invalid value: Expected value of non-null type 'BigInt!'"
            " not to be None.",
        ),
        (
            "{ primeRange(low: 1, high: 9) { primes(first: 1e3) { nodes } } }",
            "Argument 'first' has invalid value: Int cannot represent non-integer value: 1e3",
        ),
        (
            "{ __typename @skip(if: 7) }",
            "Argument 'if' has invalid value: Boolean cannot represent a non boolean value: 7",
        ),
        (
            "query ($n: Int = 1.5) { integer(value: 1) { neighbours(count: $n) { gap } } }",
            "Int cannot represent non-integer value: 1.5",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_named_by_its_argument(text: str, message: str) -> None:
    assert message in messages(text)
