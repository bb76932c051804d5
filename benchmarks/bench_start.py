"""What starting the service takes: CPU time of all its processes until it is ready.

Usage: python -m benchmarks.bench_start
"""

import os
import statistics

import httpx

from tests.faults.processes import cpu_ticks, descendants
from tests.server import running_server

ROUNDS = 5


def start_seconds() -> float:
    """Return the CPU time of a server and of its workers when it says that it is ready."""
    with running_server() as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        pids = [server.process.pid, *descendants(server.process.pid)]
        return sum(map(cpu_ticks, pids)) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the CPU time of a start."""
    taken = [start_seconds() for _ in range(ROUNDS)]
    print(f"{'start until ready':<40}{statistics.median(taken):9.2f} s of CPU time")


if __name__ == "__main__":
    main()
