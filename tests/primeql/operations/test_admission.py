"""What requests cost, on a real server: priced, refused, taken, given back."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
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
DEAR = """{ cheap: nthPrime(n: 5)
  dear: primeRange(low: 1000000000000000, high: 1000000100000000) { sum } }"""


@dataclass(frozen=True)
class Client:
    """A client of the server, with its own address and so its own bucket."""

    server: RunningServer
    number: int

    def post(self, body: object, **headers: str) -> httpx.Response:
        """Return the response to a request's body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = f"127.0.1.{self.number}"
        with httpx.Client(transport=httpx.HTTPTransport(local_address=address)) as client:
            return client.post(f"{self.server.url}/graphql", json=body, headers=named)

    def middle(self, number: int = 0) -> str:
        """Return a question of about 14 ms: pi of both ends is computed by sieving.

        No two are the same: what was asked before would be remembered and cost nothing.
        """
        low = 10**15 + self.number * 10**6
        return f"{{ primeRange(low: {low}, high: {low + 300_000 + number}) {{ sum }} }}"


@contextmanager
def running_poor_server(folder: Path) -> Iterator[RunningServer]:
    """Run a server whose tiers and keys are in a folder."""
    tiers = folder / "tiers.json"
    tiers.write_text(json.dumps(TIERS))
    settings = {
        "PRIMEQL_TIERS_FILE": str(tiers),
        "PRIMEQL_API_KEYS_FILE": str(folder / "keys.json"),
        "PRIMEQL_TRUSTED_PROXIES": "10.0.0.0/8",
    }
    with running_server(settings) as server:
        yield server


@pytest.fixture(scope="module")
def clients(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Client]]:
    """The clients of one server, each a new one."""
    with running_poor_server(tmp_path_factory.mktemp("poor")) as server:
        yield (Client(server, number) for number in range(1, 255))


@pytest.fixture
def client(clients: Iterator[Client]) -> Client:
    """A client whose bucket is full."""
    return next(clients)


def ask(client: Client, query: str, **headers: str) -> httpx.Response:
    return client.post({"query": query}, **headers)


def cost_of(response: httpx.Response) -> dict[str, Any]:
    cost: dict[str, Any] = response.json()["extensions"]["cost"]
    return cost


def remaining(client: Client) -> int:
    return int(ask(client, "{ rateLimit { remaining } }").headers["x-ratelimit-remaining"])


def test_validate_prices_and_runs_nothing_and_takes_nothing(client: Client) -> None:
    before = remaining(client)
    response = ask(client, DEAR, graphql_cost="validate")
    assert "data" not in response.json()
    cost = cost_of(response)
    assert cost["requestedQueryCost"] > cost["maximum"] == 400
    assert cost["rootFields"]["dear"] > 100 * cost["rootFields"]["cheap"]
    assert cost["throttleStatus"] == {
        "maximumAvailable": 1_000,
        "currentlyAvailable": before,
        "restoreRate": RESTORE_RATE,
    }
    assert remaining(client) >= before


def test_report_says_what_was_asked_and_used(client: Client) -> None:
    response = ask(client, client.middle(), graphql_cost="report")
    cost = cost_of(response)
    assert response.json()["data"]["primeRange"]["sum"] is not None
    assert 0 < cost["actualQueryCost"] <= cost["requestedQueryCost"] <= 400
    assert cost["throttleStatus"]["currentlyAvailable"] <= 1_000 - cost["actualQueryCost"] + 1
    assert response.headers["cache-control"] == "no-store"


def test_without_the_header_nothing_is_reported(client: Client) -> None:
    assert "extensions" not in ask(client, SMALL).json()


def test_report_of_what_was_refused_as_too_dear_says_that_it_cost_nothing(
    client: Client,
) -> None:
    response = ask(client, DEAR, graphql_cost="report")
    assert "errors" in response.json()
    cost = cost_of(response)
    assert cost["requestedQueryCost"] > cost["actualQueryCost"] == 0
    assert cost["throttleStatus"]["maximumAvailable"] == 1_000


@pytest.mark.parametrize("query", ["{ integer(", "{ never }"])
def test_report_of_an_invalid_document_says_what_refusing_it_cost(
    client: Client, query: str
) -> None:
    for asked in (1, 2):
        response = ask(client, query, graphql_cost="report")
        assert "errors" in response.json()
        cost = cost_of(response)
        assert cost["requestedQueryCost"] == cost["actualQueryCost"] == 5
        left = 1_000 - 5 * asked
        assert cost["throttleStatus"]["currentlyAvailable"] == left
        assert int(response.headers["x-ratelimit-remaining"]) == left


def test_invalid_documents_of_a_batch_are_paid_for_each(client: Client) -> None:
    batch = [{"query": f"{{ never{number} }}"} for number in range(20)]
    response = client.post(batch)
    assert len(response.json()) == 20
    # Read, and refused for one error each; what the first reads are free of is counted once.
    assert 20 * 5 + 18 * 5 <= 1_000 - remaining(client) <= 20 * 5 + 20 * 6


def test_empty_bucket_refuses_new_documents(client: Client) -> None:
    names = " ".join(f"never{number}" for number in range(50))
    codes = []
    for number in range(10):
        error, *_ = ask(client, f"{{ other{number} {names} }}").json()["errors"]
        codes.append(error["extensions"]["code"])
    assert codes[0] == "GRAPHQL_VALIDATION_FAILED"
    assert codes[-1] == "RATE_LIMITED"


def test_report_of_an_empty_bucket_says_what_was_asked(client: Client) -> None:
    price = cost_of(ask(client, client.middle(), graphql_cost="validate"))["requestedQueryCost"]
    for number in range(100):
        response = ask(client, client.middle(number), graphql_cost="report")
        if response.status_code != 200:
            break
    cost = cost_of(response)
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (price, 0)
    assert cost["throttleStatus"]["currentlyAvailable"] < price


def test_to_be_told_prices_costs_no_more_than_the_prices(
    client: Client,
) -> None:
    # 500 cheap questions a document, each document asked for 50 times in one request.
    aliases = " ".join(f"a{k}: primeRange(low: $low, high: {k}) {{ sum }}" for k in range(500))
    text = f"query ($low: BigInt!) {{ {aliases} }}"
    persisted = {"version": 1, "sha256Hash": hashlib.sha256(text.encode()).hexdigest()}
    by_hash = {"variables": {"low": "1"}, "extensions": {"persistedQuery": persisted}}
    # Makes the document ready, which is paid for by itself.
    client.post({"query": text, **by_hash})
    before = remaining(client)
    answers = client.post([by_hash] * 50, graphql_cost="validate").json()
    prices = [
        answer["extensions"]["cost"]["requestedQueryCost"]
        for answer in answers
        if "errors" not in answer
    ]
    assert prices
    assert set(prices) == {prices[0]}
    assert before - sum(prices) <= remaining(client) <= before


def test_another_mode_is_refused(client: Client) -> None:
    response = ask(client, SMALL, graphql_cost="nonsense")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_too_dear_is_refused_with_the_costliest_field_and_costs_nothing(
    client: Client,
) -> None:
    before = remaining(client)
    response = ask(client, DEAR)
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "COST_LIMIT_EXCEEDED"
    cost = error["extensions"]["cost"]
    assert cost["requested"] > cost["maximum"] == 400
    assert cost["path"] == ["dear", "sum"]
    assert "data" not in response.json()
    assert remaining(client) >= before


def test_empty_bucket_is_429_with_retry_after(client: Client) -> None:
    for number in range(100):
        response = ask(client, client.middle(number))
        if response.status_code != 200:
            break
    assert response.status_code == 429
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert int(response.headers["retry-after"]) >= 1
    assert int(response.headers["x-ratelimit-remaining"]) < 400
    assert "r=" in response.headers["ratelimit"]
    # To ask what is left costs nothing, and goes on being answered.
    answer = ask(client, "{ rateLimit { remaining cost limit restoreRate } }").json()
    assert answer["data"]["rateLimit"]["cost"] == 0
    assert answer["data"]["rateLimit"]["limit"] == 1_000


def test_every_answer_tells_what_is_left(client: Client) -> None:
    for query in (SMALL, DEAR, "{", "{ never }", "{ rateLimit { cost } }"):
        headers = ask(client, query).headers
        assert int(headers["x-ratelimit-limit"]) == 1_000
        assert 0 <= int(headers["x-ratelimit-remaining"]) <= 1_000
        assert int(headers["x-ratelimit-reset"]) >= 0
        assert headers["ratelimit-policy"].startswith('"points";q=1000')


def test_batch_is_paid_for_together(client: Client) -> None:
    single = cost_of(ask(client, client.middle(), graphql_cost="validate"))["requestedQueryCost"]
    count = 400 // single + 1
    batch = [{"query": client.middle()}] * count + [{"query": "{ never }"}]
    answers = client.post(batch).json()
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers]
    assert codes == ["COST_LIMIT_EXCEEDED"] * count + ["GRAPHQL_VALIDATION_FAILED"]


def test_one_client_spends_its_bucket_once_however_it_asks_at_once(
    client: Client,
) -> None:
    price = cost_of(ask(client, client.middle(), graphql_cost="validate"))["requestedQueryCost"]
    with ThreadPoolExecutor(16) as threads:
        answers = list(
            threads.map(
                lambda number: ask(client, client.middle(number), graphql_cost="report"), range(64)
            )
        )
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) == {200, 429}
    # What was reserved and not used is given back, so there may be more than 1,000 / price.
    assert statuses.count(200) >= 1_000 // price
    charged = [cost_of(answer)["actualQueryCost"] for answer in answers]
    assert max(charged) <= price
    assert remaining(client) == 1_000 - sum(charged)


def test_forged_addresses_buy_nothing(client: Client) -> None:
    price = cost_of(ask(client, client.middle(), graphql_cost="validate"))["requestedQueryCost"]
    charged = []
    for number in range(100):
        address = f"203.0.113.{number}"
        answer = ask(client, client.middle(number), x_forwarded_for=address, graphql_cost="report")
        charged.append(cost_of(answer)["actualQueryCost"])
    assert max(charged) <= price
    assert remaining(client) == 1_000 - sum(charged) < price
    assert ask(client, client.middle(100), x_forwarded_for="198.51.100.7").status_code == 429


def made_key(folder: Path) -> str:
    """Return a key of the tier ``pro`` that is made while the server of a folder runs."""
    environ = {
        **os.environ,
        "PRIMEQL_TIERS_FILE": str(folder / "tiers.json"),
        "PRIMEQL_API_KEYS_FILE": str(folder / "keys.json"),
    }
    made = subprocess.run(
        [sys.executable, "-m", "primeql", "keys", "create", "--tier", "pro", "--name", "Ada"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    key = next(word for word in made.stdout.split() if word.startswith("pql_"))
    assert key not in (folder / "keys.json").read_text()
    return key


def test_a_key_has_the_budget_of_its_tier(tmp_path: Path) -> None:
    with running_poor_server(tmp_path) as server:
        client, key = Client(server, 1), made_key(tmp_path)
        wait_until(lambda: ask(client, SMALL, x_api_key=key).status_code == 200, "the new key")
        response = ask(client, client.middle(), x_api_key=key)
        assert response.headers["x-ratelimit-limit"] == "100000"
        limits = "{ service { limits { maxRequestCost } } }"
        assert ask(client, limits, authorization=f"Bearer {key}").json() == {
            "data": {"service": {"limits": {"maxRequestCost": 50_000}}}
        }
        for wrong in (key[:-1] + "x", "pql_nonsense", ""):
            refused = ask(client, SMALL, x_api_key=wrong)
            assert refused.status_code == 401
            assert refused.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
        server.terminate()
        assert key not in "".join(server.log)
