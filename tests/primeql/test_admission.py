"""What requests cost, on a real server: priced, refused, taken, given back."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.server import RunningServer, running_server
from tests.waiting import wait_until

# So little that no bucket fills while a test runs.
RESTORE_RATE = 0.001
TIERS = {
    "anonymous": {
        "points": 1_000,
        "restore_rate": RESTORE_RATE,
        "requests_per_minute": 10_000,
        "concurrent_requests": 50,
        "max_request_cost": 400,
    },
    "pro": {
        "points": 100_000,
        "restore_rate": 1_000,
        "requests_per_minute": 10_000,
        "concurrent_requests": 50,
        "max_request_cost": 50_000,
    },
}
SMALL = "{ integer(value: 97) { isPrime } }"
# About 14 ms: pi of both ends is computed by sieving, beyond the table.
MIDDLE = "{ primeRange(low: 1000000000000000, high: 1000000000300000) { sum } }"


def another(number: int) -> str:
    """A question like MIDDLE; the same one, asked again, would be remembered and cost nothing."""
    return MIDDLE.replace("300000)", f"300{number:03d})")


DEAR = """{ cheap: nthPrime(n: 5)
  dear: primeRange(low: 1000000000000000, high: 1000000100000000) { sum } }"""


@pytest.fixture
def poor_server(tmp_path: Path) -> Iterator[RunningServer]:
    tiers = tmp_path / "tiers.json"
    tiers.write_text(json.dumps(TIERS))
    settings = {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_API_KEYS_FILE": str(tmp_path / "keys.json"),
        "PRIMEQL_TRUSTED_PROXIES": "10.0.0.0/8",
    }
    with running_server(settings) as server:
        yield server


def ask(server: RunningServer, query: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{server.url}/graphql", json={"query": query}, headers=named, timeout=30)


def cost_of(response: httpx.Response) -> dict[str, Any]:
    cost: dict[str, Any] = response.json()["extensions"]["cost"]
    return cost


def remaining(server: RunningServer) -> int:
    return int(ask(server, "{ rateLimit { remaining } }").headers["x-ratelimit-remaining"])


def test_validate_prices_and_runs_nothing_and_takes_nothing(poor_server: RunningServer) -> None:
    before = remaining(poor_server)
    response = ask(poor_server, DEAR, graphql_cost="validate")
    assert "data" not in response.json()
    cost = cost_of(response)
    assert cost["requestedQueryCost"] > cost["maximum"] == 400
    assert cost["rootFields"]["dear"] > 100 * cost["rootFields"]["cheap"]
    assert cost["throttleStatus"] == {
        "maximumAvailable": 1_000,
        "currentlyAvailable": before,
        "restoreRate": RESTORE_RATE,
    }
    assert remaining(poor_server) >= before


def test_report_says_what_was_asked_and_used(poor_server: RunningServer) -> None:
    response = ask(poor_server, MIDDLE, graphql_cost="report")
    cost = cost_of(response)
    assert response.json()["data"]["primeRange"]["sum"] is not None
    assert 0 < cost["actualQueryCost"] <= cost["requestedQueryCost"] <= 400
    assert cost["throttleStatus"]["currentlyAvailable"] <= 1_000 - cost["actualQueryCost"] + 1
    assert response.headers["cache-control"] == "no-store"


def test_without_the_header_nothing_is_reported(poor_server: RunningServer) -> None:
    assert "extensions" not in ask(poor_server, SMALL).json()


def test_report_of_what_was_refused_as_too_dear_says_that_it_cost_nothing(
    poor_server: RunningServer,
) -> None:
    response = ask(poor_server, DEAR, graphql_cost="report")
    assert "errors" in response.json()
    cost = cost_of(response)
    assert cost["requestedQueryCost"] > cost["actualQueryCost"] == 0
    assert cost["throttleStatus"]["maximumAvailable"] == 1_000


@pytest.mark.parametrize("query", ["{ integer(", "{ never }"])
def test_report_of_an_invalid_document_says_what_refusing_it_cost(
    poor_server: RunningServer, query: str
) -> None:
    for asked in (1, 2):
        response = ask(poor_server, query, graphql_cost="report")
        assert "errors" in response.json()
        cost = cost_of(response)
        assert cost["requestedQueryCost"] == cost["actualQueryCost"] == 5
        left = 1_000 - 5 * asked
        assert cost["throttleStatus"]["currentlyAvailable"] == left
        assert int(response.headers["x-ratelimit-remaining"]) == left


def test_invalid_documents_of_a_batch_are_paid_for_each(poor_server: RunningServer) -> None:
    batch = [{"query": f"{{ never{number} }}"} for number in range(20)]
    response = httpx.post(f"{poor_server.url}/graphql", json=batch, timeout=30)
    assert len(response.json()) == 20
    # Read, and refused for one error each; what the first reads are free of is counted once.
    assert 20 * 5 + 18 * 5 <= 1_000 - remaining(poor_server) <= 20 * 5 + 20 * 6


def test_empty_bucket_refuses_new_documents(poor_server: RunningServer) -> None:
    names = " ".join(f"never{number}" for number in range(50))
    codes = []
    for number in range(10):
        error, *_ = ask(poor_server, f"{{ other{number} {names} }}").json()["errors"]
        codes.append(error["extensions"]["code"])
    assert codes[0] == "GRAPHQL_VALIDATION_FAILED"
    assert codes[-1] == "RATE_LIMITED"


def test_report_of_an_empty_bucket_says_what_was_asked(poor_server: RunningServer) -> None:
    price = cost_of(ask(poor_server, MIDDLE, graphql_cost="validate"))["requestedQueryCost"]
    for number in range(100):
        response = ask(poor_server, another(number), graphql_cost="report")
        if response.status_code != 200:
            break
    cost = cost_of(response)
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (price, 0)
    assert cost["throttleStatus"]["currentlyAvailable"] < price


def test_to_be_told_prices_costs_no_more_than_the_prices(
    poor_server: RunningServer,
) -> None:
    # 500 cheap questions a document, each document asked for 50 times in one request.
    aliases = " ".join(f"a{k}: primeRange(low: $low, high: {k}) {{ sum }}" for k in range(500))
    text = f"query ($low: BigInt!) {{ {aliases} }}"
    persisted = {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}
    by_hash = {"variables": {"low": "1"}, "extensions": {"persistedQuery": persisted}}
    # Makes the document ready, which is paid for by itself.
    httpx.post(f"{poor_server.url}/graphql", json={"query": text, **by_hash}, timeout=30)
    headers = {"GraphQL-Cost": "validate"}
    before = remaining(poor_server)
    answers = httpx.post(
        f"{poor_server.url}/graphql", json=[by_hash] * 50, headers=headers, timeout=60
    ).json()
    prices = [
        answer["extensions"]["cost"]["requestedQueryCost"]
        for answer in answers
        if "errors" not in answer
    ]
    assert prices
    assert set(prices) == {prices[0]}
    assert before - sum(prices) <= remaining(poor_server) <= before


def test_another_mode_is_refused(poor_server: RunningServer) -> None:
    response = ask(poor_server, SMALL, graphql_cost="nonsense")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_too_dear_is_refused_with_the_dearest_field_and_costs_nothing(
    poor_server: RunningServer,
) -> None:
    before = remaining(poor_server)
    response = ask(poor_server, DEAR)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "COST_LIMIT_EXCEEDED"
    cost = error["extensions"]["cost"]
    assert cost["requested"] > cost["maximum"] == 400
    assert cost["path"] == ["dear", "sum"]
    assert "data" not in response.json()
    assert remaining(poor_server) >= before


def test_empty_bucket_is_429_with_retry_after(poor_server: RunningServer) -> None:
    for number in range(100):
        response = ask(poor_server, another(number))
        if response.status_code != 200:
            break
    assert response.status_code == 429
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(response.headers["retry-after"]) >= 1
    assert int(response.headers["x-ratelimit-remaining"]) < 400
    assert "r=" in response.headers["ratelimit"]
    # To ask what is left costs nothing, and goes on being answered.
    answer = ask(poor_server, "{ rateLimit { remaining cost limit restoreRate } }").json()
    assert answer["data"]["rateLimit"]["cost"] == 0
    assert answer["data"]["rateLimit"]["limit"] == 1_000


def test_every_answer_tells_what_is_left(poor_server: RunningServer) -> None:
    for query in (SMALL, DEAR, "{", "{ never }", "{ rateLimit { cost } }"):
        headers = ask(poor_server, query).headers
        assert int(headers["x-ratelimit-limit"]) == 1_000
        assert 0 <= int(headers["x-ratelimit-remaining"]) <= 1_000
        assert int(headers["x-ratelimit-reset"]) >= 0
        assert headers["ratelimit-policy"].startswith('"points";q=1000')


def test_batch_is_paid_for_together(poor_server: RunningServer) -> None:
    single = cost_of(ask(poor_server, MIDDLE, graphql_cost="validate"))["requestedQueryCost"]
    count = 400 // single + 1
    batch = [{"query": MIDDLE}] * count + [{"query": "{ never }"}]
    answers = httpx.post(f"{poor_server.url}/graphql", json=batch, timeout=30).json()
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["COST_LIMIT_EXCEEDED"] * count + ["GRAPHQL_VALIDATION_FAILED"]


def test_one_client_spends_its_bucket_once_however_it_asks_at_once(
    poor_server: RunningServer,
) -> None:
    price = cost_of(ask(poor_server, MIDDLE, graphql_cost="validate"))["requestedQueryCost"]
    with ThreadPoolExecutor(16) as threads:
        answers = list(
            threads.map(
                lambda number: ask(poor_server, another(number), graphql_cost="report"), range(64)
            )
        )
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    # What was reserved and not used is given back, so there may be more than 1,000 / price.
    assert statuses.count(200) >= 1_000 // price
    charged = [cost_of(answer)["actualQueryCost"] for answer in answers]
    assert max(charged) <= price
    assert remaining(poor_server) == 1_000 - sum(charged)


def test_forged_addresses_buy_nothing(poor_server: RunningServer) -> None:
    price = cost_of(ask(poor_server, MIDDLE, graphql_cost="validate"))["requestedQueryCost"]
    charged = []
    for number in range(100):
        address = f"203.0.113.{number}"
        answer = ask(poor_server, another(number), x_forwarded_for=address, graphql_cost="report")
        charged.append(cost_of(answer)["actualQueryCost"])
    assert max(charged) <= price
    assert remaining(poor_server) == 1_000 - sum(charged) < price
    assert ask(poor_server, another(100), x_forwarded_for="198.51.100.7").status_code == 429


def test_a_key_has_the_budget_of_its_tier(poor_server: RunningServer, tmp_path: Path) -> None:
    environ = {
        **os.environ,
        "PRIMEQL_TIERS_FILE": str(tmp_path / "tiers.json"),
        "PRIMEQL_API_KEYS_FILE": str(tmp_path / "keys.json"),
    }
    made = subprocess.run(
        [sys.executable, "-m", "primeql", "keys", "create", "--tier", "pro", "--name", "Ada"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    key = next(word for word in made.stdout.split() if word.startswith("pql_"))
    assert key not in (tmp_path / "keys.json").read_text()
    wait_until(lambda: ask(poor_server, SMALL, x_api_key=key).status_code == 200, "the new key")
    response = ask(poor_server, MIDDLE, x_api_key=key)
    assert response.headers["x-ratelimit-limit"] == "100000"
    limits = "{ service { limits { maxRequestCost } } }"
    assert ask(poor_server, limits, authorization=f"Bearer {key}").json() == {
        "data": {"service": {"limits": {"maxRequestCost": 50_000}}}
    }
    for wrong in (key[:-1] + "x", "pql_nonsense", ""):
        refused = ask(poor_server, SMALL, x_api_key=wrong)
        assert refused.status_code == 401
        assert refused.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    poor_server.terminate()
    assert key not in "".join(poor_server.log)
