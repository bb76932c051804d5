"""``primeql config``: check the settings, show them, or list all settings."""

import argparse
import dataclasses
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from primeql.settings import FILE_SUFFIX, PREFIX, Settings, SettingsError, is_secret

HIDDEN = "(hidden)"


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``config`` to the commands."""
    config = commands.add_parser("config", help="check or show the settings")
    actions = config.add_subparsers(required=True, metavar="ACTION")

    check = actions.add_parser("check", help="read all settings and the files they name")
    check.add_argument("--env-file", type=Path, help="check this file instead of the environment")
    check.add_argument(
        "--values-only",
        action="store_true",
        help="leave out the files that settings name, which may exist on the server only",
    )
    check.set_defaults(run=_check)

    show = actions.add_parser("show", help="print the settings in force, without secrets")
    show.set_defaults(run=_show)

    docs = actions.add_parser("docs", help="print the table of docs/settings.md")
    docs.set_defaults(run=_docs)

    example = actions.add_parser("example", help="print a file of every setting, commented out")
    example.set_defaults(run=_example)


def _check(options: argparse.Namespace, settings: Settings) -> int:
    """Read all settings and their files, as a start does; SettingsError names a faulty one."""
    environ: Mapping[str, str] = os.environ
    if options.env_file is not None:
        environ = read_env_file(options.env_file)
    if options.values_only:
        environ = _without_secret_files(environ)
    if environ is not os.environ:
        settings = Settings.from_environ(environ)
    if not options.values_only:
        _read_files(settings)
    count = sum(name.startswith(PREFIX) for name in environ)
    print(f"ok: {count} settings given, {len(dataclasses.fields(Settings))} in force")
    return 0


def _without_secret_files(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``environ`` without the variables that name files of secrets."""
    names = {_variable(field) + FILE_SUFFIX for field in _fields() if is_secret(field)}
    return {name: text for name, text in environ.items() if name not in names}


def _read_files(settings: Settings) -> None:
    """Read the files that settings name.

    Raises:
        SettingsError: One cannot be used.
    """
    # Imported here, because they load the server's libraries, which a health check must not.
    from primeql.operations.persisted_queries import read_manifest
    from primeql.stores.key_file import KeyFile, KeyFileError
    from primeql.tiers import read_tiers

    read_tiers(settings.tiers_file)
    try:
        if settings.persisted_documents:
            read_manifest(Path(settings.persisted_documents))
        if settings.api_keys_file:
            KeyFile(Path(settings.api_keys_file)).read()
    except (OSError, ValueError, KeyFileError) as error:
        raise SettingsError(f"a file that the settings name cannot be used: {error}") from None


def read_env_file(path: Path) -> dict[str, str]:
    """Return the variables of a file of ``NAME=value`` lines; quotes have no meaning.

    Raises:
        SettingsError: The file cannot be read, or a line is not an assignment.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    variables = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, equals, text = line.partition("=")
        if not equals or not name.isidentifier():
            raise SettingsError(f"{path}, line {number}: NAME=value is needed")
        variables[name] = text
    return variables


def _show(_options: argparse.Namespace, settings: Settings) -> int:
    """Print the settings in force."""
    for field in _fields():
        value = getattr(settings, field.name)
        print(f"{_variable(field)}={HIDDEN if is_secret(field) and value else as_text(value)}")
    return 0


def _docs(_options: argparse.Namespace, _settings: Settings) -> int:
    """Print the table of settings."""
    print("\n".join(table()))
    return 0


def _example(_options: argparse.Namespace, _settings: Settings) -> int:
    """Print an example file of settings."""
    print("\n".join(_example_lines()))
    return 0


def table() -> Iterator[str]:
    """Yield the lines of the table of settings, in Markdown."""
    yield "| variable | default | meaning |"
    yield "|---|---|---|"
    for field in _fields():
        default = as_text(field.default)
        shown = f"`{default}`" if default else ""
        yield f"| `{_variable(field)}` | {shown} | {field.metadata['help']} |"


def _example_lines() -> Iterator[str]:
    """Yield the lines of a file in which every setting is commented out."""
    yield "# Settings of the Prime Math API, written by `primeql config example`: each is at its"
    yield "# default. Copy this file to .env, take the # from what you change, and check it with"
    yield "# `primeql config check --env-file .env`. Values take no quotes. The service reads its"
    yield "# environment only: `set -a; . ./.env; set +a; make run` in a shell, or hand the file to"
    yield "# `docker run --env-file .env`."
    for field in _fields():
        yield ""
        yield f"# {field.metadata['help']}"
        if is_secret(field):
            yield f"# A secret: better a file, {_variable(field)}{FILE_SUFFIX}=/run/secrets/..."
        yield f"#{_variable(field)}={as_text(field.default)}"


def as_text(value: Any) -> str:
    """Return a value as the text of its variable."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _variable(field: "dataclasses.Field[Any]") -> str:
    """Return the name of a setting's variable."""
    return PREFIX + field.name.upper()


def _fields() -> "tuple[dataclasses.Field[Any], ...]":
    """Return the settings."""
    return dataclasses.fields(Settings)
