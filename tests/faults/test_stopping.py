"""Start and stop: what was accepted is answered, and no process is left behind."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from tests.faults.processes import computing, descendants, is_alive, stopped, workers
from tests.faults.questions import Question, factors
from tests.hard_integers import hard_question
from tests.ports import free_port
from tests.server import RunningServer, running_server
from tests.waiting import WAIT_SECONDS, wait_until

pytestmark = pytest.mark.faults

HEAVY = 20


@contextmanager
def under_load(server: RunningServer) -> Iterator[dict["Future[httpx.Response]", Question]]:
    """Have sent heavy requests that the server has accepted, and whose workers stand still.

    They go on after the block.
    """
    numbers = random.Random(HEAVY)
    questions = [factors(numbers) for _ in range(HEAVY)]
    with ThreadPoolExecutor(HEAVY) as threads, stopped(list(workers(server))):
        asked = {threads.submit(server.post, one.query): one for one in questions}
        wait_until(lambda: computing(server) == HEAVY, "all to be computed")
        yield asked


def test_all_that_was_accepted_is_answered_after_sigterm(own_server: RunningServer) -> None:
    below = descendants(own_server.process.pid)
    with under_load(own_server) as asked:
        own_server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: refuses(own_server), "a server that takes no connections")
    for future, question in asked.items():
        assert future.result().json() == {"data": question.data}
    assert own_server.process.wait(timeout=WAIT_SECONDS) == 0
    wait_until(lambda: not any(map(is_alive, below)), "the end of all processes")


def refuses(server: RunningServer) -> bool:
    """Return whether the server takes no new connections."""
    try:
        httpx.get(f"{server.url}/livez")
    except httpx.TransportError:
        return True
    return False


def test_signal_to_all_processes_at_once_loses_nothing(own_server: RunningServer) -> None:
    with under_load(own_server) as asked:
        # As a supervisor does that signals a whole control group.
        for pid in descendants(own_server.process.pid):
            os.kill(pid, signal.SIGTERM)
        own_server.process.send_signal(signal.SIGTERM)
    for future, question in asked.items():
        assert future.result().json() == {"data": question.data}
    assert own_server.process.wait(timeout=WAIT_SECONDS) == 0


@pytest.mark.parametrize("state", ["computing", "stopped"])
def test_no_process_survives_a_service_that_is_killed(
    own_server: RunningServer, state: str
) -> None:
    below = descendants(own_server.process.pid)
    with ThreadPoolExecutor(HEAVY) as threads:
        asked = [threads.submit(own_server.post, hard_question(n)) for n in range(4)]
        wait_until(lambda: computing(own_server) >= 4, "computations")
        with stopped(list(workers(own_server)) if state == "stopped" else []):
            own_server.process.kill()
            # Long before the minutes that the computations would take.
            wait_until(lambda: not any(map(is_alive, below)), "the end of all processes")
        for future in asked:
            with pytest.raises(httpx.TransportError):
                future.result()


def test_idle_service_does_not_wait_for_its_grace_period(own_server: RunningServer) -> None:
    # That is above its deadline of two minutes; this waits for less.
    assert own_server.terminate() == 0


def test_ready_says_no_until_all_workers_can_take_tasks(ample: dict[str, str]) -> None:
    port = free_port()
    environ = {**os.environ, **ample, "PRIMEQL_METRICS_PORT": "0"}
    command = [sys.executable, "-m", "primeql", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/readyz"
        wait_until(lambda: is_ready(url), "a server that is ready")
        children = descendants(process.pid)
        # Two lanes of two workers, what forks them, and what cleans up after it.
        assert len(children) == 6
        # Idle workers wait on their socket: each has answered its first task.
        assert httpx.get(url).text == "ok\n"
    finally:
        process.kill()
        process.wait()


def is_ready(url: str) -> bool:
    """Return whether a server says that it is ready; one that does not listen does not."""
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


def test_service_starts_and_is_ready_without_its_redis(ample: dict[str, str]) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}/0"
    with running_server({**ample, "PRIMEQL_REDIS_URL": nowhere}) as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        assert server.post("{ nthPrime(n: 1000) }").json() == {"data": {"nthPrime": "7919"}}
