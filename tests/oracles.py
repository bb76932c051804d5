"""Second opinions for tests: too simple to be wrong, or written by others."""

import ctypes
import functools
import importlib.metadata
import math
from pathlib import Path


def is_prime_by_trial(n: int) -> bool:
    """Return whether n is prime, by dividing by everything up to its root."""
    return n >= 2 and all(n % d for d in range(2, math.isqrt(n) + 1))


def primes_by_trial(low: int, high: int) -> list[int]:
    """Return the primes of [low, high] by trial division; for small high."""
    return [n for n in range(max(low, 2), high + 1) if is_prime_by_trial(n)]


@functools.cache
def _library(name: str) -> ctypes.CDLL:
    """Load a shared library bundled in the wheel passagemath-primesieve-primecount."""
    files = importlib.metadata.files("passagemath-primesieve-primecount") or []
    path = next(Path(str(f.locate())) for f in files if Path(str(f)).name.startswith(f"lib{name}"))
    return ctypes.CDLL(str(path))


def primes_by_primesieve(low: int, high: int) -> list[int]:
    """Return the primes of [low, high] by libprimesieve, 0 <= low <= high <= 2**64 - 1 - 2**33."""
    library = _library("primesieve")
    generate = library.primesieve_generate_primes
    generate.restype = ctypes.POINTER(ctypes.c_uint64)
    generate.argtypes = [ctypes.c_uint64] * 2 + [ctypes.POINTER(ctypes.c_size_t), ctypes.c_int]
    library.primesieve_free.argtypes = [ctypes.c_void_p]
    size = ctypes.c_size_t()
    uint64_primes = 5
    found = generate(low, high, ctypes.byref(size), uint64_primes)
    primes = found[: size.value] if size.value else []
    library.primesieve_free(found)
    return primes


def count_by_primesieve(low: int, high: int) -> int:
    """Return how many primes lie in [low, high] by libprimesieve."""
    count = _library("primesieve").primesieve_count_primes
    count.restype = ctypes.c_uint64
    count.argtypes = [ctypes.c_uint64] * 2
    return int(count(low, high))


def prime_count_by_primecount(x: int) -> int:
    """Return pi(x) by libprimecount, x < 2**63."""
    count = _library("primecount").primecount_pi
    count.restype = ctypes.c_int64
    count.argtypes = [ctypes.c_int64]
    return int(count(x))
