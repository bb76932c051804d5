"""The file of API keys: who holds them, and the hashes of their secrets."""

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
    """A file of keys that cannot be used, or a change to it that cannot be made."""


@dataclasses.dataclass(frozen=True, slots=True)
class Secret:
    """One secret of a key: its hash, and from when to when it is valid."""

    sha256: str
    created: datetime
    expires: datetime | None = None

    @property
    def expiry(self) -> float:
        """When it expires, in seconds since 1970; infinity for never."""
        return math.inf if self.expires is None else self.expires.timestamp()


@dataclasses.dataclass(frozen=True, slots=True)
class ApiKey:
    """One holder's key; while it is rotated it has several secrets."""

    id: str
    name: str
    tier: str
    created: datetime
    secrets: tuple[Secret, ...]
    revoked: datetime | None = None


class KeyFile:
    """Reads and changes a file of keys; one that does not exist holds none.

    A change replaces the file as a whole, so that nobody reads half of one, and waits for other
    processes' changes. The lock is a file of its own, since the file itself is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> object:
        """Return what differs whenever the file does; None if there is none."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev

    def read(self) -> list[ApiKey]:
        """Return the keys.

        Raises:
            KeyFileError: The file is not one of keys.
            OSError: It cannot be read.
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
        """Yield the keys to be changed in place, and write them if nothing is raised.

        Raises:
            KeyFileError: The file is not one of keys.
            OSError: It cannot be read or written.
        """
        path = self._path.resolve()
        with open(os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR, MODE), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = self.read()
            yield keys
            _replace(path, json.dumps({"format": FORMAT, "keys": _plain(keys)}, indent=2) + "\n")


def _replace(path: Path, text: str) -> None:
    """Replace a file as a whole, for its owner to read; it keeps an owner it had."""
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
    """Return keys as JSON has them: moments as text, and nothing where there is nothing."""

    def factory(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            name: _text_of(value) if isinstance(value, datetime) else value
            for name, value in pairs
            if value is not None
        }

    return [dataclasses.asdict(key, dict_factory=factory) for key in keys]


def _text_of(moment: datetime) -> str:
    """Return a moment in UTC, to the second."""
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
    """Return a text that is as it must be."""
    if not isinstance(value, str) or not is_good(value):
        raise ValueError(f"{str(value)[:64]!r}")
    return value


def _moment(text: Any) -> datetime:
    """Return a moment; one without a time zone is in UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
