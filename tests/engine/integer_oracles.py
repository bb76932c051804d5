"""Answers about single integers from sympy, PARI and plain arithmetic."""

import random
from collections.abc import Callable

import sympy
from cypari import pari

SMALL_END = 10**6 + 1


def random_words(count: int, seed: int) -> list[int]:
    """Return random integers below 2**64, half of them with a random number of bits."""
    source = random.Random(seed)
    return [source.getrandbits(source.randint(1, 64) if i % 2 else 64) for i in range(count)]


def small_primes() -> list[int]:
    """Return sympy's primes below SMALL_END."""
    return [int(p) for p in sympy.sieve.primerange(SMALL_END)]


def pari_map(expression: str, values: list[int]) -> list[int]:
    """Return PARI's value of an expression in x for each x."""
    function: Callable[[list[int]], object] = pari(f"v -> apply(x -> {expression}, v)")
    return [int(result) for result in pari(function(values))]


def random_prime(bits: int, source: random.Random) -> int:
    """Return a prime of exactly this many bits, by PARI."""
    return int(pari.nextprime((1 << (bits - 1)) + source.getrandbits(bits - 2)))


def passes_strong_test(n: int, base: int) -> bool:
    """Return whether n > 2 is a strong probable prime to the base, by built-in ``pow``."""
    odd_part, twos = n - 1, 0
    while odd_part % 2 == 0:
        odd_part, twos = odd_part // 2, twos + 1
    if pow(base, odd_part, n) == 1:
        return True
    return any(pow(base, odd_part << k, n) == n - 1 for k in range(twos))
