"""Documents that were the worst known for the prices of some version."""

from collections.abc import Iterable, Sequence
from typing import Any

from graphql import get_introspection_query

from benchmarks.cost_workload import Request
from engine.primality.neighbours import next_prime

HIGHLY_COMPOSITE = 897612484786617600
LARGE_PRIME = next_prime(2**255)


def _integer(value: int, fields: str) -> Request:
    query = f"query ($n: BigInt!) {{ integer(value: $n) {{ {fields} }} }}"
    return Request("one", query, {"n": str(value)})


def _range(low: int, high: int, fields: str) -> Request:
    query = f"query ($l: BigInt!, $h: BigInt!) {{ primeRange(low: $l, high: $h) {{ {fields} }} }}"
    return Request("range", query, {"l": str(low), "h": str(high)})


def _aliases(count: int, field: str, declared: str = "", **variables: Any) -> Request:
    asked = " ".join(f"a{k}: {field}" for k in range(count))
    return Request("aliases", f"query {declared} {{ {asked} }}", variables)


def _aliases_of(fields: Sequence[str], beside: str = "") -> Request:
    asked = " ".join(f"a{k}: {field}" for k, field in enumerate(fields))
    return Request("aliases", f"{{ {beside} {asked} }}", {})


def _batch(values: Iterable[int], fields: str) -> Request:
    query = f"query ($v: [BigInt!]!) {{ integers(values: $v) {{ {fields} }} }}"
    return Request("batch", query, {"v": list(map(str, values))})


def _semiprime(bits: int) -> int:
    half = bits // 2
    return next_prime((1 << (half - 1)) + 12345) * next_prime((1 << (bits - half - 1)) + 54321)


SIZES = (62, 64, 66, 68, 69, 72, 76, 77, 80, 83, 88, 92, 96, 104)
HARD = _semiprime(100)
_WORDS = [str(2**63 + 2 * k + 1) for k in range(300)]
_LARGE = [str(2**127 + 2 * k + 1) for k in range(20)]
_VALUES = "($v: [BigInt!]!)"
WORST = {
    "pages of edges": _range(10**9, 2 * 10**9, "primes(first: 20000) { edges { node cursor } }"),
    "pages of pages": _range(
        1,
        10**7,
        " ".join(
            f"p{k}: primes(first: 500) {{ nodes pageInfo {{ endCursor }} }}" for k in range(40)
        ),
    ),
    "divisors": _integer(HIGHLY_COMPOSITE, "divisors(first: 50000) { edges { node cursor } }"),
    "sums of divisors": _integer(
        HIGHLY_COMPOSITE**4, "arithmetic { a: divisorSum(power: 30) b: divisorSum(power: 31) }"
    ),
    "constellations": _range(
        10**12, 10**12 + 10**7, "constellations(offsets: [0, 2, 6, 8], first: 100) { totalCount }"
    ),
    "classes of a large prime": _integer(LARGE_PRIME, "classes"),
    "classes of many": _batch([next_prime(2**62 + 10**6 * k) for k in range(100)], "classes"),
    "batch times alias, words": _aliases(
        20, "integers(values: $v) { isPrime nextPrime factorization { primes } }", _VALUES, v=_WORDS
    ),
    "batch times alias, large": _aliases(
        10, "integers(values: $v) { isPrime value primality { witness } }", _VALUES, v=_LARGE
    ),
    "wide root": _aliases(3_000, "service { version limits { maxDigits } }"),
    "wide integers": _aliases(2_000, 'integer(value: "18446744073709551557") { value isPrime }'),
    "wide refusals": _aliases(1_000, "primeRange(low: 2, high: 1) { count }"),
    "negative words": _batch(range(-500, 0), "isPrime nextPrime"),
    "buckets": _range(10**9, 10**9 + 10**7, "histogram(buckets: 1000) { low high count }"),
    "residues": _range(10**9, 10**9 + 10**6, "residues(modulus: 3000) { residue count }"),
    "gaps": _range(1, 10**8, "gaps { frequencies { length count } maximum { start end merit } }"),
    "a page of long primes": _range(1016, 10**30, "primes(last: 2000) { nodes }"),
    "all residues": _range(129, 10**6, "residues(modulus: 99991) { residue count }"),
    "buckets between known counts": _range(90537073, 145466517, "histogram(buckets: 20) { count }"),
    "long progressions": _aliases(
        50, f'progression(start: "{2**64 + 43}", difference: "{10**60}") {{ terms endedBy }}'
    ),
    "a hard integer among easy ones": _batch([*range(999), HARD], "factorization { primes }"),
    "a long integer among words": _batch([*range(5_000), 2**64 + 13], "isPrime value"),
    "factors of words": _batch(
        range(10**9, 10**9 + 500), "factorization { factors { prime exponent } primes expression }"
    ),
    "classes of small primes": _batch([next_prime(10**6 + 100 * k) for k in range(300)], "classes"),
    "errors of items": _batch(range(1, 1_001), 'divisors(after: "x") { nodes }'),
    "products of two primes": _aliases_of(
        [f'integer(value: "{_semiprime(bits)}") {{ factorization {{ primes }} }}' for bits in SIZES]
    ),
    "words beside the schema": _aliases_of(
        [f'integer(value: "{k}") {{ value isPrime }}' for k in range(500)],
        "__schema { queryType { name } }",
    ),
    "introspection": Request("introspection", get_introspection_query(), {}),
}
