"""Clients that hang up: their work ends, and what they have not used goes back."""

import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults.processes import computing, is_running, workers
from tests.hard_integers import hard_question
from tests.server import RunningServer
from tests.waiting import wait_until

pytestmark = pytest.mark.faults

HANGING_UP = 150
# The wide sweep of a thread, about 0.4 s of it.
WIDE = '{ primeRange(low: "%d", high: "%d") { gaps { count } } }'


def connect_and_ask(server: RunningServer, query: str) -> socket.socket:
    """Return a connection on which a question has been sent."""
    address = urlsplit(server.url)
    connection = socket.create_connection((address.hostname or "", address.port or 0))
    body = httpx.Request("POST", server.url, json={"query": query}).content
    connection.sendall(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    return connection


def remaining(server: RunningServer) -> int:
    return int(server.post("{ rateLimit { remaining } }").headers["x-ratelimit-remaining"])


def test_nothing_goes_on_for_clients_that_have_hung_up(own_server: RunningServer) -> None:
    queries = [
        hard_question(n) if n % 3 else WIDE % (10**15 + n, 10**15 + 10**8)
        for n in range(HANGING_UP)
    ]
    connections = [connect_and_ask(own_server, query) for query in queries]
    wait_until(lambda: computing(own_server) > 20, "computations")
    for connection in connections:
        connection.close()
    wait_until(lambda: computing(own_server) == 0, "the end of all computations")
    # Nor do the processes compute on in secret.
    wait_until(lambda: not any(map(is_running, workers(own_server))), "workers at rest")
    assert httpx.get(f"{own_server.url}/livez").status_code == 200


def test_unused_points_of_a_client_that_hung_up_go_back(own_server: RunningServer) -> None:
    before = remaining(own_server)
    connections = [connect_and_ask(own_server, hard_question(n)) for n in range(20)]
    wait_until(lambda: computing(own_server) > 2, "computations")
    for connection in connections:
        connection.close()
    wait_until(lambda: computing(own_server) == 0, "the end of all computations")
    # Together they were charged 300,000; two at a time were computed, for less than a second.
    wait_until(lambda: before - remaining(own_server) < 20_000, "points given back")


def test_half_a_request_is_no_burden(own_server: RunningServer) -> None:
    address = urlsplit(own_server.url)
    halves = []
    for _ in range(100):
        half = socket.create_connection((address.hostname or "", address.port or 0))
        half.sendall(b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        halves.append(half)
    assert own_server.post("{ nthPrime(n: 1000) }").json() == {"data": {"nthPrime": "7919"}}
    for half in halves:
        half.close()
    assert computing(own_server) == 0
