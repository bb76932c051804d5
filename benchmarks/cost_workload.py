"""Requests over every priced field and size, generated from a seed."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from engine.primality.neighbours import next_prime
from schema import build_schema

Maker = Callable[[random.Random], tuple[str, dict[str, Any]]]

_HIGHLY_COMPOSITE = (
    5040,
    735134400,
    897612484786617600,
    18401055938125660800,
    2**64 - 1,
    2**10 * 3**6 * 5**4 * 7**3 * 11**2 * 13**2 * 17,
)
_MERSENNE_EXPONENTS = (521, 607, 1279, 2203, 2281, 4253, 9689)
_PRIMORIAL_OF_20 = 557940830126698960967415390

_INTEGER_FIELDS = (
    "value",
    "isPrime",
    "isProbablePrime",
    "primality { verdict method witness }",
    "nextPrime",
    "previousPrime",
    "neighbours(count: 3) { below above nearest gap }",
    "classes",
    "primeIndex",
    "isPrime isProbablePrime value nextPrime",
)
_FACTOR_FIELDS = (
    "factorization { sign isComplete }",
    "factorization { factors { prime exponent } primes expression composites }",
    "arithmetic { totient carmichael mobius divisorCount radical isPerfect divisorSum(power: 3) }",
    "arithmetic { isSquarefree distinctPrimeFactorCount primeFactorCount isPerfectPower }",
    "divisors { nodes totalCount pageInfo { hasNextPage endCursor } }",
    "divisors(first: 5000) { edges { node cursor } }",
    "factorization { primes } arithmetic { totient } divisors(first: 20) { nodes }",
)
_RANGE_FIELDS = (
    "low high",
    "count",
    "sum",
    "smallest largest",
    "primes { nodes pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
    "primes(first: 1) { nodes }",
    "primes(first: 10000) { nodes }",
    "primes(first: 10000) { numbers }",
    "primes(last: 1000) { edges { node cursor } }",
    "primes(last: 20) { nodes totalCount } count",
    "gaps { count mean maximum { start end length merit } frequencies { length count } }",
    "gaps { minimum { start } }",
    "constellations(offsets: [0, 2]) { nodes { primes } pageInfo { hasNextPage } }",
    "constellations(offsets: [0, 2, 6, 8], first: 10) { nodes { primes } }",
    "constellations(offsets: [0, 4, 6], first: 1000) { nodes { primes } }",
    "constellations(offsets: [0, 2], first: 1) { totalCount }",
    "histogram { low high count }",
    "histogram(buckets: 5) { count }",
    "residues(modulus: 4) { residue count }",
    "residues(modulus: 1000) { residue count }",
)
# What an argument that has to be given is, by the name of its type.
_TYPICAL_ARGUMENTS = {"Int": 30, "BigInt": 1_000, "String": '""'}


@dataclass(frozen=True, slots=True)
class Request:
    """One document with its variables; ``kind`` tells what it is made of."""

    kind: str
    query: str
    variables: dict[str, Any]


def requests(seed: int, count: int) -> Iterator[Request]:
    """Yield requests whose answers are as hard as integers of their size can be, or known easy."""
    rng = random.Random(seed)
    makers = _makers()
    for place in range(count):
        kind, maker = makers[place % len(makers)]
        query, variables = maker(rng)
        yield Request(kind, query, variables)


def easy_requests(seed: int, count: int) -> Iterator[Request]:
    """Yield requests that nothing but their answer tells from hard ones: random large integers."""
    rng = random.Random(seed)
    for _ in range(count):
        bits = rng.choice((72, 80, 96, 112, 128))
        fields = rng.choice(_FACTOR_FIELDS)
        query = f"query ($n: BigInt!) {{ integer(value: $n) {{ {fields} }} }}"
        yield Request("easy", query, {"n": str(rng.getrandbits(bits))})


def _makers() -> list[tuple[str, Maker]]:
    """Return every kind of request by its name."""
    makers: list[tuple[str, Maker]] = [
        ("service", _fixed("{ service { version limits { maxDigits maxPageSize } } }")),
        ("typename", _fixed("{ __typename }")),
        ("arePrime", _are_prime),
        ("progression", _progression),
        ("primeCount", _prime_count),
        ("nthPrime", _nth_prime),
    ]
    integer_fields = (*_INTEGER_FIELDS, *_FACTOR_FIELDS)
    range_fields = (*_RANGE_FIELDS, *_others("PrimeRange", _RANGE_FIELDS))
    for field in (*integer_fields, *_others("Integer", integer_fields)):
        pick = _hard_for_factoring if field in _FACTOR_FIELDS else _hard_for_primality
        makers.append((f"one: {field}", _single(field, pick)))
        makers.append((f"aliases: {field}", _aliases(field, pick)))
        makers.append((f"batch: {field}", _batch(field, pick)))
    makers += [(f"range: {field}", _range(field)) for field in range_fields]
    return makers


def _others(type_name: str, named: Sequence[str]) -> list[str]:
    """Return selections of the fields of a type that none of the others names."""
    kind = build_schema(4_096)._schema.get_type(type_name)
    assert isinstance(kind, GraphQLObjectType)
    words = set(re.findall(r"\w+", " ".join(named)))
    return [_selected(name, field) for name, field in kind.fields.items() if name not in words]


def _selected(name: str, field: GraphQLField) -> str:
    """Return the selection of a field, with the leaves below it and the arguments it needs."""
    given = []
    for argument, definition in field.args.items():
        if is_required_argument(definition):
            value = _TYPICAL_ARGUMENTS[get_named_type(definition.type).name]
            given.append(f"{argument}: {value}")
    asked = f"({', '.join(given)})" if given else ""
    shown = get_named_type(field.type)
    leaves = [
        leaf
        for leaf, one in getattr(shown, "fields", {}).items()
        if is_leaf_type(get_named_type(one.type))
    ]
    return f"{name}{asked} {{ {' '.join(leaves)} }}" if leaves else f"{name}{asked}"


def _fixed(query: str) -> Maker:
    return lambda rng: (query, {})


def _bits(rng: random.Random, most: int) -> int:
    """Return a size; small ones are as frequent as large ones."""
    sizes = (4, 8, 16, 24, 32, 40, 48, 53, 56, 60, 62, 64, 65, 72, 80, 96, 128, 160, 192, 256, 512)
    return rng.choice([size for size in sizes if size <= most])


def _prime(rng: random.Random, bits: int) -> int:
    return next_prime(rng.getrandbits(bits) | 1 << (bits - 1))


def _hard_for_primality(rng: random.Random, most: int) -> int:
    """Return a prime, or a random integer of a size at which prices tell it from a prime."""
    bits = _bits(rng, most)
    if bits == 512 and rng.random() < 0.7:
        return (1 << rng.choice(_MERSENNE_EXPONENTS)) - 1
    return _prime(rng, bits) if bits > 256 or rng.random() < 0.5 else rng.getrandbits(bits)


def _hard_for_factoring(rng: random.Random, most: int) -> int:
    """Return a product of two primes of one size, a prime, or an integer of many divisors."""
    bits = _bits(rng, min(most, 128))
    shape = rng.randrange(4)
    if shape == 0 and bits > 64:
        return _prime(rng, bits)
    if shape == 1:
        return rng.choice((*_HIGHLY_COMPOSITE, _PRIMORIAL_OF_20))
    if bits < 60:
        return rng.getrandbits(bits) + 1
    return _prime(rng, bits // 2) * _prime(rng, bits - bits // 2)


def _single(field: str, pick: Callable[[random.Random, int], int]) -> Maker:
    def make(rng: random.Random) -> tuple[str, dict[str, Any]]:
        query = f"query ($n: BigInt!) {{ integer(value: $n) {{ {field} }} }}"
        return query, {"n": str(pick(rng, 512))}

    return make


def _aliases(field: str, pick: Callable[[random.Random, int], int]) -> Maker:
    def make(rng: random.Random) -> tuple[str, dict[str, Any]]:
        count = rng.choice((2, 5, 20, 100))
        most = rng.choice((64, 128))
        fields = [f'a{i}: integer(value: "{pick(rng, most)}") {{ {field} }}' for i in range(count)]
        return "{ " + " ".join(fields) + " }", {}

    return make


def _batch(field: str, pick: Callable[[random.Random, int], int]) -> Maker:
    def make(rng: random.Random) -> tuple[str, dict[str, Any]]:
        most = rng.choice((64, 128))
        values = [str(pick(rng, most)) for _ in range(rng.choice((1, 10, 50, 300)))]
        query = f"query ($v: [BigInt!]!) {{ integers(values: $v) {{ {field} }} }}"
        return query, {"v": values}

    return make


def _are_prime(rng: random.Random) -> tuple[str, dict[str, Any]]:
    bits = rng.choice((32, 64, 64, 128, 256))
    values = [rng.getrandbits(bits) for _ in range(rng.choice((1, 10, 100, 1000, 5000)))]
    return "query ($v: [BigInt!]!) { arePrime(values: $v) }", {"v": list(map(str, values))}


def _progression(rng: random.Random) -> tuple[str, dict[str, Any]]:
    start = rng.choice((7, 199, 11, _prime(rng, _bits(rng, 256)), rng.getrandbits(64)))
    query = "query ($s: BigInt!, $d: BigInt!) { progression(start: $s, difference: $d) { %s } }"
    return query % "length terms endedBy", {"s": str(start), "d": rng.choice((2, 30, 210, 2310))}


def _prime_count(rng: random.Random) -> tuple[str, dict[str, Any]]:
    x = rng.randrange(10 ** rng.choice((3, 6, 8, 9, 10, 11, 12)))
    return "query ($x: BigInt!) { primeCount(x: $x) }", {"x": str(x)}


def _nth_prime(rng: random.Random) -> tuple[str, dict[str, Any]]:
    n = rng.randrange(1, 10 ** rng.choice((3, 6, 8, 9, 10)))
    return "query ($n: BigInt!) { nthPrime(n: $n) }", {"n": str(n)}


def _range(field: str) -> Maker:
    query = f"query ($l: BigInt!, $h: BigInt!) {{ primeRange(low: $l, high: $h) {{ {field} }} }}"

    def make(rng: random.Random) -> tuple[str, dict[str, Any]]:
        low = rng.randrange(10 ** rng.choice((1, 3, 6, 8, 9, 10, 12, 14, 16, 18)))
        width = rng.randrange(10 ** rng.choice((1, 2, 3, 4, 5, 6, 7, 8)))
        return query, {"l": str(low), "h": str(low + width)}

    return make
