"""What is looked for to help with misspelt names is bounded, however many there are."""

from typing import Any

import pytest
from graphql.pyutils.suggestion_list import LexicalDistance

from execution.executor import Outcome
from primeql.operations.document_fees import refused_points
from primeql.operations.service import PrimeService

# What is paid for at 0.1 ms a point: to compare two names takes up to 15 us.
COMPARISONS_PER_POINT = 6

# Each has a hundred errors; {n} is the number of one. Names are near many that there are.
SHAPES = {
    "types of fragments": "... on iiioimimPimPPionRr{n} { a }",
    "fields": "primeRangiiiiimPPionRr{n}",
    "fields below": "a{n}: integer(value: 7) { primrFactrization{n} }",
    "arguments": "a{n}: integer(valu{n}: 1) { isPrime }",
    "entries of objects": "a{n}: integer(value: {valu{n}: 1}) { isPrime }",
    "directives": "a{n}: __typename @skio{n}(if: true)",
    "arguments of directives": "a{n}: __typename @skip(ig{n}: true)",
}
DOCUMENTS = {
    name: "{" + " ".join(form.replace("{n}", str(n)) for n in range(100)) + "}"
    for name, form in SHAPES.items()
}
DOCUMENTS["types of variables"] = (
    "query (" + " ".join(f"$v{n}: PrimeRangiiimPPion{n}" for n in range(100)) + ") { __typename }"
)


@pytest.mark.parametrize("shape", DOCUMENTS)
async def test_suggestions_are_paid_for(
    shape: str, service: PrimeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    measure, compared = LexicalDistance.measure, [0]

    def counted(*arguments: Any) -> int | None:
        compared[0] += 1
        return measure(*arguments)

    monkeypatch.setattr(LexicalDistance, "measure", counted)
    text = DOCUMENTS[shape]
    context = service.context(service.arrival("id"))
    outcome = await service.executor.bind(text, None, None, context)
    assert isinstance(outcome, Outcome)
    types = len(service.schema._schema.type_map)
    paid = refused_points(outcome, len(text))
    assert compared[0] <= types + paid * COMPARISONS_PER_POINT


async def test_the_first_unknown_type_has_suggestions(service: PrimeService) -> None:
    text = "{ ... on Querry { __typename } ... on Integre { isPrime } }"
    context = service.context(service.arrival("id"))
    outcome = await service.executor.bind(text, None, None, context)
    assert isinstance(outcome, Outcome)
    assert [error.message for error in outcome.errors][:2] == [
        "Unknown type 'Querry'. Did you mean 'Query'?",
        "Unknown type 'Integre'.",
    ]
