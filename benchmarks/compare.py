"""Holds this tree against another commit and says what got slower.

Usage: python -m benchmarks.compare REVISION

Both trees answer the same questions in turn, in processes of their own, and CPU time is compared.
A question counts as slower only if it is by more than 10 % in the median of all rounds; the exit
status is 1 if any is.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 7
TOLERANCE = 1.10
ROOT = Path(__file__).parents[1]

# Printed by both trees: question -> CPU seconds. It may use what both have, the engine's face.
QUESTIONS = """
import json, random, time
from engine.factoring.arithmetic import arithmetic_functions
from engine.primality.batch_primality import are_prime
from engine.factoring.factoring import factorize
from engine.primality.neighbours import next_prime
from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop

source, stop, ranges = random.Random(97), Stop(), PrimeRanges()
words = [source.getrandbits(64) | 1 for _ in range(2_000)]
questions = {
    "list [0, 10^7]": lambda: ranges.list_primes(0, 10**7, stop),
    "list [0, 10^8]": lambda: ranges.list_primes(0, 10**8, stop),
    "list [10^12, +10^6]": lambda: ranges.list_primes(10**12, 10**12 + 10**6, stop),
    "list [10^18, +10^5]": lambda: ranges.list_primes(10**18, 10**18 + 10**5, stop),
    "count [10^12, +10^8]": lambda: ranges.count(10**12, 10**12 + 10**8, stop),
    "sum [0, 10^8]": lambda: ranges.sum(0, 10**8, stop),
    "pi(10^12)": lambda: ranges.prime_count(10**12, stop),
    "nth prime 10^9": lambda: ranges.nth_prime(10**9, stop),
    "2,000 isPrime": lambda: are_prime(words),
    "2,000 nextPrime": lambda: [next_prime(n) for n in words],
    "1,000 factorizations": lambda: [factorize(n) for n in words[:1_000]],
    "1,000 arithmetic": lambda: [arithmetic_functions(factorize(n)) for n in words[:1_000]],
}
taken = {}
for name, question in questions.items():
    question()
    begin = time.process_time()
    question()
    taken[name] = time.process_time() - begin
print(json.dumps(taken))
"""


def main(revision: str) -> int:
    """Print a line for each question; return 1 if one got slower."""
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "tree"
        git = ["git", "-C", str(ROOT)]
        subprocess.run(
            [*git, "worktree", "add", "--detach", "-q", str(other), revision], check=True
        )
        try:
            rounds = [(_measure(ROOT), _measure(other)) for _ in range(ROUNDS)]
        finally:
            subprocess.run([*git, "worktree", "remove", "--force", str(other)], check=True)
    return _report(rounds, revision)


def _measure(tree: Path) -> dict[str, float]:
    """Return the CPU seconds of every question in one tree."""
    environ = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-c", QUESTIONS],
        cwd=tree,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    taken: dict[str, float] = json.loads(done.stdout)
    return taken


def _report(rounds: list[tuple[dict[str, float], dict[str, float]]], revision: str) -> int:
    """Print the medians and return 1 if one is beyond the tolerance."""
    slower = 0
    print(f"{'question':24} {'ms now':>9} {'ms ' + revision[:12]:>15} {'ratio':>6}")
    for name in rounds[0][0]:
        now = statistics.median(ours[name] for ours, _ in rounds)
        then = statistics.median(theirs[name] for _, theirs in rounds)
        ratio = statistics.median(ours[name] / theirs[name] for ours, theirs in rounds)
        is_slower = ratio > TOLERANCE
        slower |= is_slower
        mark = "  SLOWER" if is_slower else ""
        print(f"{name:24} {1e3 * now:9.2f} {1e3 * then:15.2f} {ratio:6.2f}{mark}")
    return int(slower)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
