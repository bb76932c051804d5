"""How fast this core runs just now, by a fixed kernel beside what is measured.

CPU time is no constant of a machine: it rises up to 1.6 times while others use its caches, and
virtual machines drift. A kernel of the mix of a request (objects, JSON, numpy, long integers) is
timed before and after, and what was measured is divided by how much slower than on the quiet
reference machine the kernel ran: the points of that machine are what is left.
"""

import json
import time

import numpy as np

# CPU seconds of one run on the reference machine, quiet: 2 cores of AMD EPYC (Zen 4), Python
# 3.11.7, numpy 2.4.6; 2026-11-23, the lower quartile of 15,000 samples.
QUIET_SECONDS = 1.35e-4
# Runs in one sample, of about 1.6 ms: the clock itself takes up to 0.1 ms now and then.
_RUNS = 12

_TEXT = json.dumps([{"name": str(k), "value": k * 1.5} for k in range(30)])
_MODULUS = (1 << 521) - 1
_SIEVED = 20_000
_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


class _Entry:
    """An object with a dictionary, as resolvers and executors make them."""

    __slots__ = ("names", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.names = {number: str(number)}


def slowness() -> float:
    """Return the CPU time of the kernel now / on the quiet reference machine. Cost: 1.6 ms."""
    begin = time.process_time()
    for _ in range(_RUNS):
        _kernel()
    return (time.process_time() - begin) / _RUNS / QUIET_SECONDS


def _kernel() -> int:
    """Do the same work each time, half of it in the interpreter."""
    kept: dict[int, _Entry] = {}
    for number in range(350):
        kept[number % 17] = _Entry(number)
    length = len(json.loads(_TEXT)) + sum(entry.number for entry in kept.values())
    mask = np.ones(_SIEVED, dtype=np.bool_)
    for p in _PRIMES:
        mask[p * p // 2 :: p] = False
    found = int((np.flatnonzero(mask) * 2 + 1).sum())
    return length + found + pow(3, _MODULUS >> 470, _MODULUS)
