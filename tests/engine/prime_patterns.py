"""What the tests of patterns over intervals share: published terms, oracles and intervals."""

import json
from itertools import pairwise
from pathlib import Path

import sympy
from hypothesis import strategies as st

from engine.intervals.prime_ranges import PrimeRanges
from engine.stop import Stop

RANGES = PrimeRanges()
_PUBLISHED = Path(__file__).parents[1] / "data" / "oeis_prime_patterns.json"


def published_terms(entry: str) -> list[int]:
    """Return the terms of an OEIS entry; its name stands beside them in the file."""
    terms: list[int] = json.loads(_PUBLISHED.read_text())["sequences"][entry]["terms"]
    return terms


def primes_by_sympy(low: int, high: int) -> list[int]:
    """Return the primes of [low, high], one by one."""
    return [n for n in range(max(low, 2), high + 1) if sympy.isprime(n)]


def stopped() -> Stop:
    """Return a stop that has been set."""
    stop = Stop()
    stop.set()
    return stop


_LOWS = st.one_of(
    st.integers(-50, 5_000),
    st.integers(0, 2**64 - 3_000),
    st.sampled_from([2**32 - 1_000, 10**8 - 1_000, 10**12, 10**16, 2**64 - 3_000]),
)
INTERVALS = st.builds(lambda low, width: (low, low + width), _LOWS, st.integers(0, 2_999))
"""Closed intervals of at most 3,000 integers below 2^64, some at its very end."""


def blocks_of(draw: st.DrawFn, values: list[int]) -> list[list[int]]:
    """Cut values into consecutive lists, none empty."""
    cuts = draw(st.sets(st.integers(1, max(len(values) - 1, 1))))
    edges = [0, *sorted(cut for cut in cuts if cut < len(values)), len(values)]
    return [values[a:b] for a, b in pairwise(edges) if a < b]
