"""Questions of every lane with answers that are known by other means than the service's."""

import random
from collections.abc import Iterator
from itertools import cycle
from typing import Any, NamedTuple

import gmpy2

from tests.oracles import count_by_primesieve


class Question(NamedTuple):
    """A document and the ``data`` that answers it."""

    query: str
    data: dict[str, Any]


def light(numbers: random.Random) -> Question:
    """Return whether an integer of 64 bits is prime: answered on the event loop."""
    value = numbers.getrandbits(63) | 1
    data = {"integer": {"isPrime": bool(gmpy2.is_prime(value, 40))}}
    return Question(f'{{ integer(value: "{value}") {{ isPrime }} }}', data)


def factors(numbers: random.Random) -> Question:
    """Return the factors of an integer of 36 digits: about 30 ms in a worker."""
    primes = sorted(int(gmpy2.next_prime(numbers.randrange(10**17, 10**18))) for _ in range(2))
    value, found = primes[0] * primes[1], {"isComplete": True, "primes": list(map(str, primes))}
    query = f'{{ integer(value: "{value}") {{ factorization {{ isComplete primes }} }} }}'
    return Question(query, {"integer": {"factorization": found}})


def neighbour(numbers: random.Random) -> Question:
    """Return the next prime after an integer of 200 digits: about 5 ms in a worker."""
    value = numbers.randrange(10**199, 10**200)
    data = {"integer": {"nextPrime": str(gmpy2.next_prime(value))}}
    return Question(f'{{ integer(value: "{value}") {{ nextPrime }} }}', data)


def sweep(numbers: random.Random) -> Question:
    """Return how many primes an interval far out has: about 10 ms in a thread."""
    low = numbers.randrange(10**14, 10**15)
    high = low + 3_000_000
    data = {"primeRange": {"count": str(count_by_primesieve(low, high))}}
    return Question(f'{{ primeRange(low: "{low}", high: "{high}") {{ count }} }}', data)


def mixed(seed: int) -> Iterator[Question]:
    """Yield questions of all kinds in turn, half of them light; others for each seed."""
    numbers = random.Random(seed)
    for kind in cycle((light, factors, light, neighbour, light, sweep)):
        yield kind(numbers)
