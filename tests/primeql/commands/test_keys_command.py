"""``primeql keys`` as its user sees it."""

import argparse
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from primeql.commands.keys_command import add_parser
from primeql.settings import Settings, SettingsError
from primeql.stores.api_keys import ApiKeys
from primeql.stores.key_file import KeyFile
from primeql.tiers import read_tiers

Run = Callable[..., int]
KEY = re.compile(r"pql_([0-9a-z]{8})_[0-9A-Za-z]{49}\n")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(api_keys_file=str(tmp_path / "keys.json"))


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run a command line and return its exit status."""
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def run(*arguments: str) -> int:
        options = parser.parse_args(["keys", *arguments])
        status: int = options.run(options, settings)
        return status

    return run


def is_valid(settings: Settings, key: str) -> bool:
    tiers = read_tiers(settings.tiers_file)
    return ApiKeys(settings.api_keys_file, tiers).find(key) is not None


def created(run: Run, capsys: pytest.CaptureFixture[str]) -> str:
    assert run("create", "--tier", "pro", "--name", "Ada") == 0
    return capsys.readouterr().out.strip()


def test_created_key_is_printed_alone_and_valid(
    run: Run, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("create", "--tier", "pro", "--name", "Ada Lovelace") == 0
    printed = capsys.readouterr()
    assert KEY.fullmatch(printed.out)
    assert "not shown again" in printed.err
    assert is_valid(settings, printed.out.strip())
    (stored,) = KeyFile(Path(settings.api_keys_file)).read()
    assert (stored.name, stored.tier) == ("Ada Lovelace", "pro")


def test_list_shows_everything_but_secrets(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    key = created(run, capsys)
    assert run("list") == 0
    printed = capsys.readouterr().out
    header, row = printed.splitlines()
    assert header.split() == ["ID", "TIER", "CREATED", "STATE", "NAME"]
    identifier, tier, _, state, name = row.split()
    assert (identifier, tier, state, name) == (key.split("_")[1], "pro", "active", "Ada")
    assert key.split("_")[2] not in printed


def test_revoked_key_is_not_valid_and_stays_listed(
    run: Run, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    key = created(run, capsys)
    identifier = key.split("_")[1]
    assert run("revoke", identifier) == 0
    assert not is_valid(settings, key)
    capsys.readouterr()
    run("list")
    assert "revoked" in capsys.readouterr().out
    for action in ("revoke", "rotate"):
        assert run(action, identifier) == 1
        assert capsys.readouterr().err == f"primeql: key {identifier} is revoked\n"


def test_rotated_key_and_its_successor_are_one_client(
    run: Run, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old = created(run, capsys)
    assert run("rotate", old.split("_")[1], "--overlap", "24h") == 0
    new = capsys.readouterr().out.strip()
    assert old != new
    keys = ApiKeys(settings.api_keys_file, read_tiers(""))
    assert keys.find(old) == keys.find(new) is not None
    run("list")
    assert "old valid until" in capsys.readouterr().out


def test_overlap_of_rotations_is_not_prolonged(
    run: Run, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    first = created(run, capsys)
    identifier = first.split("_")[1]
    run("rotate", identifier, "--overlap", "1h")
    run("rotate", identifier, "--overlap", "7d")
    (stored,) = KeyFile(Path(settings.api_keys_file)).read()
    hours = [
        round((secret.expires - stored.created).total_seconds() / 3_600)
        for secret in stored.secrets
        if secret.expires
    ]
    assert hours == [1, 168]


def test_without_overlap_the_old_key_ends_at_once(
    run: Run, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old = created(run, capsys)
    run("rotate", old.split("_")[1], "--overlap", "0s")
    assert not is_valid(settings, old)
    assert is_valid(settings, capsys.readouterr().out.strip())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["create", "--tier", "gold", "--name", "x"], "'gold' is no tier; there are anonymous, "),
        (["revoke", "zzzzzzzz"], "there is no key 'zzzzzzzz'"),
        (["rotate", "zzzzzzzz"], "there is no key 'zzzzzzzz'"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], complaint: str, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert complaint in printed.err


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["create", "--name", "x"],
        ["create", "--tier", "pro", "--name", " "],
        ["create", "--tier", "pro", "--name", "a\nb"],
        ["rotate", "abcd1234", "--overlap", "1 day"],
        ["rotate", "abcd1234", "--overlap", "-1h"],
    ],
)
def test_wrong_arguments_are_refused(arguments: list[str], run: Run) -> None:
    with pytest.raises(SystemExit):
        run(*arguments)


def test_setting_is_needed() -> None:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    options = parser.parse_args(["keys", "list"])
    with pytest.raises(SettingsError, match="PRIMEQL_API_KEYS_FILE"):
        options.run(options, Settings())


def test_directory_that_cannot_be_written_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())
    options = parser.parse_args(["keys", "create", "--tier", "pro", "--name", "x"])
    settings = Settings(api_keys_file=str(tmp_path / "missing" / "keys.json"))
    assert options.run(options, settings) == 1
    assert "No such file or directory" in capsys.readouterr().err
