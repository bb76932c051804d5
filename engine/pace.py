"""How fast this machine is: the CPU time of three fixed kernels against the reference machine."""

import math
import time
from collections.abc import Callable

import numpy as np
from flint import fmpz

# CPU seconds of each kernel on the reference machine (2 cores of AMD EPYC, Zen 4; Python 3.11.7,
# numpy 2.4.6, python-flint 0.9.0), scaled from a machine that takes 1.3 times as long; 2026-11-28.
_REFERENCE_SECONDS = (3.3e-4, 2.6e-4, 6.2e-4)
# The least of so many runs counts: what disturbs a run only makes it longer.
_RUNS = 7
_SIEVED = 400_000
_PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_MODULUS = 2**521 - 1
# Beyond these a measurement is taken for a mistake of the clock.
_LEAST, _MOST = 0.1, 20.0


def measured_pace() -> float:
    """Return the CPU time of work on this machine / on the reference machine.

    1 is the reference machine, 2 one that takes twice as long. It is the geometric mean over three
    kernels: one of the interpreter, one of numpy, one of FLINT.

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
    """Return the least CPU time that a kernel takes in several runs."""
    least = math.inf
    for _ in range(_RUNS):
        begin = time.thread_time()
        kernel()
        least = min(least, time.thread_time() - begin)
    return least


def _interpreter() -> int:
    """Make and read objects, as resolvers and executors do."""
    kept: dict[int, list[str]] = {}
    for number in range(4_000):
        kept.setdefault(number % 97, []).append(str(number))
    return sum(len(",".join(texts)) for texts in kept.values())


def _numpy() -> int:
    """Strike multiples, and list what is left."""
    mask = np.ones(_SIEVED, dtype=np.bool_)
    for p in _PRIMES:
        mask[p * p // 2 :: p] = False
    return int(np.flatnonzero(mask).sum())


def _flint() -> object:
    """Raise to powers modulo a prime of 521 bits."""
    modulus = fmpz(_MODULUS)
    return [pow(fmpz(base), modulus >> 200, modulus) for base in range(3, 23)]
