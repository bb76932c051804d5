"""Composites that pass the strong test to base 2, made so that their factors are known."""

import math
import random
from collections import defaultdict
from collections.abc import Iterator

import gmpy2

# The primes p looked at have p - 1 dividing twice one of these.
_ORDERS = (3**3 * 5 * 7 * 11 * 13 * 17 * 19, 3**2 * 5**2 * 7 * 11 * 13 * 17 * 19)

Factored = tuple[int, tuple[int, ...]]
"""A composite and its prime factors, ascending."""


def carmichael_numbers(digits: range, seed: int) -> Iterator[Factored]:
    """Yield Carmichael numbers of so many digits that pass the strong test to base 2.

    All primes p of a number are 7 modulo 8, or all are 3 modulo 8: with n - 1 = 2^s d, d odd,
    (p - 1) / 2 divides d, so that 2^d is 1 modulo each p, or -1 modulo each. Products of primes
    p with p - 1 | L are looked for that are 1 modulo L, as products of two halves.

    Source: Erdos, *Publ. Math. Debrecen* 4 (1956), 201-206.
    """
    source = random.Random(seed)
    while True:
        order = 2 * source.choice(_ORDERS)
        primes = _primes_of_order(order, source.choice((3, 7)))
        size = source.randint(2, 5)
        halves: defaultdict[int, list[tuple[int, ...]]] = defaultdict(list)
        for _ in range(60_000):
            half = tuple(source.sample(primes, size))
            other = pow(math.prod(half), -1, order)
            for match in halves[other]:
                factors = tuple(sorted(half + match))
                n = math.prod(factors)
                if len(set(factors)) == len(factors) and len(str(n)) in digits:
                    yield n, factors
            halves[math.prod(half) % order].append(half)


def chernick_numbers(digits: int, seed: int) -> Iterator[Factored]:
    """Yield Carmichael numbers (6k + 1)(12k + 1)(18k + 1) that pass the strong test to base 2.

    Source: Chernick, *Bull. Amer. Math. Soc.* 45 (1939), 269-274.
    """
    source = random.Random(seed)
    middle = round((10 ** (digits - 0.5) / 1296) ** (1 / 3))
    while True:
        k = source.randrange(middle // 2, middle)
        factors = (6 * k + 1, 12 * k + 1, 18 * k + 1)
        if all(map(gmpy2.is_prime, factors)) and gmpy2.is_strong_prp(math.prod(factors), 2):
            yield math.prod(factors), factors


def near_multiples(bits: int, ratio: int, seed: int) -> Iterator[Factored]:
    """Yield pseudoprimes (k + 1)(ratio * k + 1) to base 2, k + 1 a prime of so many bits."""
    source = random.Random(seed)
    while True:
        k = source.getrandbits(bits) | 1 << (bits - 1)
        factors = (k + 1, ratio * k + 1)
        if all(map(gmpy2.is_prime, factors)) and gmpy2.is_strong_prp(math.prod(factors), 2):
            yield math.prod(factors), factors


def _primes_of_order(order: int, residue: int) -> list[int]:
    """Return the primes p above 40 of a residue modulo 8 with p - 1 dividing the order."""
    divisors = {1}
    for p in (2, 3, 3, 3, 5, 5, 7, 11, 13, 17, 19):
        divisors |= {d * p for d in divisors if order % (d * p) == 0}
    return sorted(
        d + 1 for d in divisors if (d + 1) % 8 == residue and d > 40 and gmpy2.is_prime(d + 1)
    )
