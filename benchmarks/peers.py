"""Libraries that ours is measured against: libprimesieve and libprimecount, with one thread."""

import ctypes
import importlib.metadata
from pathlib import Path


def _library(name: str) -> ctypes.CDLL:
    files = importlib.metadata.files("passagemath-primesieve-primecount") or []
    path = next(Path(str(f.locate())) for f in files if Path(str(f)).name.startswith(f"lib{name}"))
    return ctypes.CDLL(str(path))


class Primesieve:
    """libprimesieve: primes of an interval to a malloc'ed uint64 array, and their count."""

    _UINT64_PRIMES = 5

    def __init__(self) -> None:
        """Load the library and declare what is used of it."""
        library = _library("primesieve")
        library.primesieve_set_num_threads(1)
        self._generate = library.primesieve_generate_primes
        self._generate.restype = ctypes.c_void_p
        size = ctypes.POINTER(ctypes.c_size_t)
        self._generate.argtypes = [ctypes.c_uint64, ctypes.c_uint64, size, ctypes.c_int]
        self._free = library.primesieve_free
        self._free.argtypes = [ctypes.c_void_p]
        self._count = library.primesieve_count_primes
        self._count.restype = ctypes.c_uint64
        self._count.argtypes = [ctypes.c_uint64, ctypes.c_uint64]

    def generate(self, low: int, high: int) -> int:
        """List the primes of [low, high], free the array, return how many there were."""
        size = ctypes.c_size_t()
        self._free(self._generate(low, high, ctypes.byref(size), self._UINT64_PRIMES))
        return size.value

    def count(self, low: int, high: int) -> int:
        """Return how many primes lie in [low, high]."""
        return int(self._count(low, high))


class Primecount:
    """libprimecount: pi(x) and the n-th prime."""

    def __init__(self) -> None:
        """Load the library and declare what is used of it."""
        library = _library("primecount")
        library.primecount_set_num_threads(1)
        self._pi, self._nth = library.primecount_pi, library.primecount_nth_prime
        for function in (self._pi, self._nth):
            function.restype = ctypes.c_int64
            function.argtypes = [ctypes.c_int64]

    def prime_count(self, x: int) -> int:
        """Return pi(x)."""
        return int(self._pi(x))

    def nth_prime(self, n: int) -> int:
        """Return the n-th prime."""
        return int(self._nth(n))
