"""The header ``Server-Timing``, sent to who asks for it."""

import re

import httpx

from tests.server import RunningServer

STAGES = ["parse", "plan", "price", "execute", "encode", "total"]
BODY = {"query": "{ primeRange(low: 1, high: 3000000) { count } }"}


def ask(server: RunningServer, body: object, wish: str) -> httpx.Response:
    headers = {"Server-Timing": wish}
    return httpx.post(f"{server.url}/graphql", json=body, headers=headers)


def durations(response: httpx.Response) -> dict[str, float]:
    found = re.findall(r"(\w+);dur=([\d.]+)", response.headers["server-timing"])
    return {name: float(milliseconds) for name, milliseconds in found}


def test_stages_are_told_in_milliseconds_and_fit_into_the_total(server: RunningServer) -> None:
    told = durations(ask(server, BODY, "report"))
    assert list(told) == STAGES
    stages = sum(told.values()) - told["total"]
    assert 0 < told["execute"] < stages < told["total"]


def test_a_batch_is_told_the_sum_of_its_operations(server: RunningServer) -> None:
    assert list(durations(ask(server, [BODY, BODY], "report"))) == STAGES


def test_nobody_else_is_told(server: RunningServer) -> None:
    assert "server-timing" not in ask(server, BODY, "please").headers
    assert "server-timing" not in server.post(BODY["query"]).headers
