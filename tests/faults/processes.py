"""The processes that a server has started, by what the kernel tells of them."""

import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.server import RunningServer

PROC = Path("/proc")


def descendants(pid: int) -> list[int]:
    """Return the process ids of all children of a process, of theirs, and so on."""
    found: list[int] = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


@contextmanager
def stopped(pids: list[int]) -> Iterator[None]:
    """Keep processes from running."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            # It may have been killed in the meantime.
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def workers(server: RunningServer) -> set[int]:
    """Return the worker processes of a server: what its server of forks has forked."""
    children = descendants(server.process.pid)
    return {pid for pid in children if _parent(PROC / str(pid)) != server.process.pid}


def fork_server(server: RunningServer) -> int:
    """Return the process that forks the workers."""
    (pid,) = {_parent(PROC / str(worker)) for worker in workers(server)}
    return pid


def is_alive(pid: int) -> bool:
    """Return whether a process is there and not just waiting to be buried."""
    try:
        return "State:\tZ" not in (PROC / str(pid) / "status").read_text()
    except OSError:
        return False


def is_running(pid: int) -> bool:
    """Return whether a process runs or could: it waits for nothing but a core."""
    try:
        return "State:\tR" in (PROC / str(pid) / "status").read_text()
    except OSError:
        return False


def cpu_ticks(pid: int) -> int:
    """Return the CPU time that a process has used, in hundredths of a second; 0 if it is gone."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


def resident_bytes(pid: int) -> int:
    """Return the memory that a process has in RAM; 0 if it is gone."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * int((PROC / str(pid) / "statm").read_text().split()[1])
    except OSError:
        return 0


def computing(server: RunningServer) -> float:
    """Return how many computations run or wait outside the event loop, by the server's metrics."""
    text = httpx.get(server.metrics_url).text
    names = r"primeql_pool_(?:busy_workers|queue_depth)"
    return sum(float(value) for value in re.findall(rf"^{names}{{.*}} (\S+)$", text, re.MULTILINE))


def _parent(path: Path) -> int:
    """Return the parent of a process; 0 if it is gone."""
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0
