"""The file of API keys: their holders, and the hashes of their secrets."""

import dataclasses
import fcntl
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

FORMAT: Final = 1
MODE: Final = 0o600
SHA256: Final = re.compile(r"[0-9a-f]{64}")


class KeyFileError(Exception):
    """The file of keys is invalid, or a change to it is not possible."""


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a key: its hash, and the time during which it is valid."""

    sha256: str
    created: datetime
    expires: datetime | None = None

    @property
    def expiry(self) -> float:
        """The expiry in seconds since 1970; infinity if there is none."""
        return math.inf if self.expires is None else self.expires.timestamp()


@dataclasses.dataclass(frozen=True, slots=True)
class ApiKey:
    """The key of one holder. During a rotation it has several secrets."""

    id: str
    name: str
    tier: str
    created: datetime
    secrets: tuple[Secret, ...]
    revoked: datetime | None = None


class KeyFile:
    """Reads and changes a file of keys. A missing file has no keys.

    A change replaces the whole file, so that no reader sees half of it. Changes by several
    processes wait for each other, by a lock on a second file, because the first is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> object:
        """Return a value that changes whenever the file does; None if there is no file."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev

    def read(self) -> list[ApiKey]:
        """Return the keys.

        Raises:
            KeyFileError: The file is invalid.
            OSError: The file cannot be read.
        """
        try:
            content = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return []
        except ValueError:
            raise KeyFileError(f"{self._path} is not JSON") from None
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise KeyFileError(f"{self._path} is not a file of API keys")
        try:
            return [_read_key(key) for key in content["keys"]]
        except (KeyError, TypeError, ValueError) as error:
            raise KeyFileError(f"{self._path} has a broken key: {error!r}") from None

    @contextmanager
    def changed(self) -> Iterator[list[ApiKey]]:
        """Yield the keys, to be changed in place; write them if no exception is raised.

        Raises:
            KeyFileError: The file is invalid.
            OSError: The file cannot be read or written.
        """
        path = self._path.resolve()
        with open(os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, MODE), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = self.read()
            yield keys
            _replace(path, json.dumps({"format": FORMAT, "keys": _plain(keys)}, indent=2) + "\n")


def _replace(path: Path, text: str) -> None:
    """Replace a file, with mode 0600; the new file has the owner of the old one."""
    # mkstemp makes files of mode 0600.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with open(handle, "w") as file:
            file.write(text)
            file.flush()
            if path.exists() and path.stat().st_uid != os.getuid():
                os.fchown(handle, path.stat().st_uid, path.stat().st_gid)
            os.fsync(handle)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _plain(keys: list[ApiKey]) -> list[dict[str, Any]]:
    """Return keys as JSON values: times as text, and without entries that are None."""

    def factory(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            name: _text_of(value) if isinstance(value, datetime) else value
            for name, value in pairs
            if value is not None
        }

    return [dataclasses.asdict(key, dict_factory=factory) for key in keys]


def _text_of(moment: datetime) -> str:
    """Return a time as text in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read_key(plain: dict[str, Any]) -> ApiKey:
    """Return a key from its form in JSON."""
    return ApiKey(
        id=_checked(plain["id"], str.isalnum),
        name=_checked(plain["name"], str.isprintable),
        tier=_checked(plain["tier"], str.isprintable),
        created=_moment(plain["created"]),
        secrets=tuple(
            Secret(
                sha256=_checked(secret["sha256"], lambda text: bool(SHA256.fullmatch(text))),
                created=_moment(secret["created"]),
                expires=_moment(secret["expires"]) if "expires" in secret else None,
            )
            for secret in plain["secrets"]
        ),
        revoked=_moment(plain["revoked"]) if "revoked" in plain else None,
    )


def _checked(value: Any, is_good: Callable[[str], bool]) -> str:
    """Return a text that meets the condition; raise ValueError otherwise."""
    if not isinstance(value, str) or not is_good(value):
        raise ValueError(f"{str(value)[:64]!r}")
    return value


def _moment(text: Any) -> datetime:
    """Return the time in a text; without a time zone it is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
