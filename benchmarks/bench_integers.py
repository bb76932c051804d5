"""Compares the speed of single integers with sympy and FLINT, and their prices with their cost.

Run: python -m benchmarks.bench_integers [speed] [prices] [tails]

``speed`` prints the CPU time of ours / the peer's, interleaved, the median of the rounds, beside
its bar. ``prices`` prints measured / predicted CPU for each question and size: 1 is exact, up to 2
either way is aimed at, above 3 is underpriced. ``tails``, only if asked for, prints the median and
the most CPU time of factoring products of two primes of one size.
"""

import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator

import flint
import gmpy2
import sympy

from engine.factoring import arithmetic, divisors, factoring
from engine.primality import batch_primality, neighbours, primality
from engine.primality.progressions import progression, progression_cost
from engine.stop import Stop

_POINT_SECONDS = 1e-4
_ROUNDS = 15

Case = tuple[float, Callable[[], object]]


def main() -> None:
    """Print what is asked for on the command line, everything if nothing is."""
    print(
        f"python {sys.version.split()[0]}, python-flint {flint.__version__} "
        f"(FLINT {flint.__FLINT_VERSION__}), gmpy2 {gmpy2.version()} ({gmpy2.mp_version()}), "
        f"sympy {sympy.__version__}"
    )
    wanted = sys.argv[1:] or ["speed", "prices"]
    if "speed" in wanted:
        _compare_speed(random.Random(1))
    if "prices" in wanted:
        _compare_prices(random.Random(2))
    if "tails" in wanted:
        _show_tails(random.Random(3))


def _compare_speed(source: random.Random) -> None:
    """Print the ratios to the peers and the bars they are held to."""
    words = [source.getrandbits(64) for _ in range(100_000)]
    primes = [_random_prime(64, source) for _ in range(10_000)]
    _against("100,000 random 64-bit, are_prime", _ours_batch(words), "sympy", _sympy(words), 0.2)
    _against("100,000 random 64-bit, are_prime", _ours_batch(words), "FLINT", _flint(words), 1.05)
    _against("10,000 64-bit primes, are_prime", _ours_batch(primes), "FLINT", _flint(primes), 1.05)
    few = words[:1000]
    _against(
        "1,000 random 64-bit, factorize", _ours_factors(few), "sympy", _sympy_factors(few), 0.02
    )
    _against(
        "1,000 random 64-bit, factorize", _ours_factors(few), "FLINT", _flint_factors(few), 1.3
    )
    for digits in (30, 40, 50):
        hard = [_semiprime(round(digits * math.log2(10)), source)]
        name = f"one hard {digits}-digit composite, factorize"
        _against(name, _ours_factors(hard), "FLINT", _flint_factors(hard), 1.3)


def _ours_batch(values: list[int]) -> Callable[[], object]:
    return lambda: batch_primality.are_prime(values)


def _sympy(values: list[int]) -> Callable[[], object]:
    return lambda: [sympy.isprime(n) for n in values]


def _flint(values: list[int]) -> Callable[[], object]:
    return lambda: [flint.fmpz(n).is_prime() for n in values]


def _ours_factors(values: list[int]) -> Callable[[], object]:
    return lambda: [factoring.factorize(n) for n in values]


def _sympy_factors(values: list[int]) -> Callable[[], object]:
    return lambda: [sympy.factorint(n) for n in values]


def _flint_factors(values: list[int]) -> Callable[[], object]:
    return lambda: [flint.fmpz(n).factor() for n in values]


def _against(
    name: str, ours: Callable[[], object], peer: str, theirs: Callable[[], object], bar: float
) -> None:
    """Print the median ratio of interleaved rounds, fewer where a round takes long."""
    ratios: list[float] = []
    milliseconds: list[float] = []
    began = time.process_time()
    while len(ratios) < _ROUNDS and (len(ratios) < 3 or time.process_time() - began < 10):
        mine = _points(ours)
        ratios.append(mine / _points(theirs))
        milliseconds.append(mine * _POINT_SECONDS * 1000)
    print(
        f"{name:42} {statistics.median(milliseconds):9.2f} ms / {peer:6} "
        f"{statistics.median(ratios):8.4f}  bar {bar}"
    )


def _show_tails(source: random.Random) -> None:
    """Print how far the slowest of many products of one size are from the median."""
    for bits in (64, 69, 72, 77, 80, 84, 88, 92, 96):
        values = [_semiprime(bits, source) for _ in range(10_000)]
        points = sorted(_points(_call(factoring.factorize, n)) for n in values)
        middle = points[len(points) // 2]
        many = sum(one > 10 * middle for one in points)
        print(
            f"{bits} bits: median {middle / 10:.2f} ms, most {points[-1] / 10:.1f} ms,"
            f" {many} of {len(points):,} above 10 times the median"
        )


def _compare_prices(source: random.Random) -> None:
    """Print measured / predicted for each question."""
    print(f"{'question':34} {'points':>10} {'least':>7} {'median':>7} {'most':>7}")
    for name, cases in _questions(source):
        _report(name, cases)


def _questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    """Yield every question with its cases."""
    for bits in (16, 32, 48, 64, 72, 81, 96, 128, 160, 192, 256, 384, 512, 768, 985):
        yield f"is_prime, {bits}-bit primes", [
            (primality.is_prime_cost(p), _call(primality.is_prime, p))
            for p in _some_primes(bits, source)
        ]
    for bits in (64, 128, 512, 1024, 1500):
        yield f"is_probable_prime, {bits}-bit primes", [
            (primality.is_probable_prime_cost(p), _call(primality.is_probable_prime, p))
            for p in _some_primes(bits, source)
        ]
    for exponent in (2203, 4423, 9689, 11213):
        p = 2**exponent - 1
        cost = primality.is_probable_prime_cost(p)
        yield f"is_probable_prime, 2^{exponent} - 1", [
            (cost, _call(primality.is_probable_prime, p))
        ]
    yield from _primality_questions(source)
    yield from _batch_questions(source)
    yield from _neighbour_questions(source)
    yield from _factor_questions(source)
    yield from _divisor_questions(source)


def _primality_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    for bits in (32, 64, 128, 1024, 4096, 13600):
        values = [
            source.getrandbits(bits) | 1 << (bits - 1) for _ in range(20 if bits < 2000 else 3)
        ]
        cases = [(primality.primality_cost(n), _call(primality.primality, n)) for n in values]
        yield f"primality, random {bits}-bit", cases
    for bits in (64, 128, 256):
        yield f"primality, {bits}-bit primes", [
            (primality.primality_cost(p), _call(primality.primality, p))
            for p in _some_primes(bits, source)
        ]
    for start, difference in ((199, 210), (5, 6), (43142746595714191, 5283234035979900)):
        cost = progression_cost(start, difference, 1000)
        run = _call(progression, start, difference, 1000, Stop())
        yield f"progression({start}, {difference})"[:34], [(cost, run)] * 9


def _batch_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    random_words = [source.getrandbits(64) for _ in range(10_000)]
    batches = {
        "10,000 random 64-bit": random_words,
        "10,000 64-bit primes": [_random_prime(64, source) for _ in range(10_000)],
        "10,000 below 10^6": [source.randrange(10**6) for _ in range(10_000)],
        "10 random 64-bit": random_words[:10],
        "100 128-bit primes": [_random_prime(128, source) for _ in range(100)],
    }
    for name, values in batches.items():
        case = (batch_primality.are_prime_cost(values), _call(batch_primality.are_prime, values))
        yield f"are_prime, {name}", [case] * 5


def _neighbour_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    for bits in (8, 20, 32, 64, 96, 128, 256, 512, 1024, 1500, 2048):
        values = [
            source.getrandbits(bits) | 1 << (bits - 1) for _ in range(40 if bits < 600 else 9)
        ]
        cases = [(neighbours.next_prime_cost(n), _call(neighbours.next_prime, n)) for n in values]
        yield f"next_prime, {bits}-bit", cases
    for bits in (32, 64, 256):
        values = [source.getrandbits(bits) for _ in range(9)]
        yield f"neighbours of {bits}-bit, 100 a side", [
            (neighbours.neighbours_cost(n, 100), _call(neighbours.neighbours, n, 100))
            for n in values
        ]


def _factor_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    for bits in (16, 32, 48, 64, 80, 96):
        values = _some_integers(bits, source)
        cases = [(factoring.factorize_cost(n), _call(factoring.factorize, n)) for n in values]
        yield f"factorize, random {bits}-bit", cases
    for bits in (24, 32, 40, 48, 56, 60, 64, 66, 72, 80, 90, 100, 110, 120, 130, 140, 150, 160):
        values = [_semiprime(bits, source) for _ in range(40 if bits < 100 else 7)]
        cases = [(factoring.factorize_cost(n), _call(factoring.factorize, n)) for n in values]
        yield f"factorize, hard {bits}-bit", cases
    for bits in (128, 512, 985):
        values = [6 * p for p in _some_primes(bits, source)]
        cases = [(factoring.begin_cost(n), _call(factoring.begin, n)) for n in values]
        yield f"begin, 6 * {bits}-bit prime", cases
    for bits in (256, 1024, 4096, 13600):
        values = _some_integers(bits, source)
        cases = [(factoring.begin_cost(n), _call(factoring.begin, n)) for n in values]
        yield f"begin, random {bits}-bit", cases
    yield from _stage_questions(source)


def _stage_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    for bits in (120, 160, 200, 300, 500, 1000):
        partials = [factoring.begin(_semiprime(bits, source)) for _ in range(3)]
        for stage in range(4 if bits > 200 else 5):
            yield f"refine, stage {stage}, hard {bits}-bit", [
                (factoring.refine_cost(one, stage), _call(factoring.refine, one, stage))
                for one in partials
            ]
    partial = factoring.begin(_semiprime(4000, source))
    for stage in range(2):
        cost = factoring.refine_cost(partial, stage)
        yield f"refine, stage {stage}, hard 4000-bit", [
            (cost, _call(factoring.refine, partial, stage))
        ]


def _divisor_questions(source: random.Random) -> Iterator[tuple[str, list[Case]]]:
    smooth = {
        "30!": math.factorial(30),
        "random 64-bit": source.getrandbits(64),
        "897612484786617600": 897612484786617600,
        "60!": math.factorial(60),
        "2^4000": 2**4000,
        "1000!": math.factorial(1000),
    }
    for name, n in smooth.items():
        found = factoring.factorize(n)
        functions = _call(arithmetic.arithmetic_functions, found)
        yield f"arithmetic_functions, {name}", [
            (arithmetic.arithmetic_functions_cost(found), functions)
        ] * 9
        for power in (1, 30):
            if power * n.bit_length() < 13_900:
                total = _call(arithmetic.divisor_sum, found, power)
                cost = arithmetic.divisor_sum_cost(found, power)
                yield f"divisor_sum({power}), {name}", [(cost, total)] * 9
    for name in ("random 64-bit", "897612484786617600", "30!", "2^4000"):
        found = factoring.factorize(smooth[name])
        for first in (10, 100, 10_000):
            page = _call(divisors.divisors, found, first, None)
            yield f"divisors, {first} of {name}", [(divisors.divisors_cost(found, first), page)] * 5


def _report(name: str, cases: list[Case]) -> None:
    """Print the median of measured points and quantiles of measured / predicted."""
    pairs = [(price, _best(call)) for price, call in cases]
    ratios = sorted(measured / price for price, measured in pairs)
    points = statistics.median(measured for _, measured in pairs)
    middle = statistics.median(ratios)
    warning = "  UNDERPRICED" if ratios[-1] > 3 else "  dear" if middle < 0.33 else ""
    print(f"{name:34} {points:10.4g} {ratios[0]:7.2f} {middle:7.2f} {ratios[-1]:7.2f}{warning}")


def _best(call: Callable[[], object]) -> float:
    """Return the least points of a few runs, to hide the noise of short calls."""
    first = _points(call)
    return first if first > 20 else min(_points(call) for _ in range(5))


def _call(function: Callable[..., object], *arguments: object) -> Callable[[], object]:
    return lambda: function(*arguments)


def _points(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return (time.process_time() - began) / _POINT_SECONDS


def _some_integers(bits: int, source: random.Random) -> list[int]:
    count = 40 if bits < 600 else 9
    return [source.getrandbits(bits) | 1 << (bits - 1) for _ in range(count)]


def _some_primes(bits: int, source: random.Random) -> list[int]:
    return [_random_prime(bits, source) for _ in range(20 if bits < 200 else 3)]


def _random_prime(bits: int, source: random.Random) -> int:
    return int(gmpy2.next_prime(source.getrandbits(bits - 1) | 1 << (bits - 1)))


def _semiprime(bits: int, source: random.Random) -> int:
    return _random_prime(bits // 2, source) * _random_prime(bits - bits // 2, source)


if __name__ == "__main__":
    main()
