"""Make the table of prime counts that pi(x) starts from, with our own sieve.

    nice -n 19 python -m scripts.make_checkpoints 1e13 --work /tmp/checkpoints

Takes about 0.25 s of CPU for each 10**9 integers. What is done is kept in the work folder after
every segment of 3.1 * 10**10, so that it may be ended and started again.
"""

import argparse
import datetime
import math
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.counting.checkpoint_file import write_checkpoints
from engine.sieving.base_primes import BasePrimes
from engine.sieving.row_sieve import WheelSieve
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel
from engine.stop import Stop

WHEEL = Wheel(30030, (17, 19, 23, 29))
# Elements of a row in one checkpoint interval: 4 words of 64 bits.
ELEMENTS = 256
SPACING = WHEEL.modulus * ELEMENTS
# Elements of a row in one segment: it fits the second-level cache of 1 MB.
SEGMENT_ELEMENTS = 1 << 20


def count_segment(sieve: WheelSieve, first: int, size: int) -> NDArray[np.uint32]:
    """Return the primes counted in each interval of ELEMENTS elements of every row."""
    words = np.zeros(size // 64, dtype=np.uint32)
    for _, row in sieve.rows(first, size, Stop()):
        words += np.bitwise_count(np.packbits(row).view(np.uint64))
    counts: NDArray[np.uint32] = words.reshape(-1, ELEMENTS // 64).sum(axis=1, dtype=np.uint32)
    return counts


def sieve_counts(entries: int, work: Path) -> NDArray[np.uint32]:
    """Return the counts of ``entries`` intervals, going on from what the work folder holds."""
    small = SmallPrimes()
    root = math.isqrt(entries * SPACING)
    if root >= SPACING:
        raise SystemExit("base primes would reach into the second interval")
    base_primes = BasePrimes(small, root).up_to(root, Stop())
    sieve = WheelSieve(WHEEL, base_primes, SEGMENT_ELEMENTS)
    done = work / "counts.npy"
    counts = np.load(done) if done.exists() else np.zeros(0, dtype=np.uint32)
    while counts.size < entries:
        first = counts.size * ELEMENTS
        size = min(SEGMENT_ELEMENTS, entries * ELEMENTS - first)
        counts = np.concatenate((counts, count_segment(sieve, first, size)))
        # The base primes, all in the first interval, have struck themselves.
        counts[0] = small.rank(SPACING - 1)
        np.save(done, counts)
        sys.stderr.write(f"\r{counts.size} of {entries}")
    return counts[:entries]


def main() -> None:
    """Parse the command line, sieve, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bound", type=float, help="last integer to cover, such as 1e13")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is done")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    entries = -(-int(arguments.bound) // SPACING)
    counts = sieve_counts(entries, arguments.work)
    command = f"python -m scripts.make_checkpoints {arguments.bound:g}"
    write_checkpoints(
        counts, SPACING, command, datetime.datetime.now(datetime.UTC).date().isoformat()
    )


if __name__ == "__main__":
    main()
