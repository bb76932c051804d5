"""What the service says of its answers, and what it logs of them."""

import asyncio
import json
import logging
import threading
from typing import Any

import pytest

from execution.output.encoding import SLICE_ITEMS, LongList
from execution.plans.planning import Planner
from middleware.cost.query_cost import QueryPricer
from primeql.operations.operation import Operation
from primeql.operations.service import PrimeService
from primeql.settings import Settings
from tests.waiting import WAIT_SECONDS


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


LONG_FIELDS = " ".join(f'a{place}: integer(value: "{place}") {{ isPrime }}' for place in range(200))
LONG_DOCUMENTS = {
    "unnamed": (f"{{ {LONG_FIELDS} }}", None, None),
    "named": (f"query Named {{ {LONG_FIELDS} }}", None, "Named"),
    "one of two": (f"query A {{ {LONG_FIELDS} }} query B {{ __typename }}", None, "A"),
    "conditions": (
        f"query ($on: Boolean!) {{ {LONG_FIELDS} b: __typename @include(if: $on) }}",
        {"on": True},
        None,
    ),
}


def planning_threads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """Return a list to which each making of a plan adds its kind, and if on the loop."""
    seen: list[tuple[str, bool]] = []
    for kind, maker, name in (("run", Planner, "plan"), ("price", QueryPricer, "compile")):

        make = getattr(maker, name)

        def noted(self: Any, *args: Any, kind: str = kind, make: Any = make) -> Any:
            seen.append((kind, threading.current_thread() is threading.main_thread()))
            return make(self, *args)

        monkeypatch.setattr(maker, name, noted)
    return seen


@pytest.mark.parametrize("name", LONG_DOCUMENTS)
async def test_long_documents_are_planned_once_and_off_the_loop(
    service: PrimeService, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    query, variables, operation_name = LONG_DOCUMENTS[name]
    seen = planning_threads(monkeypatch)
    for _ in range(2):
        answer = await service.answer(Operation(query, variables, operation_name), "r1")
        assert not answer.codes
    assert sorted(seen) == [("price", False), ("run", False)]


async def test_askers_of_one_new_long_document_share_its_price(service: PrimeService) -> None:
    operation = Operation(LONG_DOCUMENTS["unnamed"][0].replace("a0:", "both:"))
    arrivals = [service.arrival("r1"), service.arrival("r2")]
    one, other = await asyncio.gather(
        *(service.prepare(operation, arrival) for arrival in arrivals)
    )
    assert one.points == other.points > 0  # type: ignore[union-attr]
    answer = await service.answer(operation, "r3")
    assert answer.response["data"]["a7"] == {"isPrime": True}


async def test_asker_gone_while_a_price_is_made_hurts_no_other(
    service: PrimeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    compile_price = QueryPricer.compile

    def held(self: Any, plan: Any) -> Any:
        begun.set()
        assert go_on.wait(WAIT_SECONDS)
        return compile_price(self, plan)

    monkeypatch.setattr(QueryPricer, "compile", held)
    operation = Operation(LONG_DOCUMENTS["unnamed"][0].replace("a0:", "gone:"))
    asker = asyncio.ensure_future(service.answer(operation, "r1"))
    assert await asyncio.to_thread(begun.wait, 30)
    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker
    go_on.set()
    answer = await service.answer(operation, "r2")
    assert answer.response["data"]["a7"] == {"isPrime": True}


async def test_errors_of_many_fields_are_encoded_slice_by_slice(service: PrimeService) -> None:
    query = "query ($v: [BigInt!]!) { integers(values: $v) { arithmetic { totient } } }"
    values = ["0"] * (SLICE_ITEMS + 1)
    answer = await service.answer(Operation(query, {"v": values}), "id")
    assert isinstance(answer.response["errors"], LongList)
    body = json.loads(answer.body)
    assert [error["path"][1] for error in body["errors"]] == list(range(len(values)))
    assert {error["extensions"]["code"] for error in body["errors"]} == {"BAD_USER_INPUT"}
    assert body["data"]["integers"] == [{"arithmetic": None}] * len(values)


@pytest.mark.parametrize("query", ["{", "{ never }", "query ($n: BigInt!) { nthPrime(n: $n) }"])
async def test_what_is_wrong_with_a_document_is_told_each_time(
    service: PrimeService, query: str
) -> None:
    answers = [(await service.answer(Operation(query), "id")).body for _ in range(3)]
    assert b'"errors":[{' in answers[0]
    assert answers == [answers[0]] * 3
