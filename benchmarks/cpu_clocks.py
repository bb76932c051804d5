"""The CPU time of other processes, by the clocks that the system keeps of them."""

import time
from pathlib import Path

# What clock_getcpuclockid(3) makes of a process id: its complement, and which of its clocks. It
# counts in nanoseconds, with the threads that have ended.
_SCHEDULED = 2


def cpu_seconds(pid: int) -> float:
    """Return the CPU time so far of a process, its threads and its living descendants."""
    return sum(time.clock_gettime((~member << 3) | _SCHEDULED) for member in _family(pid))


def _family(pid: int) -> set[int]:
    """Return a process and its living descendants."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        parents[int(stat.parent.name)] = int(fields[1])
    family, size = {pid}, 0
    while size < len(family):
        size = len(family)
        family |= {child for child, parent in parents.items() if parent in family}
    return family
