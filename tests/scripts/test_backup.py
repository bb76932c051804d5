"""What is backed up comes back as it was, or not at all."""

import gzip
import os
from pathlib import Path

import pytest

from scripts.backup import BackupError, main, restore, save


@pytest.fixture
def configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of configuration, in the current one."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "etc"
    (folder / "nested").mkdir(parents=True)
    (folder / "primeql.env").write_text("PRIMEQL_PORT=8000\n")
    (folder / "nested/keys.json").write_bytes(bytes(range(256)))
    return Path("etc")


def test_round_trip(configuration: Path, tmp_path: Path) -> None:
    archive = save(tmp_path / "backups", [configuration], None, keep=3)
    assert restore(archive, tmp_path / "new", None) == 2
    assert (tmp_path / "new/etc/nested/keys.json").read_bytes() == bytes(range(256))
    assert sorted(file.name for file in (tmp_path / "new/etc").rglob("*") if file.is_file()) == [
        "keys.json",
        "primeql.env",
    ]
    assert archive.stat().st_mode & 0o777 == 0o600


def test_round_trip_under_a_passphrase(configuration: Path, tmp_path: Path) -> None:
    passphrase, other = tmp_path / "passphrase", tmp_path / "other"
    passphrase.write_text("correct horse")
    other.write_text("battery staple")
    archive = save(tmp_path / "backups", [configuration], passphrase, keep=3)
    assert b"PRIMEQL" not in archive.read_bytes()
    with pytest.raises(BackupError, match="gpg"):
        restore(archive, tmp_path / "new", other)
    assert restore(archive, tmp_path / "new", passphrase) == 2


def test_oldest_are_taken_away(configuration: Path, tmp_path: Path) -> None:
    made = [save(tmp_path / "backups", [configuration], None, keep=2) for _ in range(3)]
    assert sorted((tmp_path / "backups").iterdir()) == sorted(made[1:])


def test_changed_archive_is_refused(configuration: Path, tmp_path: Path) -> None:
    archive = save(tmp_path / "backups", [configuration], None, keep=3)
    content = gzip.decompress(archive.read_bytes())
    archive.write_bytes(gzip.compress(content.replace(b"PORT=8000", b"PORT=8001")))
    with pytest.raises(BackupError, match="not what was saved"):
        restore(archive, tmp_path / "new", None)


def test_archive_that_is_cut_off_is_refused(configuration: Path, tmp_path: Path) -> None:
    archive = save(tmp_path / "backups", [configuration], None, keep=3)
    os.truncate(archive, archive.stat().st_size // 2)
    with pytest.raises(BackupError, match="cannot be unpacked"):
        restore(archive, tmp_path / "new", None)


def test_folder_that_is_not_empty_is_left_alone(configuration: Path, tmp_path: Path) -> None:
    archive = save(tmp_path / "backups", [configuration], None, keep=3)
    with pytest.raises(BackupError, match="not empty"):
        restore(archive, configuration, None)


def test_commands_say_what_they_did(
    configuration: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["save", "backups", str(configuration)]) == 0
    archive = capsys.readouterr().out.strip()
    assert main(["restore", archive, str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == "restored 2 files\n"
    assert main(["save", "backups", "nowhere"]) == 1
    assert "nowhere does not exist" in capsys.readouterr().err
