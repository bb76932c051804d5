"""Back up the configuration, and put it back: settings, manifests, tiers, and the file of API keys.

Usage: python -m scripts.backup save FOLDER PATH... [--passphrase-file FILE] [--keep 14]
       python -m scripts.backup restore ARCHIVE INTO [--passphrase-file FILE]

`save` writes FOLDER/configuration-TIME.tar.gz (with a passphrase .gpg, AES-256), takes the oldest
away beyond --keep, and prints its name. `restore` unpacks into an empty folder, and compares each
file with the hash it had. The service keeps nothing else: there is no database.
"""

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

HASHES: Final = "SHA256.json"
GPG: Final = ("gpg", "--batch", "--quiet", "--yes", "--pinentry-mode", "loopback")


class BackupError(Exception):
    """A backup that cannot be made, or cannot be trusted."""


def save(folder: Path, paths: list[Path], passphrase_file: Path | None, keep: int) -> Path:
    """Return the archive that was written.

    Raises:
        BackupError: A path does not exist, or gpg fails.
    """
    files = dict(_files(paths))
    hashes = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, path in sorted(files.items()):
            archive.add(path, arcname=name, recursive=False)
        listing = json.dumps(hashes, indent=1).encode()
        entry = tarfile.TarInfo(HASHES)
        entry.size = len(listing)
        archive.addfile(entry, io.BytesIO(listing))
    folder.mkdir(parents=True, exist_ok=True)
    suffix = ".tar.gz.gpg" if passphrase_file else ".tar.gz"
    target = folder / f"configuration-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}{suffix}"
    data = content.getvalue()
    if passphrase_file:
        data = _gpg(data, passphrase_file, "--symmetric", "--cipher-algo", "AES256")
    # It may hold the hashes of API keys.
    target.touch(mode=0o600)
    target.write_bytes(data)
    for old in sorted(folder.glob("configuration-*.tar.gz*"))[:-keep]:
        old.unlink()
    return target


def _files(paths: list[Path]) -> Iterator[tuple[str, Path]]:
    """Yield the files below paths, with their names in the archive: as given, never absolute."""
    for path in paths:
        if not path.exists():
            raise BackupError(f"{path} does not exist")
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file() and not file.is_symlink():
                yield str(file).lstrip("/"), file


def restore(archive: Path, into: Path, passphrase_file: Path | None) -> int:
    """Unpack an archive into an empty folder; return how many files it had.

    Raises:
        BackupError: The folder is not empty, or a file is not what was saved.
    """
    if into.exists() and any(into.iterdir()):
        raise BackupError(f"{into} is not empty")
    data = archive.read_bytes()
    if passphrase_file:
        data = _gpg(data, passphrase_file, "--decrypt")
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
            tar.extractall(into, filter="data")
        hashes = json.loads((into / HASHES).read_text())
    except (OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise BackupError(f"{archive} cannot be unpacked: {error}") from None
    for name, digest in hashes.items():
        file = into / name
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            raise BackupError(f"{name} is not what was saved")
    (into / HASHES).unlink()
    return len(hashes)


def _gpg(data: bytes, passphrase_file: Path, *command: str) -> bytes:
    """Return what gpg makes of ``data``."""
    done = subprocess.run(
        [*GPG, "--passphrase-file", passphrase_file, *command],
        input=data,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"gpg: {done.stderr.decode().strip()}")
    return done.stdout


def main(arguments: list[str] | None = None) -> int:
    """Save or restore."""
    parser = argparse.ArgumentParser(description="Back up the configuration, and put it back.")
    actions = parser.add_subparsers(required=True, dest="action")
    saving = actions.add_parser("save")
    saving.add_argument("folder", type=Path)
    saving.add_argument("paths", type=Path, nargs="+")
    saving.add_argument("--keep", type=int, default=14)
    restoring = actions.add_parser("restore")
    restoring.add_argument("archive", type=Path)
    restoring.add_argument("into", type=Path)
    for action in (saving, restoring):
        action.add_argument("--passphrase-file", type=Path)
    options = parser.parse_args(arguments)
    try:
        if options.action == "save":
            print(
                save(options.folder, options.paths, options.passphrase_file, max(1, options.keep))
            )
        else:
            count = restore(options.archive, options.into, options.passphrase_file)
            print(f"restored {count} files")
    except (BackupError, OSError) as error:
        print(f"backup: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
