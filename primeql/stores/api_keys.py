"""API keys: their format, and the index of valid keys of the running service."""

import asyncio
import hashlib
import logging
import re
import secrets
import string
import time
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from middleware.limits.clients import KeyHolder
from primeql.settings import SettingsError
from primeql.stores.key_file import ApiKey, KeyFile, KeyFileError

logger = logging.getLogger("primeql.stores.api_keys")

# Letters and digits only, so that a double click selects a whole key.
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
ID_ALPHABET: Final = string.digits + string.ascii_lowercase
ID_CHARACTERS: Final = 8
# 62**43 > 2**256.
SECRET_CHARACTERS: Final = 43
CHECKSUM_CHARACTERS: Final = 6
KEY: Final = re.compile(
    rf"(pql_[0-9a-z]{{{ID_CHARACTERS}}}_[0-9A-Za-z]{{{SECRET_CHARACTERS}}})"
    rf"([0-9A-Za-z]{{{CHECKSUM_CHARACTERS}}})"
)
CHECK_SECONDS: Final = 1.0


def new_identifier() -> str:
    """Return an identifier for a new key; it is not secret."""
    return "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))


def new_key(identifier: str) -> str:
    """Return a key with a new secret: ``pql_<identifier>_<secret><checksum>``.

    By the prefix, people and secret scanners recognize a key. The identifier says which key it is.
    The checksum finds a mistyped key without a look-up.
    """
    secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_CHARACTERS))
    unchecked = f"pql_{identifier}_{secret}"
    return unchecked + _checksum(unchecked)


def is_well_formed(key: str) -> bool:
    """Return whether a text has the form of a key and the right checksum."""
    match = KEY.fullmatch(key)
    return match is not None and match[2] == _checksum(match[1])


def digest(key: str) -> str:
    """Return the SHA-256 of a key, which is stored instead of the key.

    A password would need a slow, salted hash, because it can be guessed. A key has 256 random bits
    and cannot be guessed, so a fast hash is safe, and every request computes it.
    """
    return hashlib.sha256(key.encode("ascii")).hexdigest()


def _checksum(text: str) -> str:
    """Return the CRC-32 of a text in base 62."""
    number = zlib.crc32(text.encode("ascii"))
    digits = ""
    for _ in range(CHECKSUM_CHARACTERS):
        number, remainder = divmod(number, len(ALPHABET))
        digits = ALPHABET[remainder] + digits
    return digits


class ApiKeys:
    """The index of valid keys.

    Keys are looked up by their hash. The time that a look-up takes depends on the hash of the key
    that was sent, and reveals nothing about valid keys.

    Args:
        path: The file of keys; empty for none. The file need not exist yet.
        tiers: The names of all tiers.

    Raises:
        SettingsError: The file cannot be read, or names another tier.
    """

    def __init__(self, path: str, tiers: Collection[str]) -> None:
        """Read the file."""
        self._file = KeyFile(Path(path)) if path else None
        self._tiers = frozenset(tiers)
        self._holders: dict[str, tuple[KeyHolder, float]] = {}
        self._version: object = None
        self._complaint = ""
        self._watching: asyncio.Task[None] | None = None
        try:
            self._read()
        except (OSError, KeyFileError) as error:
            raise SettingsError(f"PRIMEQL_API_KEYS_FILE cannot be used: {error}") from None

    def find(self, key: str) -> KeyHolder | None:
        """Return the holder of a valid key; None for any other text."""
        if not is_well_formed(key):
            return None
        found = self._holders.get(digest(key))
        if found is None or found[1] <= time.time():
            return None
        return found[0]

    def refresh(self) -> None:
        """Read the file again if it has changed; keep the old keys if it is invalid.

        An invalid file is read again at every call. Each error is logged once.
        """
        try:
            self._read()
        except (OSError, KeyFileError) as error:
            complaint = str(error)
            if complaint != self._complaint:
                logger.error("the API keys stay as they were: %s", complaint)
            self._complaint = complaint
        else:
            self._complaint = ""

    async def start(self) -> None:
        """Start watching the file for changes, in a thread."""
        if self._file is not None:
            self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self) -> None:
        """Refresh every second until cancelled."""
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            await asyncio.to_thread(self.refresh)

    def _read(self) -> None:
        """Read the file unless this version of it was read before."""
        if self._file is None or (version := self._file.version()) == self._version:
            return
        self._holders = dict(self._index(self._file.read()))
        # Set last, so that a file that could not be read is read again although it is unchanged.
        self._version = version

    def _index(self, keys: Iterable[ApiKey]) -> Iterable[tuple[str, tuple[KeyHolder, float]]]:
        """Yield the hash of each valid key, with its holder and its expiry."""
        for key in keys:
            if key.tier not in self._tiers:
                raise KeyFileError(f"key {key.id} has tier {key.tier!r}, which there is not")
            if key.revoked is None:
                holder = KeyHolder(key.id, key.tier)
                for secret in key.secrets:
                    yield secret.sha256, (holder, secret.expiry)
