"""What light requests feel of heavy ones, on a real server with the load on the same machine.

Usage: python -m benchmarks.bench_isolation [SECTION ...] [--seconds N]
Exit status 1 if a promise is broken. Run it on a machine that does nothing else.
"""

import argparse
import asyncio
import multiprocessing
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.load import Connection, Reply, ample_tiers, latencies, looping, percentiles
from resolvers.limits import Limits
from resolvers.running.compute import Compute
from resolvers.running.request_accounting import AnswerNotes
from tests.faults.processes import computing, descendants, is_alive, resident_bytes
from tests.hard_integers import hard_question
from tests.server import RunningServer, running_server

LIGHT = "{ integer(value: 9223372036854775783) { isPrime } }"
HANGING_UP = 150
STOPPING = 20
DOOR_CALLS = 20_000
MEBIBYTE = 1 << 20


def wide(number: int) -> str:
    """Return a document that sweeps 10^8 integers: about 0.4 s in a thread."""
    low = 10**15 + number
    return f'{{ primeRange(low: "{low}", high: "{low + 10**8}") {{ gaps {{ count }} }} }}'


class Report:
    """What was found, held to what was promised."""

    def __init__(self) -> None:
        self.broken = 0

    def line(self, what: str, found: float, most: float, unit: str = "ms") -> None:
        """Print one figure and whether it is within its bound."""
        verdict = "ok" if found <= most else "TOO MUCH"
        self.broken += found > most
        print(f"{what:58} {found:9.2f} {unit:5} promised {most:7g}  {verdict}", flush=True)


@contextmanager
def ample_server() -> Iterator[RunningServer]:
    """A server that refuses nobody, with default settings otherwise."""
    with ample_tiers() as tiers, running_server({"PRIMEQL_TIERS_FILE": tiers}) as server:
        yield server


@contextmanager
def heavy_clients(url: str, hard: int, wide_ones: int) -> Iterator[None]:
    """Have heavy clients loop in a process of their own, so that they delay no measuring."""
    process = multiprocessing.get_context("spawn").Process(
        target=_be_heavy, args=(url, hard, wide_ones), daemon=True
    )
    process.start()
    time.sleep(3)  # until all of them ask
    try:
        yield
    finally:
        process.kill()
        process.join()


def _be_heavy(url: str, hard: int, wide_ones: int) -> None:
    asyncio.run(_loop_heavily(url, hard, wide_ones))


async def _loop_heavily(url: str, hard: int, wide_ones: int) -> None:
    async with looping(url, hard, hard_question), looping(url, wide_ones, wide):
        await asyncio.sleep(3_600)


async def light(report: Report, seconds: float) -> None:
    """Light requests and the health check beside 20 heavy clients."""
    with ample_server() as server:
        quiet = percentiles(await latencies(server.url, LIGHT, 2, 0.005))
        print(f"alone: p50 {quiet['p50']:.2f} ms, p99 {quiet['p99']:.2f} ms")
        with heavy_clients(server.url, 16, 4):
            asked = latencies(server.url, LIGHT, seconds, 0.005)
            live = latencies(server.url, "/livez", seconds, 0.02)
            light_taken, live_taken = map(percentiles, await asyncio.gather(asked, live))
    for name, most in (("p50", 10), ("p95", 40), ("p99", 100)):
        report.line(f"light beside 16 factoring, 4 sweeping: {name}", light_taken[name], most)
    report.line("/livez beside the same: p99", live_taken["p99"], 50)


async def crowd(report: Report, seconds: float) -> None:
    """The health check beside 64 heavy clients."""
    with ample_server() as server, heavy_clients(server.url, 64, 0):
        taken = percentiles(await latencies(server.url, "/livez", seconds, 0.02))
    report.line("/livez beside 64 factoring: p99", taken["p99"], 100)


async def hang_ups(report: Report, _seconds: float) -> None:
    """Many heavy clients that hang up at once."""
    with ample_server() as server:
        connections = [Connection(server.url) for _ in range(HANGING_UP)]
        asked = [
            asyncio.ensure_future(one.ask(hard_question(number) if number % 3 else wide(number)))
            for number, one in enumerate(connections)
        ]
        while await asyncio.to_thread(computing, server) < HANGING_UP:
            await asyncio.sleep(0.05)
        for connection in connections:
            connection.close()
        begin = time.perf_counter()
        await asyncio.sleep(0.1 - (time.perf_counter() - begin))
        live = (await latencies(server.url, "/livez", 0.001, 0))[0]
        busy = await asyncio.to_thread(computing, server)
        await asyncio.gather(*asked, return_exceptions=True)
    report.line(f"computing 100 ms after {HANGING_UP} hung up", busy, 0, "tasks")
    report.line("/livez at that moment", 1_000 * live, 50)


async def stop(report: Report, _seconds: float) -> None:
    """SIGTERM while heavy requests are computed."""
    with ample_server() as server:
        below = descendants(server.process.pid)
        connections = [Connection(server.url) for _ in range(STOPPING)]
        asked = [
            asyncio.ensure_future(one.ask(hard_question(number)))
            for number, one in enumerate(connections)
        ]
        await asyncio.sleep(0.1)
        server.process.send_signal(signal.SIGTERM)
        begin = time.perf_counter()
        replies = await asyncio.gather(*asked, return_exceptions=True)
        status = await asyncio.to_thread(server.process.wait, 30)
        taken = time.perf_counter() - begin
        await asyncio.sleep(0.5)  # what forked the workers ends when it sees that the server has
        left = sum(map(is_alive, below))
    answered = sum(isinstance(reply, Reply) and reply.status == 200 for reply in replies)
    report.line(f"of {STOPPING} requests not answered after SIGTERM", STOPPING - answered, 0, "")
    report.line("processes left behind", left, 0, "")
    report.line("exit status", status, 0, "")
    report.line("seconds until the end, of which the grace is 10", taken, 10, "s")


async def start(report: Report, _seconds: float) -> None:
    """How long a start takes, when the files are in the page cache."""
    for attempt in range(2):
        begin = time.perf_counter()
        with ample_server() as server:
            while httpx.get(f"{server.url}/readyz").status_code != 200:
                await asyncio.sleep(0.01)
            taken = time.perf_counter() - begin
        if attempt:
            report.line("seconds until /readyz says yes", taken, 2, "s")


async def memory(report: Report, _seconds: float) -> None:
    """What a list of a million primes takes beyond a server at rest."""
    with ample_server() as server:
        connection = Connection(server.url)
        await connection.ask(LIGHT)
        before = resident_bytes(server.process.pid)
        for shown in ("numbers", "nodes"):
            pages = " ".join(
                f"p{k}: primeRange(low: {10**12 + k * 3_500_000}, high: {10**13})"
                f" {{ primes(first: 100000) {{ {shown} }} }}"
                for k in range(10)
            )
            Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
            reply = await connection.ask(f"{{ {pages} }}")
            count = sum(len(page["primes"][shown]) for page in reply.body["data"].values())
            assert count == 1_000_000
            status = Path(f"/proc/{server.process.pid}/status").read_text()
            (peak,) = re.findall(r"VmHWM:\s+(\d+)", status)
            grown = (1_024 * int(peak) - before) / MEBIBYTE
            report.line(f"1,000,000 primes as {shown}, above rest", grown, 30, "MiB")


async def door(report: Report, _seconds: float) -> None:
    """What the door adds to a question that is answered on the loop, in CPU time."""
    compute, notes = Compute(1, 1, Limits()), AnswerNotes()
    best = float("inf")
    for _ in range(15):
        deadline = time.monotonic() + 60
        begin = time.process_time()
        for _ in range(DOOR_CALLS):
            await compute.single(1.0, deadline, notes, abs, -7)
            notes.slice_seconds = 0.0
        best = min(best, (time.process_time() - begin) / DOOR_CALLS)
    await compute.close()
    report.line("door for a cheap question, CPU time", 1e6 * best, 3, "us")


Section = Callable[[Report, float], Coroutine[None, None, None]]
SECTIONS: dict[str, Section] = {
    function.__name__: function for function in (door, start, light, crowd, hang_ups, stop, memory)
}


def main() -> int:
    """Run the sections named, or all; return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    options = parser.parse_args()
    print(f"{len(os.sched_getaffinity(0))} cores, load average {os.getloadavg()[0]:.2f} before")
    report = Report()
    for name in options.sections or SECTIONS:
        asyncio.run(SECTIONS[name](report, options.seconds))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
