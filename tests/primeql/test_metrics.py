"""The metrics of a real server, as Prometheus scrapes them, and the page about them."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.conftest import DEADLINE_MILLISECONDS
from tests.ports import free_port
from tests.primeql.asked_of_all import TOO_DEAR, ask_everything, factored
from tests.server import RunningServer, running_server
from tests.valkey import new_server
from tests.waiting import wait_until

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"
ROW = re.compile(
    r"^\| `(\w+)` \| (counter|gauge|histogram|summary) \| ([`\w, ]*?) ?\| (.+) \|$", re.MULTILINE
)
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(server: RunningServer) -> Samples:
    """Return the values of all series, without their histograms' times of creation."""
    text = httpx.get(server.metrics_url).text
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    """Return the value of one series; 0 if there is none."""
    return samples.get((name, frozenset(labels.items())), 0.0)


@pytest.fixture(scope="module")
def asked_server() -> Iterator[RunningServer]:
    """A server of which everything has been asked that is counted."""
    port = free_port()
    settings = {
        "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "PRIMEQL_DEADLINE_MILLISECONDS": str(DEADLINE_MILLISECONDS),
    }
    with new_server(port), running_server(settings) as server:
        ask_everything(server)
        yield server


def documented() -> dict[str, tuple[str, frozenset[str]]]:
    """Return the kind and the labels of every metric on the page."""
    rows = ROW.findall(PAGE.read_text())
    names = [name for name, *_ in rows]
    assert len(names) == len(set(names)) > 15
    return {name: (kind, frozenset(re.findall(r"\w+", labels))) for name, kind, labels, _ in rows}


def scraped(server: RunningServer) -> dict[str, tuple[str, frozenset[str]]]:
    """Return the kind and the labels of every metric that a scrape finds."""
    found = {}
    for family in text_string_to_metric_families(httpx.get(server.metrics_url).text):
        if not family.samples or family.name.endswith("_created"):
            continue
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = (family.type, frozenset(labels))
    return found


def test_the_page_has_every_metric_and_no_other(asked_server: RunningServer) -> None:
    assert scraped(asked_server) == documented()


def test_requests_are_counted_by_route_and_status(asked_server: RunningServer) -> None:
    before = scrape(asked_server)
    httpx.get(f"{asked_server.url}/livez")
    httpx.get(f"{asked_server.url}/nowhere")
    asked_server.post("{ nthPrime(n: 1) }")
    after = scrape(asked_server)
    for labels in (
        {"route": "health", "status": "200"},
        {"route": "other", "status": "404"},
        {"route": "graphql", "status": "200"},
    ):
        name = "primeql_http_requests_total"
        assert value(after, name, **labels) == value(before, name, **labels) + 1


@pytest.mark.parametrize(
    ("query", "kind", "outcome"),
    [
        ("{ nthPrime(n: 2) }", "query", "ok"),
        ("{ nthPrime(n: 0) }", "query", "invalid"),
        ("{", "unknown", "invalid"),
        (TOO_DEAR, "query", "denied"),
    ],
)
def test_operations_are_counted_by_their_outcome(
    asked_server: RunningServer, query: str, kind: str, outcome: str
) -> None:
    name, labels = "primeql_operations_total", {"type": kind, "outcome": outcome}
    before = value(scrape(asked_server), name, **labels)
    asked_server.post(query)
    assert value(scrape(asked_server), name, **labels) == before + 1


def test_aliases_and_fragments_count_their_root_field_once(asked_server: RunningServer) -> None:
    before = scrape(asked_server)
    asked_server.post(
        "query Secret { a: primeCount(x: 9) ...f ... { b: primeCount(x: 8) } }"
        " fragment f on Query { c: primeCount(x: 7) nthPrime(n: 1) }"
    )
    after = scrape(asked_server)
    for field in ("primeCount", "nthPrime"):
        name = "primeql_root_fields_total"
        assert value(after, name, field=field) == value(before, name, field=field) + 1
    assert not [labels for _, labels in after if any("Secret" in text for _, text in labels)]


def test_a_price_is_counted_as_clients_are_told_it(asked_server: RunningServer) -> None:
    before = scrape(asked_server)
    body = {"query": "{ integers(values: [91, 97]) { isPrime } }"}
    headers = {"GraphQL-Cost": "report"}
    response = httpx.post(f"{asked_server.url}/graphql", json=body, headers=headers)
    told = response.json()["extensions"]["cost"]
    after = scrape(asked_server)
    name = "primeql_cost_points_total"
    requested = value(after, name, kind="requested") - value(before, name, kind="requested")
    used = value(after, name, kind="used") - value(before, name, kind="used")
    assert (requested, used) == (told["requestedQueryCost"], told["actualQueryCost"])


@pytest.mark.parametrize(
    ("query", "lane", "function"),
    [
        ("{ primeRange(low: 1, high: 300000000) { sum } }", "threads", "PrimeRanges.sum"),
        # 10^19 + 51, 37 * 10^19 + 3, 10^24 + 7, 37 * 10^24 + 127: primes, by sympy.nextprime.
        # Nobody has asked before for their products, which would be remembered.
        (factored((10**19 + 51) * (37 * 10**19 + 3)), "quick", None),
        (factored((10**24 + 7) * (37 * 10**24 + 127)), "slow", None),
    ],
)
def test_computations_are_counted_where_they_run(
    asked_server: RunningServer, query: str, lane: str, function: str | None
) -> None:
    before = scrape(asked_server)
    assert "errors" not in asked_server.post(query).json()
    after = scrape(asked_server)

    def grown(name: str, **labels: str) -> float:
        return value(after, name, **labels) - value(before, name, **labels)

    tasks = grown("primeql_pool_tasks_total", lane=lane, outcome="ok")
    assert tasks >= 1
    assert grown("primeql_pool_task_seconds_count", lane=lane) == tasks
    assert grown("primeql_pool_queue_wait_seconds_count", lane=lane) == tasks
    if function is not None:
        assert grown("primeql_engine_calls_total", function=function) == 1
        assert grown("primeql_engine_seconds_total", function=function) > 0


def test_a_price_that_is_only_asked_for_is_no_run(asked_server: RunningServer) -> None:
    name, labels = "primeql_request_duration_seconds_count", {"class": "interactive"}
    before = value(scrape(asked_server), name, **labels)
    body = {"query": "{ nthPrime(n: 5) }"}
    headers = {"GraphQL-Cost": "validate"}
    httpx.post(f"{asked_server.url}/graphql", json=body, headers=headers)
    assert value(scrape(asked_server), name, **labels) == before


def test_metrics_are_not_on_the_service_itself(asked_server: RunningServer) -> None:
    assert httpx.get(f"{asked_server.url}/metrics").status_code == 404


def test_one_port_serves_both_if_that_is_set() -> None:
    port = str(free_port())
    settings = {"PRIMEQL_PORT": port, "PRIMEQL_METRICS_PORT": port}
    with running_server(settings, port=port) as server:
        response = httpx.get(f"{server.url}/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=")
    assert "primeql_build_info" in response.text


def test_a_taken_port_is_an_error_in_the_log_and_the_service_runs(
    asked_server: RunningServer,
) -> None:
    port = asked_server.metrics_url.rsplit(":", 1)[1].removesuffix("/metrics")
    with running_server({"PRIMEQL_METRICS_PORT": port}) as server:
        assert server.post("{ nthPrime(n: 1) }").json() == {"data": {"nthPrime": "2"}}
        (line,) = [line for line in server.log if '"level":"ERROR"' in line]
        assert "no metrics" in line
        assert port in line


def test_remembered_answers_are_counted(asked_server: RunningServer) -> None:
    name = "primeql_answer_memory_requests_total"
    # 10^21 + 117 and 37 * 10^21 + 21 are prime, by sympy.nextprime.
    product = (10**21 + 117) * (37 * 10**21 + 21)
    query = factored(product)
    first = scrape(asked_server)
    asked_server.post(query)
    second = scrape(asked_server)
    asked_server.post(query)
    third = scrape(asked_server)
    misses = [value(samples, name, result="miss") for samples in (first, second, third)]
    hits = [value(samples, name, result="hit") for samples in (first, second, third)]
    assert misses[0] < misses[1] == misses[2]
    assert hits[0] == hits[1] < hits[2]
    assert value(third, "primeql_answer_memory_bytes") > 0


def test_redis_is_seen_to_go() -> None:
    port = free_port()
    settings = {"PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with running_server(settings) as server:
        with new_server(port):
            # Found at the start, or by the next probe.
            wait_until(
                lambda: value(scrape(server), "primeql_redis_up", use="budgets") == 1, "Redis"
            )
            server.post("{ nthPrime(n: 1) }")
        server.post("{ nthPrime(n: 1) }")
        samples = scrape(server)
    assert value(samples, "primeql_redis_up", use="budgets") == 0
    assert value(samples, "primeql_redis_outages_total", use="budgets") >= 1
    assert value(samples, "primeql_budget_takes_total", where="shared") >= 1
    assert value(samples, "primeql_budget_takes_total", where="local") == 1


def test_memory_is_that_of_the_whole_family(asked_server: RunningServer) -> None:
    samples = scrape(asked_server)
    own = value(samples, "process_resident_memory_bytes")
    # A numpy worker alone has 30 MB.
    assert own + 30e6 < value(samples, "primeql_memory_bytes")
    assert value(samples, "primeql_memory_bytes") < value(samples, "primeql_memory_limit_bytes")
