"""Compares predicted and measured cost of the classes of one prime.

Run: python -m benchmarks.bench_patterns

Prints, for each case, the quantiles of measured / predicted cost and the median of the measured
cost in points (1 point = 100 us of CPU). A ratio above 3 means underpriced.
"""

import random
import time
from collections.abc import Callable, Iterable
from functools import partial

from engine.classes import classes_of, classes_of_cost
from engine.errors import CapacityError
from engine.neighbours import next_prime
from engine.primality import is_prime

_POINT_SECONDS = 1e-4
_TYPICAL = {8: 500, 32: 2000, 48: 2000, 64: 2000, 80: 300, 96: 300, 128: 200, 256: 20, 512: 4}
_HARD = {32: 40, 48: 40, 56: 40, 60: 40, 64: 40, 72: 20, 80: 20, 96: 20, 128: 20}


def main() -> None:
    """Print one line for each size of random primes, and of primes hard to decide for CHEN."""
    rng = random.Random(20261123)
    for bits, repeats in _TYPICAL.items():
        _compare_classes(f"classes, {bits} bits", _random_primes(rng, bits, repeats))
    for bits, repeats in _HARD.items():
        _compare_classes(f"classes, hard CHEN, {bits} bits", _hard_primes(rng, bits, repeats))


def _random_primes(rng: random.Random, bits: int, repeats: int) -> list[int]:
    return [next_prime(rng.getrandbits(bits) | 1 << (bits - 1)) for _ in range(repeats)]


def _hard_primes(rng: random.Random, bits: int, repeats: int) -> list[int]:
    """Return primes p with p + 2 the product of two primes of equal length."""
    found: list[int] = []
    while len(found) < repeats:
        halves = _random_primes(rng, bits // 2, 2)
        p = halves[0] * halves[1] - 2
        if is_prime(p):
            found.append(p)
    return found


def _compare_classes(name: str, primes: Iterable[int]) -> None:
    pairs = [(classes_of_cost(p), _points(partial(_classes_or_none, p))) for p in primes]
    _report(name, pairs)


def _classes_or_none(p: int) -> None:
    try:
        classes_of(p)
    except CapacityError:
        return


def _points(call: Callable[[], object]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) / _POINT_SECONDS


def _report(name: str, pairs: list[tuple[float, float]]) -> None:
    """Print quantiles of measured / predicted over (predicted, measured) pairs."""
    ratios = sorted(measured / predicted for predicted, measured in pairs)
    measured = sorted(measured for _, measured in pairs)
    quantiles = [ratios[round(part * (len(ratios) - 1))] for part in (0.025, 0.5, 0.975, 1.0)]
    shown = "  ".join(f"{ratio:6.2f}" for ratio in quantiles)
    print(f"{name:36}  {shown}  median {measured[len(measured) // 2]:10.2f} points")


if __name__ == "__main__":
    main()
