"""Named classes of primes against the OEIS, their definitions, and integers at the limits."""

import json
import math
from collections.abc import Callable, Iterable
from functools import cache
from itertools import permutations, takewhile
from pathlib import Path

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.classes import (
    CLASS_DEFINITIONS,
    MAX_CLASSES_BITS,
    PrimeClass,
    classes_of,
    classes_of_cost,
    undecided_classes,
)
from engine.errors import CapacityError

_PUBLISHED = json.loads(
    (Path(__file__).parents[1] / "data" / "oeis_prime_classes.json").read_text()
)["classes"]
_DEFAULT_BOUND = 20_000
_WILSON_BOUND = 1_500
_COMPLETE = ("WILSON", "WIEFERICH", "FERMAT")
"""Classes without another term below the default bound beyond those published."""


@cache
def _members(bound: int) -> dict[PrimeClass, set[int]]:
    members: dict[PrimeClass, set[int]] = {prime_class: set() for prime_class in PrimeClass}
    for n in range(bound + 1):
        for prime_class in classes_of(n):
            members[prime_class].add(n)
    return members


@cache
def _primes(bound: int) -> frozenset[int]:
    """Return the primes up to bound by the sieve of Eratosthenes."""
    is_prime = bytearray([0, 0]) + bytearray([1]) * (bound - 1)
    for p in range(2, math.isqrt(bound) + 1):
        if is_prime[p]:
            is_prime[p * p :: p] = bytes(len(range(p * p, bound + 1, p)))
    return frozenset(n for n in range(bound + 1) if is_prime[n])


def _up_to(bound: int, terms: Iterable[int]) -> list[int]:
    return list(takewhile(lambda term: term <= bound + 1, terms))


def _pairs(distance: int) -> Callable[[int, frozenset[int]], set[int]]:
    return lambda _, primes: {p for p in primes if p - distance in primes or p + distance in primes}


def _primorials(bound: int) -> list[int]:
    products = [1]
    for p in sorted(_primes(100)):
        products.append(products[-1] * p)
    return _up_to(bound, products)


def _around(numbers: list[int]) -> set[int]:
    return {n - 1 for n in numbers} | {n + 1 for n in numbers}


def _factor_counts(bound: int) -> list[int]:
    counts = [0] * (bound + 1)
    for p in _primes(bound):
        power = p
        while power <= bound:
            for multiple in range(power, bound + 1, power):
                counts[multiple] += 1
            power *= p
    return counts


def _chen(bound: int, primes: frozenset[int]) -> set[int]:
    counts = _factor_counts(bound + 2)
    return {p for p in primes if p <= bound and counts[p + 2] <= 2}


def _proth(bound: int, _: frozenset[int]) -> set[int]:
    exponents = range(1, bound.bit_length())
    return {k * 2**m + 1 for m in exponents for k in range(1, min(2**m, bound >> m) + 1, 2)}


def _pierpont(bound: int, _: frozenset[int]) -> set[int]:
    exponents = range(bound.bit_length())
    return {2**u * 3**v + 1 for u in exponents for v in exponents}


def _fibonacci(bound: int, _: frozenset[int]) -> set[int]:
    terms = [1, 2]
    while terms[-1] <= bound:
        terms.append(terms[-1] + terms[-2])
    return set(terms)


def _digitwise(
    related: Callable[[str], Iterable[str]],
) -> Callable[[int, frozenset[int]], set[int]]:
    def members(_: int, primes: frozenset[int]) -> set[int]:
        return {p for p in primes if all(int(other) in primes for other in related(str(p)))}

    return members


def _emirps(_: int, primes: frozenset[int]) -> set[int]:
    return {p for p in primes if str(p) != str(p)[::-1] and int(str(p)[::-1]) in primes}


def _neighbourly(
    holds: Callable[[int, int, int], bool],
) -> Callable[[int, frozenset[int]], set[int]]:
    def members(_: int, primes: frozenset[int]) -> set[int]:
        ordered = sorted(primes)
        triples = zip(ordered, ordered[1:], ordered[2:], strict=False)
        return {p for before, p, after in triples if holds(before, p, after)}

    return members


_DEFINITIONS: dict[PrimeClass, Callable[[int, frozenset[int]], set[int]]] = {
    PrimeClass.TWIN: _pairs(2),
    PrimeClass.COUSIN: _pairs(4),
    PrimeClass.SEXY: _pairs(6),
    PrimeClass.SOPHIE_GERMAIN: lambda _, primes: {p for p in primes if 2 * p + 1 in primes},
    PrimeClass.SAFE: lambda _, primes: {2 * p + 1 for p in primes},
    PrimeClass.CHEN: _chen,
    PrimeClass.MERSENNE: lambda bound, _: {2**k - 1 for k in range(bound.bit_length() + 1)},
    PrimeClass.FERMAT: lambda bound, _: {2**2**k + 1 for k in range(6)},
    PrimeClass.PRIMORIAL: lambda bound, _: _around(_primorials(bound)),
    PrimeClass.FACTORIAL: lambda bound, _: _around([math.factorial(k) for k in range(1, 12)]),
    PrimeClass.WAGSTAFF: lambda bound, _: {(2**k + 1) // 3 for k in range(3, 30, 2)},
    PrimeClass.PROTH: _proth,
    PrimeClass.PIERPONT: _pierpont,
    PrimeClass.CUBAN: lambda bound, _: {(k + 1) ** 3 - k**3 for k in range(math.isqrt(bound))},
    PrimeClass.PALINDROMIC: lambda _, primes: {p for p in primes if str(p) == str(p)[::-1]},
    PrimeClass.EMIRP: _emirps,
    PrimeClass.CIRCULAR: _digitwise(lambda s: [s[i:] + s[:i] for i in range(len(s))]),
    PrimeClass.LEFT_TRUNCATABLE: lambda bound, primes: {
        p
        for p in _digitwise(lambda s: [s[i:] for i in range(len(s))])(bound, primes)
        if "0" not in str(p)
    },
    PrimeClass.RIGHT_TRUNCATABLE: _digitwise(lambda s: [s[: i + 1] for i in range(len(s))]),
    PrimeClass.PERMUTABLE: _digitwise(lambda s: map("".join, permutations(s))),
    PrimeClass.REPUNIT: lambda _, primes: {int("1" * k) for k in range(1, 8)},
    PrimeClass.WIEFERICH: lambda _, primes: {p for p in primes if pow(2, p - 1, p * p) == 1},
    PrimeClass.GAUSSIAN: lambda _, primes: {p for p in primes if p % 4 == 3},
    PrimeClass.PYTHAGOREAN: lambda _, primes: {p for p in primes if p % 4 == 1},
    PrimeClass.FIBONACCI: _fibonacci,
    PrimeClass.BALANCED: _neighbourly(lambda before, p, after: p - before == after - p),
    PrimeClass.STRONG: _neighbourly(lambda before, p, after: p - before > after - p),
    PrimeClass.ISOLATED: lambda bound, primes: set(primes) - _pairs(2)(bound, primes),
}
"""From a bound and the primes up to ten times the bound: a set whose primes are the class."""


def _by_definition(prime_class: PrimeClass, bound: int) -> set[int]:
    found = _DEFINITIONS[prime_class](bound, _primes(10 * bound))
    return {n for n in found if n <= bound and n in _primes(bound)}


@pytest.mark.parametrize("prime_class", PrimeClass, ids=lambda member: member.name)
def test_members_are_the_published_terms(prime_class: PrimeClass) -> None:
    terms = _PUBLISHED[prime_class.name]["terms"]
    is_complete = terms[-1] > _DEFAULT_BOUND or prime_class.name in _COMPLETE
    bound = _DEFAULT_BOUND if is_complete else terms[-1]
    found = sorted(n for n in _members(_DEFAULT_BOUND)[prime_class] if n <= bound)
    assert found == [term for term in terms if term <= bound]


@pytest.mark.parametrize("prime_class", _DEFINITIONS, ids=lambda member: member.name)
def test_members_satisfy_the_definition(prime_class: PrimeClass) -> None:
    assert _members(_DEFAULT_BOUND)[prime_class] == _by_definition(prime_class, _DEFAULT_BOUND)


@pytest.mark.slow
@pytest.mark.parametrize("prime_class", _DEFINITIONS, ids=lambda member: member.name)
def test_members_up_to_a_million_satisfy_the_definition(prime_class: PrimeClass) -> None:
    assert _members(10**6)[prime_class] == _by_definition(prime_class, 10**6)


def test_wilson_primes_satisfy_the_definition() -> None:
    found = {p for p in _members(_DEFAULT_BOUND)[PrimeClass.WILSON] if p <= _WILSON_BOUND}
    primes = _primes(_WILSON_BOUND)
    assert found == {p for p in primes if (math.factorial(p - 1) + 1) % (p * p) == 0}


_LARGE_TERMS = [
    (PrimeClass[name], term)
    for name, entry in _PUBLISHED.items()
    for term in entry["terms"]
    if _DEFAULT_BOUND < term < 2**128
]


@pytest.mark.parametrize(("prime_class", "term"), _LARGE_TERMS)
def test_large_published_term_is_a_member(prime_class: PrimeClass, term: int) -> None:
    assert prime_class in classes_of(term)


# The last terms of two finite sequences: A024785(4260), A024770(83).
@pytest.mark.parametrize(
    ("prime_class", "last"),
    [
        (PrimeClass.LEFT_TRUNCATABLE, 357686312646216567629137),
        (PrimeClass.RIGHT_TRUNCATABLE, 73939133),
    ],
)
def test_last_truncatable_prime_is_a_member(prime_class: PrimeClass, last: int) -> None:
    assert prime_class in classes_of(last)


def test_every_class_is_defined_with_its_published_entry() -> None:
    assert {member.name: CLASS_DEFINITIONS[member].oeis for member in PrimeClass} == {
        name: entry["oeis"] for name, entry in _PUBLISHED.items()
    }


@pytest.mark.parametrize("n", [-7, -2, 0, 1, 4, 25, 561, 2**32, 2**64, 2**67 - 1, 10**400])
def test_integer_that_is_not_prime_has_no_classes(n: int) -> None:
    assert classes_of(n) == ()


@given(st.integers(2, 2**64 - 1))
def test_classes_come_in_the_order_of_the_enum(n: int) -> None:
    order = {prime_class: place for place, prime_class in enumerate(PrimeClass)}
    found = [order[prime_class] for prime_class in classes_of(sympy.nextprime(n))]
    assert found == sorted(found)


@settings(max_examples=60)
@given(st.integers(2**20, 2**64 - 60))
def test_relatives_of_a_large_prime_agree_with_sympy(n: int) -> None:
    p = sympy.nextprime(n)
    before, after = sympy.prevprime(p), sympy.nextprime(p)
    reverse = int(str(p)[::-1])
    expected = {
        PrimeClass.TWIN: before == p - 2 or after == p + 2,
        PrimeClass.COUSIN: sympy.isprime(p - 4) or sympy.isprime(p + 4),
        PrimeClass.SEXY: sympy.isprime(p - 6) or sympy.isprime(p + 6),
        PrimeClass.SOPHIE_GERMAIN: sympy.isprime(2 * p + 1),
        PrimeClass.SAFE: sympy.isprime(p // 2),
        PrimeClass.EMIRP: reverse != p and sympy.isprime(reverse),
        PrimeClass.BALANCED: 2 * p == before + after,
        PrimeClass.STRONG: 2 * p > before + after,
        PrimeClass.ISOLATED: before != p - 2 and after != p + 2,
    }
    found = classes_of(p)
    assert {member: member in found for member in expected} == expected


@settings(max_examples=60, deadline=None)
@given(st.integers(2**20, 2**52))
def test_chen_agrees_with_the_factor_count_of_sympy(n: int) -> None:
    p = sympy.nextprime(n)
    assert (PrimeClass.CHEN in classes_of(p)) == (sympy.primeomega(p + 2) <= 2)


def _prime_before_a_product(*starts: int) -> int:
    """Return the least prime p with p + 2 the product of primes after each start."""
    *others, last = (int(sympy.nextprime(start)) for start in starts)
    while not sympy.isprime(math.prod(others) * last - 2):
        last = int(sympy.nextprime(last))
    return math.prod(others) * last - 2


@pytest.mark.parametrize(
    ("starts", "is_chen"),
    [
        ((2**31, 2**31), True),
        ((2**20, 2**21, 2**22), False),
        ((2**40, 2**41), True),
        ((2**62, 2**63), True),
        ((2**30, 2**31, 2**60), False),
        ((2, 2**140), True),
        ((2, 2, 2**140), False),
        ((2, 2**70, 2**71), False),
        ((1000, 2**140), True),
        ((1000, 1000, 2**140), False),
        ((1000, 2**70, 2**71), False),
    ],
)
def test_chen_is_decided_by_the_factors_of_the_number_two_above(
    starts: tuple[int, ...], is_chen: bool
) -> None:
    p = _prime_before_a_product(*starts)
    assert (PrimeClass.CHEN in classes_of(p)) == is_chen


def test_chen_recognises_the_square_of_a_large_prime() -> None:
    root = sympy.nextprime(2**70)
    while not sympy.isprime(root**2 - 2):
        root = sympy.nextprime(root)
    assert PrimeClass.CHEN in classes_of(root**2 - 2)


def test_says_that_chen_is_undecided_when_the_number_two_above_is_hard() -> None:
    p = _prime_before_a_product(2**70, 2**71)
    with pytest.raises(CapacityError, match="CHEN cannot be decided"):
        classes_of(p)


def test_refuses_a_prime_longer_than_the_bound() -> None:
    p = sympy.nextprime(2**MAX_CLASSES_BITS)
    with pytest.raises(CapacityError, match=f"at most {MAX_CLASSES_BITS} bits, value has 991"):
        classes_of(p)


@pytest.mark.parametrize(("p", "undecided"), [(563, ()), (2**61 - 1, (PrimeClass.WILSON,))])
def test_wilson_is_undecided_beyond_the_search(p: int, undecided: tuple[PrimeClass, ...]) -> None:
    assert undecided_classes(p) == undecided


def test_cost_grows_where_the_number_two_above_may_have_to_be_factored() -> None:
    easy, hard = _prime_before_a_product(2, 2**62), _prime_before_a_product(2**31, 2**32)
    assert classes_of_cost(hard) > 3 * classes_of_cost(easy)


def test_cost_grows_with_the_proofs() -> None:
    primes = [_prime_before_a_product(2, 2**bits) for bits in (3, 10, 30, 60, 120, 250)]
    costs = [classes_of_cost(p) for p in primes]
    assert costs == sorted(costs)
