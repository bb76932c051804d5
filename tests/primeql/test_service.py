"""What the service says of its answers, and what it logs of them."""

import logging

import pytest

from primeql.operations import Operation
from primeql.service import PrimeService
from primeql.settings import Settings


async def test_a_clients_mistakes_are_told_by_their_codes_and_not_logged(
    service: PrimeService, caplog: pytest.LogCaptureFixture
) -> None:
    query = "{ a: nthPrime(n: 0) b: nthPrime(n: -31415) }"
    with caplog.at_level(logging.INFO, "primeql"):
        answer = await service.answer(Operation(query), "r1")
    assert set(answer.codes) == {"BAD_USER_INPUT"}
    assert not caplog.records


async def test_a_good_answer_has_no_codes(service: PrimeService) -> None:
    answer = await service.answer(Operation("{ nthPrime(n: 3) }"), "r1")
    assert not answer.codes


@pytest.mark.parametrize(
    ("query", "ran", "status", "is_repeatable"),
    [
        ("{ nthPrime(n: 3) }", True, 200, True),
        ("{ nthPrime(n: 0) }", True, 200, False),
        ("{ service { version } }", True, 200, False),
        ("{ __schema { queryType { name } } }", True, 200, False),
        ("{ __typename }", True, 200, True),
        ("{", False, 200, False),
        ("{ never }", False, 200, False),
        ("query A { nthPrime(n: 3) } query B { nthPrime(n: 3) }", False, 400, False),
    ],
)
async def test_answer_tells_its_transport(
    service: PrimeService, query: str, ran: bool, status: int, is_repeatable: bool
) -> None:
    answer = await service.answer(Operation(query), "r1")
    assert (answer.ran, answer.status, answer.is_repeatable) == (ran, status, is_repeatable)


async def test_unknown_persisted_query_is_no_failure(service: PrimeService) -> None:
    answer = await service.answer(Operation(None, document_id="0" * 64), "r1")
    assert (answer.ran, answer.status, answer.is_repeatable) == (False, 200, False)
    assert b"PERSISTED_QUERY_NOT_FOUND" in answer.body


@pytest.mark.parametrize(
    ("execution", "query", "executor"),
    [
        ("plan", "{ integer(value: 97) { isPrime } }", "plan"),
        ("plan", "{ __schema { queryType { name } } }", "stock"),
        ("stock", "{ integer(value: 97) { isPrime } }", "stock"),
    ],
)
async def test_operations_run_as_the_setting_says(
    execution: str, query: str, executor: str
) -> None:
    service = PrimeService(Settings(execution=execution))
    answer = await service.answer(Operation(query), "r1")
    assert answer.ran
    assert not answer.codes
    assert service.executor.runs == {executor: 1}
