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
from tests.faults.questions import factors, mixed, neighbour
from tests.hard_integers import hard_semiprime
from tests.server import RunningServer, running_server
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


def test_worker_killed_at_work_costs_nothing(own_server: RunningServer) -> None:
    question = factors(random.Random(3))
    before = workers(own_server)
    with stopped(list(before)), ThreadPoolExecutor(1) as threads:
        asked = threads.submit(own_server.post, question.query)
        wait_until(lambda: computing(own_server) == 1, "the task")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        # One of them had the task: it is tried once more, by a new worker.
        assert asked.result().json() == {"data": question.data}
    wait_until(lambda: len(workers(own_server)) == len(before), "all workers")
    assert answers_all(own_server, seed=4)


def test_answer_is_lost_when_two_workers_are_killed_at_it(ample: dict[str, str]) -> None:
    # At this pace a worker has a minute before it is stopped for taking too much work.
    with running_server({**ample, "PRIMEQL_PACE": "20"}) as server:
        with ThreadPoolExecutor(2) as threads:
            doomed = threads.submit(
                server.post,
                f'{{ hard: integer(value: "{hard_semiprime(1)}") {{ factorization {{ sign }} }}'
                " easy: integer(value: 97) { isPrime } }",
            )
            os.kill(the_busy(server), signal.SIGKILL)
            others = threads.submit(answers_all, server, 3, 6)
            assert others.result()
            os.kill(the_busy(server), signal.SIGKILL)
            response = doomed.result().json()
        (error,) = response["errors"]
        assert error["path"] == ["hard", "factorization"]
        assert error["extensions"]["code"] == "COMPUTATION_LOST"
        assert response["data"] == {"hard": {"factorization": None}, "easy": {"isPrime": True}}
        assert answers_all(server, seed=5)


def the_busy(server: RunningServer) -> int:
    """Return the worker that takes half a second of CPU time more than it had taken."""
    idle: dict[int, int] = {}

    def busy() -> list[int]:
        """Return those that have taken so much since they were seen first."""
        return [
            pid
            for pid in workers(server)
            if cpu_ticks(pid) > idle.setdefault(pid, cpu_ticks(pid)) + 50
        ]

    (pid,) = wait_until(busy, "the worker that computes")
    return pid


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
