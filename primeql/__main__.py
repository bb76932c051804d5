"""The command line, ``primeql``: serve, health, config, keys, query and schema."""

import argparse
import os
import sys

from primeql import __version__
from primeql.commands import (
    config_command,
    health_command,
    keys_command,
    query_command,
    serve_command,
)
from primeql.settings import Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options, Settings.from_environ(os.environ))
    except SettingsError as error:
        print(f"primeql: {error}", file=sys.stderr)
        return 2
    return status


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; the modules of commands import little."""
    parser = argparse.ArgumentParser(prog="primeql", description="Prime Math API")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (serve_command, health_command, config_command, keys_command, query_command):
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
