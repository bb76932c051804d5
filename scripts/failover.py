"""Kill a server of the live slot under load, without warning, and start it again: who notices?

Usage: python -m scripts.failover FOLDER [--seconds 10] [--clients 4]    (after scripts.deploy up)

Prints the load's summary, with the time from the start of the new server until it was ready. Exit
status 1 if any request failed.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts.slots import SlotError, Slots


def fail_over(slots: Slots, seconds: float, clients: int) -> dict[str, object]:
    """Return what clients have seen while a server was killed and started again.

    Raises:
        SlotError: The new server did not become ready.
    """
    url = f"https://localhost:{slots.plan.https_port}"
    certificate = slots.folder / "nginx/tls/tls.crt"
    command = (sys.executable, "-m", "scripts.load", url, "--ca", str(certificate))
    limits = ("--seconds", str(seconds), "--clients", str(clients), "--max-error-ratio", "1")
    with subprocess.Popen([*command, *limits], stdout=subprocess.PIPE, text=True) as load:
        time.sleep(seconds / 4)
        victim = slots.servers(slots.plan.live)[0]
        os.kill(victim.pid, signal.SIGKILL)
        time.sleep(seconds / 4)
        started = time.monotonic()
        slots.replace(slots.plan.live, 0, sys.executable)
        ready_seconds = time.monotonic() - started
        output, _ = load.communicate()
    summary: dict[str, object] = json.loads(output)
    return {**summary, "recovery_seconds": round(ready_seconds, 2)}


def main(arguments: list[str] | None = None) -> int:
    """Run the drill and print what clients have seen."""
    parser = argparse.ArgumentParser(description="Kill a live server under load.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--clients", type=int, default=4)
    options = parser.parse_args(arguments)
    try:
        summary = fail_over(Slots(options.folder), options.seconds, options.clients)
    except SlotError as error:
        print(f"failover: {error}", file=sys.stderr)
        return 1
    print(json.dumps(summary))
    return 1 if summary["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
