"""Any operation with any arguments has a finite price, and errors with codes that clients know."""

import json

import pytest

from benchmarks.extreme_operations import ExtremeOperations
from benchmarks.extremes import NOT_FOR_CLIENTS, Extremes
from middleware.error_mask import reworded
from primeql.service import PrimeService


@pytest.mark.parametrize("seed", range(3))
async def test_extreme_arguments_are_answered_or_refused(service: PrimeService, seed: int) -> None:
    extremes = Extremes(service, seed)
    await extremes.ask(100)
    assert extremes.faults == []


def test_every_field_and_argument_is_asked_for(service: PrimeService) -> None:
    schema = service.schema._schema
    operations = ExtremeOperations(schema, seed=1)
    text = " ".join(operations.next().query for _ in range(500))
    for kind in schema.type_map.values():
        if not kind.name.startswith("__"):
            for name, field in getattr(kind, "fields", {}).items():
                assert f": {name}" in text, name
                assert all(f"{argument}: " in text for argument in field.args)


@pytest.mark.parametrize("message", ["max_terms is 0", "2**64", "found: None", "a ValueError"])
def test_words_of_python_are_noticed(message: str) -> None:
    assert NOT_FOR_CLIENTS.search(message)


def test_words_of_python_are_those_of_json_but_in_what_is_quoted() -> None:
    text = json.dumps("True and None")
    assert reworded(f"found {text}, None, True and False") == f"found {text}, null, true and false"
