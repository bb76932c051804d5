"""Deploy on one machine without downtime: two slots of servers behind nginx, one of them live.

Usage: python -m scripts.deploy COMMAND FOLDER [options]

init      lay out FOLDER: ports, settings, a certificate if there is none
up        fill the idle slot with a release, try it, lead requests to it; the other stays as it is
rollback  lead requests back to the other slot
restart   start the live slot's servers anew, one by one
status    say what is live
down      stop everything

A release is a Python environment with the service installed (--python). `up` changes nothing for
clients unless every server of the new slot is ready and passes scripts.smoke.
"""

import argparse
import sys
from pathlib import Path

import httpx

from scripts.slots import SLOTS, Plan, SlotError, Slots, stop
from scripts.smoke import client_of, examine


def _init(options: argparse.Namespace) -> None:
    """Lay out a folder."""
    options.folder.mkdir(parents=True, exist_ok=True)
    first, count = options.first_port, options.servers
    ports = {
        slot: list(range(first + index * count, first + (index + 1) * count))
        for index, slot in enumerate(SLOTS)
    }
    plan = Plan(
        http_port=options.http_port,
        https_port=options.https_port,
        slot_ports=ports,
        env_file=str(options.env_file.resolve()),
        requests_per_second=options.rate,
    )
    Slots.create(options.folder, plan)


def _up(options: argparse.Namespace) -> None:
    """Fill the idle slot, try it, and make it live."""
    slots = Slots(options.folder)
    slot = slots.idle
    slots.fill(slot, options.python)
    try:
        for server in slots.servers(slot):
            _try_out(server.url, options.version)
    except SlotError:
        slots.empty(slot)
        raise
    slots.lead_to(slot)
    print(f"{slot} is live")


def _try_out(url: str, version: str | None) -> None:
    """Ask a server every root field.

    Raises:
        SlotError: An answer is not as it must be.
    """
    try:
        with client_of(url) as client:
            faults = [finding for finding in examine(client, version) if finding.fault]
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        raise SlotError(f"{url}: {type(error).__name__}: {error}") from error
    if faults:
        raise SlotError(f"{url}: {faults[0].name}: {faults[0].fault}")


def _rollback(options: argparse.Namespace) -> None:
    """Lead requests back to the slot that was live before."""
    slots = Slots(options.folder)
    slot = slots.idle
    if not slots.servers(slot):
        raise SlotError(f"{slot} is empty: there is nothing to go back to")
    for server in slots.servers(slot):
        if not server.is_running():
            raise SlotError(f"{slot} has lost its server on port {server.port}")
        _try_out(server.url, None)
    slots.lead_to(slot)
    print(f"{slot} is live")


def _restart(options: argparse.Namespace) -> None:
    """Start the servers of the live slot anew; nginx asks the other when one refuses."""
    slots = Slots(options.folder)
    slot = slots.plan.live
    for index, server in enumerate(slots.servers(slot)):
        stop(server)
        slots.replace(slot, index, options.python)


def _status(options: argparse.Namespace) -> None:
    """Print what each slot runs."""
    slots = Slots(options.folder)
    for slot in SLOTS:
        servers = " ".join(
            f"{server.port}:{'up' if server.is_running() else 'DOWN'}"
            for server in slots.servers(slot)
        )
        print(f"{slot}{' (live)' if slot == slots.plan.live else ''}: {servers or 'empty'}")


def _down(options: argparse.Namespace) -> None:
    """Stop everything."""
    Slots(options.folder).shut_down()


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(description="Deploy on one machine without downtime.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run in (_init, _up, _rollback, _restart, _status, _down):
        command = commands.add_parser(run.__name__[1:], help=run.__doc__)
        command.add_argument("folder", type=Path)
        command.set_defaults(run=run)
        if run is _init:
            command.add_argument("--env-file", type=Path, required=True, help="settings of servers")
            command.add_argument("--http-port", type=int, default=8080)
            command.add_argument("--https-port", type=int, default=8443)
            command.add_argument("--first-port", type=int, default=8101, help="of the servers")
            command.add_argument("--rate", type=int, default=100, help="requests a second a client")
            command.add_argument("--servers", type=int, default=2, help="in each slot")
        if run in (_up, _restart):
            command.add_argument("--python", default=sys.executable, help="of the release")
        if run is _up:
            command.add_argument("--version", help="that the release must say it has")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; exit status 1 if it did not succeed, and then nothing has changed."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except SlotError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
