"""Ends the processes that a test run leaves behind, however the run ends.

It is a process beside the tests, which the end of theirs wakes up: a run that is killed cannot
clean up. A process belongs to the run if its environment has the mark of the run, if its command
line names the folder of the run (nginx writes over its environment), or if its parent belongs to
the run.
"""

import os
import select
import signal
import sys
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "TEST_RUN"
_PROC = Path("/proc")
# Scans for processes that were started while others were killed.
_SCANS = 50
_KILL_SECONDS = 1.0


@contextmanager
def reaped(folder: Path) -> Iterator[None]:
    """Mark what this process starts from now on, to end with it."""
    before = os.environ.get(MARK)
    mark = f"{before or ''}/{uuid.uuid4().hex}"
    watched = [os.getpid()]
    if "PYTEST_XDIST_WORKER" in os.environ:
        watched.append(os.getppid())
    null = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_RDWR, 0) for number in range(3)]
    script = [sys.executable, "-ISs", __file__, mark, f"{folder}/", *map(str, watched)]
    # Out of reach of what interrupts the run from the terminal.
    os.posix_spawn(sys.executable, script, os.environ, file_actions=null, setsid=True)
    os.environ[MARK] = mark
    try:
        yield
    finally:
        del os.environ[MARK]
        if before is not None:
            os.environ[MARK] = before


def wait_for_end(pids: Iterable[int]) -> list[int]:
    """Return once one of some processes has ended, with descriptors of those that there were."""
    poll = select.poll()
    descriptors = []
    for pid in pids:
        try:
            descriptors.append(os.pidfd_open(pid))
        except ProcessLookupError:
            return descriptors
        poll.register(descriptors[-1], select.POLLIN)
    poll.poll()
    return descriptors


def belonging(mark: str, folder: str) -> set[int]:
    """Return the processes that belong to a run, but for this one."""
    found, parents = set(), {}
    for path in _PROC.glob("[0-9]*"):
        pid = int(path.name)
        with suppress(OSError):
            parents[pid] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            environment = (path / "environ").read_bytes()
            is_overwritten = b"PATH=" not in environment
            if mark.encode() in environment or (
                is_overwritten and folder.encode() in (path / "cmdline").read_bytes()
            ):
                found.add(pid)
    size = -1
    while size < len(found):
        size = len(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return found - {os.getpid()}


def main(arguments: Sequence[str]) -> None:
    """Wait for the end of a run, and kill what is left of it."""
    mark, folder, *watched = arguments
    for descriptor in wait_for_end(map(int, watched))[:1]:
        # A process of a run of several ends with the first of them.
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    for _ in range(_SCANS):
        if not (left := belonging(mark, folder)):
            return
        kill(left)


def kill(pids: Iterable[int]) -> None:
    """Kill processes, and wait for their ends."""
    descriptors = []
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            descriptors.append(os.pidfd_open(pid))
            signal.pidfd_send_signal(descriptors[-1], signal.SIGKILL)
    for descriptor in descriptors:
        select.select([descriptor], [], [], _KILL_SECONDS)
        os.close(descriptor)


if __name__ == "__main__":
    main(sys.argv[1:])
