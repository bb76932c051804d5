"""Measures the pace: the CPU time of fixed kernels here, relative to the reference machine."""

import math
import time
from collections.abc import Callable

import numpy as np
from flint import fmpz

# CPU seconds of each kernel on the reference machine (2 cores of AMD EPYC, Zen 4; Python 3.11.7,
# numpy 2.4.6, python-flint 0.9.0). Measured on a machine that takes 1.3 times as long, and scaled;
# 2026-11-28.
_REFERENCE_SECONDS = (3.3e-4, 2.6e-4, 6.2e-4)
# The fastest of this many runs counts, because a disturbance only makes a run longer.
_RUNS = 7
_SIEVED = 400_000
_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_MODULUS = 2**521 - 1
# A measurement outside these bounds is taken as an error of the clock, and clamped.
_LEAST, _MOST = 0.1, 20.0


def measured_pace() -> float:
    """Return the pace: CPU time on this machine divided by CPU time on the reference machine.

    A machine of pace 2 takes twice as long as the reference machine. The pace is the geometric mean
    over three kernels: the Python interpreter, numpy and FLINT.

    Cost: 9 ms of CPU time on the reference machine.

    >>> measured_pace() > 0
    True
    """
    kernels = (_interpreter, _numpy, _flint)
    ratios = [
        _least_seconds(kernel) / reference
        for kernel, reference in zip(kernels, _REFERENCE_SECONDS, strict=True)
    ]
    return min(max(math.prod(ratios) ** (1 / len(ratios)), _LEAST), _MOST)


def _least_seconds(kernel: Callable[[], object]) -> float:
    """Return the least CPU time of a kernel over several runs."""
    least = math.inf
    for _ in range(_RUNS):
        begin = time.thread_time()
        kernel()
        least = min(least, time.thread_time() - begin)
    return least


def _interpreter() -> int:
    """Create and read Python objects, as resolvers and the executor do."""
    kept: dict[int, list[str]] = {}
    for number in range(4_000):
        kept.setdefault(number % 97, []).append(str(number))
    return sum(len(",".join(texts)) for texts in kept.values())


def _numpy() -> int:
    """Strike multiples and list the remaining indices, as the sieve does."""
    mask = np.ones(_SIEVED, dtype=np.bool_)
    for p in _PRIMES:
        mask[p * p // 2 :: p] = False
    return int(np.flatnonzero(mask).sum())


def _flint() -> object:
    """Compute powers modulo a prime of 521 bits, as primality tests do."""
    modulus = fmpz(_MODULUS)
    return [pow(fmpz(base), modulus >> 200, modulus) for base in range(3, 23)]
