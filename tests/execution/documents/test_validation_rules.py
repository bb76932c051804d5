"""The rules that are left out of a validation would have had nothing to say."""

import random
import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    build_schema,
    parse,
    specified_rules,
    validate,
)

from execution.documents.validation_rules import applicable_rules
from tests.execution.operations_at_random import OperationMaker

SDL = (Path(__file__).parents[3] / "schema" / "schema.graphql").read_text()
SCHEMA = build_schema(SDL)
RULES = (*specified_rules, NoSchemaIntrospectionCustomRule)


def is_same(text: str) -> bool:
    """Return whether a document has an error, if it has the same by the rules that apply."""
    document = parse(text)
    expected = [error.formatted for error in validate(SCHEMA, document, RULES)]
    rules = applicable_rules(RULES, text)
    assert [error.formatted for error in validate(SCHEMA, document, rules)] == expected
    return bool(expected)


@pytest.mark.parametrize(
    "text",
    [
        "query ($a: Query) { __typename }",
        "query ($a: Int, $a: Int) { nthPrime(n: $a) }",
        "{ nthPrime(n: $a) }",
        "query ($a: Int!) { __typename }",
        "query ($a: String) { nthPrime(n: $a) }",
        "{ ... on Int { a } }",
        "{ ...F } fragment F on Query { __typename } fragment F on Query { __typename }",
        "{ ...F }",
        "{ __typename } fragment F on Query { __typename }",
        "{ ... on Integer { value } }",
        "{ ...F } fragment F on Query { ...F }",
        "{ __typename @never }",
        "{ __typename @skip(if: true) @skip(if: true) }",
        "{ __typename @defer }",
        "mutation { ... @defer { a } }",
        "{ __schema { queryType { name } } }",
        "{ nth(n: 1) }",
        "{ nthPrime(m: 1) }",
        "{ nthPrime(n: {a: 1, a: 2}) }",
        "{ nthPrime }",
        "{ a: nthPrime(n: 1) a: nthPrime(n: 2) }",
        "{ integer(value: 1) }",
        "subscription { a b }",
        "{ __typename } { __typename }",
        "query A { __typename } query A { __typename }",
        "type T { a: Int }",
    ],
)
def test_each_fault_is_found(text: str) -> None:
    assert is_same(text)


def test_a_batch_of_aliases_needs_half_of_the_rules() -> None:
    text = "{ a: nthPrime(n: 1) b: nthPrime(n: 2) }"
    assert not is_same(text)
    assert len(applicable_rules(RULES, text)) <= len(RULES) / 2


def test_faults_at_random_are_found() -> None:
    faulty = 0
    for seed in range(300):
        rng = random.Random(seed)
        operation = OperationMaker(SCHEMA, rng).make()
        text = operation.text(rng, lambda rng, *_: rng.choice(("1", '"x"', "1.5")))
        tokens = re.findall(r'"[^"]*"|\.\.\.|[\w$@]+|\S', text)
        words = [place for place, token in enumerate(tokens) if re.match(r"[\w$@]", token)]
        tokens[rng.choice(words)] = tokens[rng.choice(words)]
        try:
            faulty += is_same(" ".join(tokens))
        except GraphQLSyntaxError:
            continue
    assert faulty > 30
