"""Compares the speed of questions about intervals with primesieve, primecount and sympy.

Run: python -m benchmarks.bench_ranges [speed] [prices] [memory]

``speed`` prints CPU time of ours and the peer's, interleaved, the median of the rounds, with warm
tables as in a running server, beside the ratio and its bar; a number in brackets is the first,
cold call. ``prices`` prints predicted / measured CPU. ``memory`` prints the growth of the peak
resident size in a fresh process for each question, and how soon a long count stops.
"""

import multiprocessing
import random
import statistics
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.peers import Primecount, Primesieve
from engine.counting.checkpoints import no_checkpoints
from engine.errors import DeadlineError
from engine.intervals.prime_ranges import PrimeRanges
from engine.pace import measured_pace
from engine.sieving.base_primes import BasePrimes
from engine.sieving.sieve_costs import POINT_SECONDS, Task
from engine.sieving.sieve_plan import Planner
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import standard_wheels
from engine.stop import Stop

Case = tuple[str, Callable[[], object], Callable[[], object], float]
STOP = Stop()
MOST_ROUNDS = 25
# Where prices are compared with what is measured.
_PLACES = {
    10**6: "10^6",
    10**9: "10^9",
    10**12: "10^12",
    10**15: "10^15",
    10**18: "10^18",
    2**64 - 10**7 - 1: "2^64-",
}
# Questions predicted to take longer are measured once.
_LONG_POINTS = 1_000.0


def main() -> None:
    """Print what is asked for on the command line, everything if nothing is."""
    print(f"python {sys.version.split()[0]}, numpy {np.__version__}")
    wanted = sys.argv[1:] or ["speed", "prices", "memory"]
    if "speed" in wanted:
        compare_speed()
    if "prices" in wanted:
        compare_prices()
    if "memory" in wanted:
        measure_memory()


def compare_speed() -> None:
    """Print work, ours and the peer's in ms, ratio, bar."""
    begin = time.process_time()
    ranges = PrimeRanges()
    print(f"tables made at start: {1e3 * (time.process_time() - begin):.0f} ms")
    print(f"{'work':34} {'ours ms':>10} {'(cold)':>10} {'peer ms':>10} {'ratio':>7} {'bar':>6}")
    for name, ours, peer, bar in interval_cases(ranges) + counting_cases(ranges):
        cold, mine, others = interleaved(ours, peer)
        ratio = mine / others
        print(
            f"{name:34} {1e3 * mine:10.3f} ({1e3 * cold:8.2f}) {1e3 * others:10.3f} "
            f"{ratio:7.3f} {bar:6} {'ok' if ratio <= bar else 'MISSED'}",
            flush=True,
        )


def interval_cases(ranges: PrimeRanges) -> list[Case]:
    """Return listing and counting against primesieve and sympy."""
    primesieve = Primesieve()
    # A table of small primes that hardly covers anything.
    small = SmallPrimes(2**16)
    bare = Planner(small, BasePrimes(small, 2**16), standard_wheels())

    def listing(name: str, low: int, high: int, bar: float) -> Case:
        return (
            f"list {name}",
            lambda: ranges.list_primes(low, high, STOP),
            lambda: primesieve.generate(low, high),
            bar,
        )

    def sympy_primes() -> object:
        from sympy import primerange

        return list(primerange(10**7))

    return [
        listing("[0, 10^7)", 0, 10**7 - 1, 0.4),
        listing("[0, 10^8)", 0, 10**8 - 1, 1.6),
        listing("[0, 10^9)", 0, 10**9 - 1, 1.6),
        listing("[10^12, +10^6)", 10**12, 10**12 + 10**6 - 1, 1.5),
        listing("[10^12, +10^8)", 10**12, 10**12 + 10**8 - 1, 3),
        listing("[10^15, +10^6)", 10**15, 10**15 + 10**6 - 1, 0.9),
        listing("[10^18, +10^6)", 10**18, 10**18 + 10**6 - 1, 0.1),
        listing("[2^64 - 10^6, 2^64)", 2**64 - 10**6, 2**64 - 1, 0.05),
        (
            "count [0, 10^9) by sieve alone",
            lambda: sum(piece.count(STOP) for piece in bare.pieces(0, 10**9 - 1, Task.COUNT)),
            lambda: primesieve.count(0, 10**9 - 1),
            3.5,
        ),
        (
            "list [0, 10^7) vs sympy",
            lambda: ranges.list_primes(0, 10**7, STOP),
            sympy_primes,
            0.001,
        ),
    ]


def counting_cases(ranges: PrimeRanges) -> list[Case]:
    """Return pi(x) and the n-th prime against primecount."""
    primecount = Primecount()
    bare = PrimeRanges(checkpoints=no_checkpoints())
    source = random.Random(1)
    places = [source.randrange(10**11, 10**12) for _ in range(2 * MOST_ROUNDS)]
    ours, theirs = iter(places), iter(places)

    def count(name: str, x: int, of: PrimeRanges, bar: float) -> Case:
        return (
            f"pi({name})",
            lambda: of.prime_count(x, STOP),
            lambda: primecount.prime_count(x),
            bar,
        )

    def nth(name: str, n: int, bar: float) -> Case:
        return (
            f"nth prime, n = {name}",
            lambda: ranges.nth_prime(n, STOP),
            lambda: primecount.nth_prime(n),
            bar,
        )

    return [
        (
            "pi(x), random x to 10^12",
            lambda: ranges.prime_count(next(ours), STOP),
            lambda: primecount.prime_count(next(theirs)),
            0.2,
        ),
        count("10^12, no checkpoints", 10**12, bare, 8),
        count("10^13", 10**13, ranges, 8),
        count("10^14", 10**14, ranges, 8),
        nth("10^9", 10**9, 1),
        nth("10^11", 10**11, 1),
        nth("10^12", 10**12, 8),
    ]


def interleaved(
    ours: Callable[[], object], peer: Callable[[], object]
) -> tuple[float, float, float]:
    """Return CPU seconds of our first call, and the medians of ours and the peer's."""
    cold = cpu_seconds(ours)
    once = cpu_seconds(peer)
    rounds = max(3, min(MOST_ROUNDS, int(2 / (cold + once))))
    pairs = [(cpu_seconds(ours), cpu_seconds(peer)) for _ in range(rounds)]
    mine, others = zip(*pairs, strict=True)
    return cold, statistics.median(mine), statistics.median(others)


def cpu_seconds(question: Callable[[], object]) -> float:
    """Return the CPU time of one call in seconds."""
    begin = time.process_time()
    question()
    return time.process_time() - begin


def compare_prices() -> None:
    """Print predicted / measured CPU for lists, counts, sums, pages, pi and n-th primes.

    What is measured is divided by the pace of the machine just then.
    """
    ranges = PrimeRanges(segment_bytes=0)
    # To grow the base primes is paid for once.
    ranges.count(10**15, 10**15 + 10**7, STOP)
    print(f"{'question':44} {'predicted ms':>13} {'measured ms':>12} {'ratio':>6}")
    for name, predicted, question in priced_questions(ranges):
        before = measured_pace()
        rounds = 5 if predicted < _LONG_POINTS else 1
        measured = statistics.median(cpu_seconds(question) for _ in range(rounds))
        measured /= (before + measured_pace()) / 2
        predicted *= POINT_SECONDS
        print(
            f"{name:44} {1e3 * predicted:13.3f} {1e3 * measured:12.3f} {predicted / measured:6.2f}",
            flush=True,
        )


def priced_questions(ranges: PrimeRanges) -> list[tuple[str, float, Callable[[], object]]]:
    """Return (name, predicted points, question) over sizes and widths."""
    questions: list[tuple[str, float, Callable[[], object]]] = []
    for low, place in _PLACES.items():
        for width in (10**3, 10**5, 10**7):
            high = low + width
            interval = f"[{place}, +{width}]"
            questions += [
                (
                    f"list {interval}",
                    ranges.list_cost(low, high),
                    partial(ranges.list_primes, low, high, STOP),
                ),
                (
                    f"count {interval}",
                    ranges.count_cost(low, high),
                    partial(ranges.count, low, high, STOP),
                ),
                (
                    f"sum {interval}",
                    ranges.sum_cost(low, high),
                    partial(ranges.sum, low, high, STOP),
                ),
            ]
    for exponent in (6, 12, 18, 30, 100, 300):
        low = 10**exponent
        for count in (1, 10, 100, 1000):
            if (exponent, count) == (300, 1000):
                continue
            questions.append(
                (
                    f"page of {count} from 10^{exponent}",
                    ranges.first_primes_cost(low, 2 * low, count),
                    partial(ranges.first_primes, low, 2 * low, count, STOP),
                )
            )
    for exponent in (6, 9, 11, 12, 13, 14):
        x = 10**exponent + 123_456_789
        questions.append(
            (
                f"pi(10^{exponent} + 123456789)",
                ranges.prime_count_cost(x),
                partial(ranges.prime_count, x, STOP),
            )
        )
        n = x // 30
        questions.append(
            (f"prime number {n}", ranges.nth_prime_cost(n), partial(ranges.nth_prime, n, STOP))
        )
    return questions


def measure_memory() -> None:
    """Print the growth of the peak resident size for each question, and the time to stop."""
    print(f"{'question':34} {'peak growth MB':>15}")
    for name in MEMORY_QUESTIONS:
        process = multiprocessing.get_context("spawn").Process(target=grow, args=(name,))
        process.start()
        process.join()
    print(f"a sum over [10^12, 2 * 10^12] stops after {1e3 * seconds_to_stop():.1f} ms")


MEMORY_QUESTIONS: dict[str, Callable[[PrimeRanges], object]] = {
    "tables alone": lambda ranges: None,
    "list [0, 10^9) (407 MB of answer)": lambda ranges: ranges.list_primes(0, 10**9, STOP),
    "list [10^12, +10^8)": lambda ranges: ranges.list_primes(10**12, 10**12 + 10**8, STOP),
    "sum [10^12, +10^10)": lambda ranges: ranges.sum(10**12, 10**12 + 10**10, STOP),
    "count [10^15, +10^8)": lambda ranges: ranges.count(10**15, 10**15 + 10**8, STOP),
    "pi(10^14)": lambda ranges: ranges.prime_count(10**14, STOP),
}


def grow(name: str) -> None:
    """Print how much the peak grows, with the tables, in this fresh process."""
    before = peak_bytes()
    answer = MEMORY_QUESTIONS[name](PrimeRanges())
    print(f"{name:34} {(peak_bytes() - before) / 1e6:15.0f}", flush=True)
    del answer


def peak_bytes() -> int:
    """Return the peak resident size of this process; getrusage would tell the parent's as well."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def seconds_to_stop() -> float:
    """Return the wall time from raising the flag of a long sum until it ends."""
    ranges, stop, ended = PrimeRanges(), Stop(), []

    def work() -> None:
        try:
            ranges.sum(10**12, 2 * 10**12, stop)
        except DeadlineError:
            ended.append(time.monotonic())

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(1)
    told = time.monotonic()
    stop.set()
    thread.join()
    return ended[0] - told


if __name__ == "__main__":
    main()
