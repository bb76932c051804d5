"""Packages of npm that a test needs."""

import fcntl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL_SECONDS = 300


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
        ["npm", "ci", "--silent", "--prefer-offline", "--no-audit", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        check=False,
        text=True,
        timeout=INSTALL_SECONDS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
