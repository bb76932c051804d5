"""Worker processes that are killed, stopped, or lose what forks them."""

import asyncio
import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

import httpx
import pytest

from tests.faults.processes import (
    computing,
    cpu_ticks,
    fork_server,
    is_alive,
    stopped,
    workers,
)
from tests.faults.questions import mixed, neighbour
from tests.hard_integers import hard_semiprime
from tests.server import RunningServer
from tests.waiting import wait_until

pytestmark = pytest.mark.faults


def answers_all(server: RunningServer, seed: int, count: int = 24) -> bool:
    """Return whether the server answers questions of all lanes, each as it should."""
    asked = list(islice(mixed(seed), count))
    with ThreadPoolExecutor(8) as threads:
        responses = threads.map(server.post, [question.query for question in asked])
        return all(
            response.json() == {"data": question.data}
            for response, question in zip(responses, asked, strict=True)
        )


def test_idle_workers_that_are_killed_cost_nothing(own_server: RunningServer) -> None:
    assert answers_all(own_server, seed=1)
    before = workers(own_server)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: len(workers(own_server) - before) == len(before), "new workers")
    assert answers_all(own_server, seed=2)


def test_worker_killed_at_work_costs_its_own_answer_only(own_server: RunningServer) -> None:
    idle = {pid: cpu_ticks(pid) for pid in workers(own_server)}
    with ThreadPoolExecutor(2) as threads:
        doomed = threads.submit(
            own_server.post,
            f'{{ hard: integer(value: "{hard_semiprime(1)}") {{ factorization {{ expression }} }}'
            " easy: integer(value: 97) { isPrime } }",
        )
        # The one that burns.
        (busy,) = wait_until(
            lambda: [pid for pid, used in idle.items() if cpu_ticks(pid) > used + 20], "its worker"
        )
        others = threads.submit(answers_all, own_server, 3, 6)
        os.kill(busy, signal.SIGKILL)
        response = doomed.result().json()
        assert others.result()
    (error,) = response["errors"]
    assert error["path"] == ["hard", "factorization"]
    assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
    assert response["data"] == {"hard": {"factorization": None}, "easy": {"isPrime": True}}
    wait_until(lambda: len(workers(own_server)) == len(idle), "all workers")
    assert answers_all(own_server, seed=4)


def test_workers_come_back_when_what_forks_them_is_killed(own_server: RunningServer) -> None:
    before = workers(own_server)
    os.kill(fork_server(own_server), signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, before)), "the end of the old workers")
    wait_until(lambda: len(workers(own_server)) == len(before), "new workers")
    assert answers_all(own_server, seed=5)


def test_worker_that_is_stopped_is_replaced_at_the_deadline(own_server: RunningServer) -> None:
    before = workers(own_server)
    numbers = random.Random(6)
    with stopped(list(before)), ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(ask_in_a_hurry, own_server, neighbour(numbers).query) for _ in "ab"]
        responses = [future.result().json() for future in asked]
        # Both workers that were given a task have been replaced.
        wait_until(lambda: len(workers(own_server) - before) == 2, "two new workers")
    codes = {error["extensions"]["code"] for response in responses for error in response["errors"]}
    assert codes == {"DEADLINE_EXCEEDED"}
    assert answers_all(own_server, seed=7)
    assert computing(own_server) == 0


def ask_in_a_hurry(server: RunningServer, query: str) -> httpx.Response:
    """Return the response to a question whose answer must come within a second."""
    headers = {"X-Request-Timeout": "1"}
    return httpx.post(f"{server.url}/graphql", json={"query": query}, headers=headers)


async def test_many_workers_killed_one_after_the_other(own_server: RunningServer) -> None:
    for _ in range(10):
        for pid in workers(own_server):
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.1)
    wait_until(lambda: len(workers(own_server)) >= 4, "new workers")
    assert await asyncio.to_thread(answers_all, own_server, 8)
