"""``primeql health``: check whether the running server is ready."""

import argparse
import http.client
import ipaddress
import sys

from primeql.settings import Settings

DEFAULT_SECONDS = 3.0


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add ``health`` to the commands."""
    health = commands.add_parser("health", help="ask the running server whether it is ready")
    health.add_argument("--path", default="/readyz", help="what to ask (/readyz)")
    health.add_argument("--seconds", type=float, default=DEFAULT_SECONDS, help="how long to wait")
    health.set_defaults(run=_health)


def _health(options: argparse.Namespace, settings: Settings) -> int:
    """Send the request; return status 1 if there is no answer, or its status is not 200."""
    connection = http.client.HTTPConnection(
        _address(settings.host), settings.port, timeout=options.seconds
    )
    try:
        connection.request("GET", options.path)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        print(f"primeql: no answer: {error}", file=sys.stderr)
        return 1
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        print(f"primeql: {options.path} answers {status}", file=sys.stderr)
        return 1
    return 0


def _address(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on ``host``."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "::1" if address.version == 6 else "127.0.0.1"
