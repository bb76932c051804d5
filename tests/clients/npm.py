"""Packages of npm that a test needs.

``python -m tests.clients.npm FOLDER...`` installs them before the tests, which then need no
network for them.
"""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL_SECONDS = 1_200


@contextmanager
def installed(folder: Path) -> Iterator[None]:
    """Hold ``folder`` for this process alone, with the packages of its lock installed.

    They stay for the next run, until the lock changes.
    """
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".installed"
    with (folder / "package.json").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
            _install(folder)
            stamp.write_bytes(lock.read_bytes())
        yield


def _install(folder: Path) -> None:
    """Install exactly what the lock of ``folder`` says."""
    done = subprocess.run(
        ["npm", "ci", "--loglevel=error", "--prefer-offline", "--no-audit", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr


if __name__ == "__main__":
    for name in sys.argv[1:]:
        with installed(Path(name)):
            pass
