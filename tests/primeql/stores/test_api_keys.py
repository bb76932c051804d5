"""API keys: their form, their file, and the service that reads it while it changes."""

import asyncio
import hashlib
import json
import logging
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from middleware.limits.clients import KeyHolder
from primeql.settings import SettingsError
from primeql.stores import api_keys
from primeql.stores.api_keys import ApiKeys, digest, is_well_formed, new_identifier, new_key
from primeql.stores.key_file import ApiKey, KeyFile, KeyFileError, Secret
from tests.waiting import until

TIERS = ("anonymous", "pro")
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def add(path: Path, identifier: str = "abcd1234", tier: str = "pro", **more: Any) -> str:
    """Add a key to a file and return its text."""
    text = new_key(identifier)
    with KeyFile(path).changed() as keys:
        secret = Secret(digest(text), NOW, more.pop("expires", None))
        keys.append(ApiKey(identifier, "Ada", tier, NOW, (secret,), **more))
    return text


def test_keys_differ_and_are_well_formed() -> None:
    keys = {new_key(new_identifier()) for _ in range(100)}
    assert len(keys) == 100
    assert all(is_well_formed(key) for key in keys)


def test_secret_has_256_bits_and_no_character_is_preferred() -> None:
    assert 62**api_keys.SECRET_CHARACTERS >= 2**256
    used = {character for _ in range(50) for character in new_key("abcd1234").split("_")[2]}
    assert used == set(api_keys.ALPHABET)


def test_key_with_one_wrong_character_is_malformed() -> None:
    key = new_key("abcd1234")
    for place in range(len(key)):
        wrong = "b" if key[place] == "a" else "a"
        assert not is_well_formed(key[:place] + wrong + key[place + 1 :])


@pytest.mark.parametrize("text", ["", "pql_", "x" * 70, "pql_abcd1234_" + "é" * 49, "\x00"])
def test_other_texts_are_malformed(text: str) -> None:
    assert not is_well_formed(text)


def test_digest_is_sha256() -> None:
    key = new_key("abcd1234")
    assert digest(key) == hashlib.sha256(key.encode()).hexdigest()


def test_valid_key_is_found(path: Path) -> None:
    key = add(path)
    assert ApiKeys(str(path), TIERS).find(key) == KeyHolder("abcd1234", "pro")


def test_other_keys_are_not_found(path: Path) -> None:
    add(path)
    keys = ApiKeys(str(path), TIERS)
    assert keys.find(new_key("abcd1234")) is None
    assert keys.find("nonsense") is None


def test_without_a_file_no_key_is_valid(path: Path) -> None:
    assert ApiKeys("", TIERS).find(new_key("abcd1234")) is None
    assert ApiKeys(str(path), TIERS).find(new_key("abcd1234")) is None


def test_revoked_and_expired_keys_are_not_found(path: Path) -> None:
    now = datetime.now(UTC)
    revoked = add(path, "aaaaaaaa", revoked=now)
    expired = add(path, "bbbbbbbb", expires=now - timedelta(seconds=1))
    valid = add(path, "cccccccc", expires=now + timedelta(hours=1))
    keys = ApiKeys(str(path), TIERS)
    assert [keys.find(key) is None for key in (revoked, expired, valid)] == [True, True, False]


def test_key_expires_while_the_service_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = add(path, expires=datetime.now(UTC) + timedelta(hours=1))
    keys = ApiKeys(str(path), TIERS)
    assert keys.find(key) is not None
    later = time.time() + 3_601
    monkeypatch.setattr(time, "time", lambda: later)
    assert keys.find(key) is None


def test_file_holds_no_secret_and_is_its_owners_alone(path: Path) -> None:
    key = add(path)
    assert key.split("_")[2][:10] not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(child.name for child in path.parent.iterdir()) == ["keys.json", "keys.json.lock"]


def test_file_that_others_may_read_becomes_its_owners_alone(path: Path) -> None:
    add(path)
    path.chmod(0o644)
    add(path, "bbbbbbbb")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_file_is_read_as_it_was_written(path: Path) -> None:
    key = ApiKey(
        "abcd1234",
        'Ada "L"\\',
        "pro",
        NOW,
        (Secret("0" * 64, NOW, NOW + timedelta(days=1)), Secret("f" * 64, NOW)),
        NOW,
    )
    with KeyFile(path).changed() as keys:
        keys.append(key)
    assert KeyFile(path).read() == [key]


def test_change_that_fails_changes_nothing(path: Path) -> None:
    add(path)
    before = path.read_bytes()
    changed = KeyFile(path).changed()
    changed.__enter__().clear()
    assert not changed.__exit__(RuntimeError, RuntimeError(), None)
    assert path.read_bytes() == before


def test_link_to_the_file_stays_one(path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path)
    key = add(link)
    assert link.is_symlink()
    assert ApiKeys(str(path), TIERS).find(key) is not None


async def test_changes_at_the_same_time_are_all_kept(path: Path) -> None:
    identifiers = [f"{k:08d}" for k in range(20)]
    await asyncio.gather(*(asyncio.to_thread(add, path, each) for each in identifiers))
    assert sorted(key.id for key in KeyFile(path).read()) == identifiers


async def test_running_service_notices_changes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_keys, "CHECK_SECONDS", 0.01)
    keys = ApiKeys(str(path), TIERS)
    await keys.start()
    key = add(path)
    await until_found(keys, key, True)
    with KeyFile(path).changed() as stored:
        stored.clear()
    await until_found(keys, key, False)
    await keys.close()


async def until_found(keys: ApiKeys, key: str, is_expected: bool) -> None:
    await until(lambda: (keys.find(key) is not None) == is_expected, "the new keys")


def test_unchanged_file_is_not_read_again(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add(path)
    keys = ApiKeys(str(path), TIERS)
    monkeypatch.setattr(KeyFile, "read", None)
    keys.refresh()


def test_file_broken_while_the_service_runs_changes_nothing(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    key = add(path)
    keys = ApiKeys(str(path), TIERS)
    path.write_text("nonsense")
    for _ in range(3):
        keys.refresh()
    assert keys.find(key) is not None
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert str(path) in caplog.text
    path.unlink()
    keys.refresh()
    assert keys.find(key) is None


def test_revocation_is_noticed_though_the_first_read_after_it_fails(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = add(path)
    keys = ApiKeys(str(path), TIERS)
    with KeyFile(path).changed() as kept:
        kept.clear()
    read, failures = KeyFile.read, [OSError("too many open files"), KeyFileError("half written")]

    def failing(file: KeyFile) -> list[ApiKey]:
        if failures:
            raise failures.pop()
        return read(file)

    monkeypatch.setattr(KeyFile, "read", failing)
    for _ in range(2):
        keys.refresh()
        assert keys.find(key) is not None
    keys.refresh()
    assert keys.find(key) is None


def test_file_that_is_broken_again_is_complained_of_again(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    add(path)
    good, keys = path.read_text(), ApiKeys(str(path), TIERS)
    for text in ("nonsense", good, "nonsense"):
        path.write_text(text)
        keys.refresh()
        keys.refresh()
    assert len(caplog.records) == 2


def stored(**changes: Any) -> str:
    """Return a file of one key with some of it changed."""
    key = {
        "id": "abcd1234",
        "name": "Ada",
        "tier": "pro",
        "created": "2026-01-02T03:04:05Z",
        "secrets": [{"sha256": "0" * 64, "created": "2026-01-02T03:04:05Z"}],
    }
    kept = {name: value for name, value in {**key, **changes}.items() if value is not None}
    return json.dumps({"format": 1, "keys": [kept]})


def test_file_that_is_not_changed_is_good(path: Path) -> None:
    path.write_text(stored())
    assert KeyFile(path).read() == [
        ApiKey("abcd1234", "Ada", "pro", NOW, (Secret("0" * 64, NOW),)),
    ]


@pytest.mark.parametrize(
    "content",
    [
        "nonsense",
        "[]",
        '{"format": 2, "keys": []}',
        '{"format": 1}',
        '{"format": 1, "keys": [7]}',
        stored(id=None),
        stored(id=7),
        stored(id="a b"),
        stored(name="a\nb"),
        stored(tier=[]),
        stored(created="yesterday"),
        stored(revoked=True),
        stored(secrets=None),
        stored(secrets=[{"sha256": "0", "created": "2026-01-02T03:04:05Z"}]),
        stored(tier="gold"),
    ],
)
def test_service_does_not_start_with_a_broken_file(content: str, path: Path) -> None:
    path.write_text(content)
    with pytest.raises(SettingsError, match="PRIMEQL_API_KEYS_FILE cannot be used"):
        ApiKeys(str(path), TIERS)


def test_file_of_an_unreadable_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        ApiKeys(str(tmp_path), TIERS)
    with pytest.raises(KeyFileError, match="not JSON"):
        KeyFile(Path("/dev/null")).read()
