"""``primeql keys``: create, list, revoke and rotate API keys."""

import argparse
import re
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from primeql.settings import Settings, SettingsError
from primeql.stores.api_keys import digest, new_identifier, new_key
from primeql.stores.key_file import ApiKey, KeyFile, KeyFileError, Secret
from primeql.tiers import read_tiers

DURATION: Final = re.compile(r"(\d{1,6})([smhd])")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
MAX_NAME_CHARACTERS: Final = 100
SHOWN_ONCE: Final = "Keep it now: only its hash is stored, and it is not shown again."


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``keys`` to the commands; the chosen action is ``options.run(options, settings)``."""
    keys = commands.add_parser("keys", help="create, list, revoke and rotate API keys")
    actions = keys.add_subparsers(required=True, metavar="ACTION")

    create = actions.add_parser("create", help="create a key and print it, once")
    create.add_argument("--tier", required=True, help="tier of the key's holder")
    create.add_argument("--name", required=True, type=_name, help="name of the key's holder")
    create.set_defaults(run=_run, action=_create)

    list_ = actions.add_parser("list", help="list keys, without their secrets")
    list_.set_defaults(run=_run, action=_list)

    revoke = actions.add_parser("revoke", help="make a key invalid permanently")
    revoke.add_argument("id", help="as listed, the second part of the key")
    revoke.set_defaults(run=_run, action=_revoke)

    rotate = actions.add_parser("rotate", help="give a key a new secret and print it, once")
    rotate.add_argument("id", help="as listed, the second part of the key")
    rotate.add_argument(
        "--overlap",
        type=_duration,
        default=timedelta(hours=24),
        help="how long the old secret stays valid, such as 90s, 30m, 24h (the default) or 7d",
    )
    rotate.set_defaults(run=_run, action=_rotate)


def _run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the chosen action and return the exit status."""
    if not settings.api_keys_file:
        raise SettingsError("PRIMEQL_API_KEYS_FILE must name the file of API keys")
    try:
        options.action(options, settings, KeyFile(Path(settings.api_keys_file)))
    except (KeyFileError, OSError) as error:
        print(f"primeql: {error}", file=sys.stderr)
        return 1
    return 0


def _create(options: argparse.Namespace, settings: Settings, file: KeyFile) -> None:
    """Create a key."""
    tiers = read_tiers(settings.tiers_file)
    if options.tier not in tiers:
        raise KeyFileError(f"{options.tier!r} is no tier; there are {', '.join(tiers)}")
    now = _now()
    with file.changed() as keys:
        used = {key.id for key in keys}
        identifier = next(new for new in iter(new_identifier, "") if new not in used)
        text = new_key(identifier)
        secret = Secret(digest(text), now)
        keys.append(ApiKey(identifier, options.name, options.tier, now, (secret,)))
    _show(text)


def _list(_options: argparse.Namespace, _settings: Settings, file: KeyFile) -> None:
    """List the keys."""
    rows = [("ID", "TIER", "CREATED", "STATE", "NAME")]
    rows += [
        (key.id, key.tier, f"{key.created:%Y-%m-%d}", _state(key), key.name) for key in file.read()
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())


def _revoke(options: argparse.Namespace, _settings: Settings, file: KeyFile) -> None:
    """Revoke a key."""
    with file.changed() as keys:
        index = _index(keys, options.id)
        keys[index] = replace(keys[index], revoked=_now(), secrets=())
    print(f"revoked {options.id}", file=sys.stderr)


def _rotate(options: argparse.Namespace, _settings: Settings, file: KeyFile) -> None:
    """Give a key a new secret; let the old secrets expire."""
    now = _now()
    until = now + options.overlap
    with file.changed() as keys:
        index = _index(keys, options.id)
        old = [
            replace(secret, expires=min(until, secret.expires or until))
            for secret in keys[index].secrets
        ]
        text = new_key(options.id)
        kept = tuple(secret for secret in old if secret.expiry > now.timestamp())
        keys[index] = replace(keys[index], secrets=(*kept, Secret(digest(text), now)))
    _show(text)
    print(f"The old one is valid until {until:%Y-%m-%d %H:%M:%S} UTC.", file=sys.stderr)


def _index(keys: list[ApiKey], identifier: str) -> int:
    """Return the index in the list of the valid key with an identifier."""
    for index, key in enumerate(keys):
        if key.id == identifier:
            if key.revoked is not None:
                raise KeyFileError(f"key {identifier} is revoked")
            return index
    raise KeyFileError(f"there is no key {identifier[:64]!r}")


def _state(key: ApiKey) -> str:
    """Return a key's state as text for people."""
    if key.revoked is not None:
        return f"revoked {key.revoked:%Y-%m-%d}"
    expiring = [secret.expires for secret in key.secrets if secret.expires is not None]
    if expiring and max(expiring) > _now():
        return f"rotated, old valid until {max(expiring):%Y-%m-%d %H:%M} UTC"
    return "active"


def _show(text: str) -> None:
    """Print a key to standard output, and a note to standard error."""
    print(text)
    print(SHOWN_ONCE, file=sys.stderr)


def _now() -> datetime:
    """Return the current time, without fractions of a second."""
    return datetime.now(UTC).replace(microsecond=0)


def _name(text: str) -> str:
    """Read a name that a list can show."""
    if not text.strip() or not text.isprintable() or len(text) > MAX_NAME_CHARACTERS:
        raise argparse.ArgumentTypeError(f"a name has 1 to {MAX_NAME_CHARACTERS} characters")
    return text


def _duration(text: str) -> timedelta:
    """Read a duration such as ``24h``."""
    match = DURATION.fullmatch(text)
    if match is None:
        raise argparse.ArgumentTypeError("a duration such as 90s, 30m, 24h or 7d")
    units: dict[str, Any] = {UNITS[match[2]]: int(match[1])}
    return timedelta(**units)
