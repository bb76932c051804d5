"""``primeql config`` says what is wrong with the settings before a server is started with them."""

from pathlib import Path

import pytest

from primeql.__main__ import main
from primeql.commands.config_command import read_env_file
from primeql.settings import Settings, SettingsError

ROOT = Path(__file__).parents[3]
SECRET = "redis://:s3cret@redis:6379/0"


def test_environment_that_can_be_used_is_ok(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRIMEQL_PORT", "9000")
    assert main(["config", "check"]) == 0
    assert capsys.readouterr().out.startswith("ok: 1 settings given")


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("PRIMEQL_PORT=http", "PRIMEQL_PORT"),
        ("PRIMEQL_PROT=8000", "PRIMEQL_PROT"),
        ("PRIMEQL_PORT", "line 2"),
        ("PRIMEQL_TIERS_FILE=/nowhere.toml", "/nowhere.toml"),
        ("PRIMEQL_PERSISTED_DOCUMENTS=/nowhere.json", "/nowhere.json"),
        ("PRIMEQL_REDIS_URL_FILE=/nowhere", "PRIMEQL_REDIS_URL_FILE"),
    ],
)
def test_file_of_settings_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, named: str
) -> None:
    file = tmp_path / "wrong.env"
    file.write_text(f"# what a comment says\n{line}\n")
    assert main(["config", "check", "--env-file", str(file)]) == 2
    assert named in capsys.readouterr().err


def test_values_are_checked_without_the_files_of_another_machine(tmp_path: Path) -> None:
    file = tmp_path / "production.env"
    file.write_text("PRIMEQL_TIERS_FILE=/etc/t.toml\nPRIMEQL_REDIS_URL_FILE=/run/secrets/redis\n")
    assert main(["config", "check", "--values-only", "--env-file", str(file)]) == 0


def test_missing_file_of_settings_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "check", "--env-file", "/nowhere.env"]) == 2
    assert "/nowhere.env" in capsys.readouterr().err


def test_values_are_read_as_containers_read_them(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text('A=1\n\n# B=2\nC="x"=y \nD=\n')
    assert read_env_file(file) == {"A": "1", "C": '"x"=y ', "D": ""}


def test_settings_are_shown_without_secrets(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PRIMEQL_REDIS_URL", SECRET)
    monkeypatch.setenv("PRIMEQL_TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.7")
    assert main(["config", "show"]) == 0
    shown = capsys.readouterr().out
    assert "PRIMEQL_REDIS_URL=(hidden)\n" in shown
    assert "PRIMEQL_TRUSTED_PROXIES=10.0.0.0/8,192.0.2.7/32\n" in shown
    assert "s3cret" not in shown


def test_secret_comes_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "redis"
    file.write_text(SECRET + "\n")
    settings = Settings.from_environ({"PRIMEQL_REDIS_URL_FILE": str(file)})
    assert settings.redis_url == SECRET
    assert "s3cret" not in repr(settings)


def test_secret_is_set_one_way_only(tmp_path: Path) -> None:
    file = tmp_path / "redis"
    file.write_text(SECRET)
    environ = {"PRIMEQL_REDIS_URL_FILE": str(file), "PRIMEQL_REDIS_URL": SECRET}
    with pytest.raises(SettingsError, match="both set") as refused:
        Settings.from_environ(environ)
    assert "s3cret" not in str(refused.value)


def test_secret_that_cannot_be_read_is_not_shown() -> None:
    with pytest.raises(SettingsError, match=r"^PRIMEQL_REDIS_URL is secret; it must be") as refused:
        Settings.from_environ({"PRIMEQL_REDIS_URL": "s3cret@redis"})
    assert "s3cret" not in str(refused.value)


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^PRIMEQL_PORT_FILE is not a setting"):
        Settings.from_environ({"PRIMEQL_PORT_FILE": str(tmp_path)})


def test_example_of_a_file_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "example"]) == 0
    assert (ROOT / ".env.example").read_text() == capsys.readouterr().out


def test_table_of_the_documents_is_the_printed_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "docs"]) == 0
    assert (ROOT / "docs/settings.md").read_text().endswith(capsys.readouterr().out)
