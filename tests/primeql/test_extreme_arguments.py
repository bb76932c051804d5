"""Any operation with any arguments has a finite price, and errors with codes that clients know."""

import json

import pytest

from benchmarks.extreme_findings import NOT_FOR_CLIENTS, ExtremeFindings, repeating
from benchmarks.extreme_operations import (
    BESIDE,
    MISTAKES,
    WRONG_VALUES,
    ExtremeOperation,
    ExtremeOperations,
)
from benchmarks.extremes import Extremes
from middleware.error_mask import reworded
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService


@pytest.mark.parametrize("seed", range(3))
async def test_extreme_arguments_are_answered_or_refused(service: PrimeService, seed: int) -> None:
    extremes = Extremes(service, seed)
    await extremes.ask(100)
    assert extremes.faults == []


def test_every_field_and_argument_is_asked_for(service: PrimeService) -> None:
    schema = service.schema._schema
    operations = ExtremeOperations(schema, seed=1)
    text = " ".join(operations.next().query for _ in range(2_000))
    for kind in schema.type_map.values():
        if not kind.name.startswith("__"):
            for name, field in getattr(kind, "fields", {}).items():
                assert f": {name}" in text, name
                assert all(f"{argument}: " in text for argument in field.args)


PLACES = {
    "BigInt!": "{{ integer(value: {}) {{ isPrime }} }}",
    "[BigInt!]!": "{{ integers(values: {}) {{ isPrime }} }}",
    "Int": "{{ primeRange(low: 1, high: 9) {{ primes(first: {}) {{ nodes }} }} }}",
    "String": "{{ primeRange(low: 1, high: 9) {{ primes(after: {}) {{ nodes }} }} }}",
    "Boolean!": "{{ integer(value: 7) {{ isPrime @skip(if: {}) }} }}",
    "[Int!]!": (
        "{{ primeRange(low: 1, high: 9) {{ constellations(offsets: {}) {{ totalCount }} }} }}"
    ),
}


async def faults_of(service: PrimeService, operation: ExtremeOperation) -> list[str]:
    findings = ExtremeFindings()
    answer = await service.answer(Operation(*operation), "wrong")
    findings.look_at(answer.status, json.loads(answer.body), operation)
    return findings.faults


@pytest.mark.parametrize("kind", PLACES)
async def test_literals_that_a_type_refuses_are_not_repeated(
    service: PrimeService, kind: str
) -> None:
    asked = (ExtremeOperation(PLACES[kind].format(literal), {}) for literal in MISTAKES)
    assert [await faults_of(service, operation) for operation in asked] == [[]] * len(MISTAKES)


@pytest.mark.parametrize("kind", PLACES)
async def test_values_that_a_type_refuses_are_not_repeated(
    service: PrimeService, kind: str
) -> None:
    query = f"query($v: {kind}) {PLACES[kind].format('$v')}"
    asked = (ExtremeOperation(query, {"v": value}) for value in WRONG_VALUES)
    assert [await faults_of(service, operation) for operation in asked] == [[]] * len(WRONG_VALUES)


async def test_documents_that_are_wrong_are_not_repeated(service: PrimeService) -> None:
    asked = (ExtremeOperation(f"{{ {selection} }}", {}) for selection in BESIDE)
    assert [await faults_of(service, operation) for operation in asked] == [[]] * len(BESIDE)


@pytest.mark.parametrize("spaced", ["{}", "a {}", "[\n  {}]"])
def test_what_a_message_repeats_is_noticed(spaced: str) -> None:
    words = [f"w{number}" for number in range(60)]
    operation = ExtremeOperation("{ a }", {"v": words})
    few, many = (f"found: {spaced.format(', '.join(words[:count]))}." for count in (20, 40))
    assert repeating([few, many], operation) == [many]


def test_a_value_behind_the_same_word_is_not_repeated_too_much() -> None:
    operation = ExtremeOperation(f"{{ integer(value: {10**100}) {{ isPrime }} }}", {})
    assert repeating([f"an Int cannot be this value: {10**63}…"], operation) == []


@pytest.mark.parametrize("message", ["max_terms is 0", "2**64", "found: None", "a ValueError"])
def test_words_of_python_are_noticed(message: str) -> None:
    assert NOT_FOR_CLIENTS.search(message)


def test_words_of_python_are_those_of_json_but_in_what_is_quoted() -> None:
    text = json.dumps("True and None")
    assert reworded(f"found {text}, None, True and False") == f"found {text}, null, true and false"
