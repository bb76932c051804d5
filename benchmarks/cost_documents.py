"""Documents at random that try to take longer than their price: hard integers, wide shapes."""

import math

from graphql import get_introspection_query
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from benchmarks.cost_workload import Request
from engine.primality.neighbours import next_prime

_HIGHLY_COMPOSITE = (735134400, 897612484786617600, 18401055938125660800)
_HUGE = (
    10**4000,
    2**13600,
    3**8580,
    math.factorial(1000),
    math.factorial(300),
    2**4423 - 1,
    2**2203 - 1,
    897612484786617600**4,
    2**4253 + 1,
)
# Divisors, sums, aliases and lists are written out so often at most.
_MOST_COPIES = 60
_MOST_VALUES = 400

_READ_FIELDS = (
    "value",
    "isPrime",
    "isProbablePrime",
    "primality { verdict method witness }",
    "nextPrime",
    "previousPrime",
    "classes",
    "primeIndex",
    "factorization { sign isComplete factors { prime exponent } primes expression composites }",
    "factorization { primes }",
    "arithmetic { totient carmichael mobius radical isPerfect isPerfectPower divisorCount }",
)
_RANGE_FIELDS = (
    "low",
    "count",
    "sum",
    "smallest",
    "largest",
    "gaps { count mean maximum { start end length merit } frequencies { length count } }",
    "gaps { minimum { start } }",
)
_OFFSETS = ("[0]", "[0, 2]", "[0, 2, 6, 8]", "[0, 4, 6]", "[0, 6, 12, 18]", "[0, 1000000]")
_PAGES = (
    "nodes",
    "edges { node cursor }",
    "nodes totalCount pageInfo { endCursor hasNextPage }",
    "numbers",
)
_TUPLES = ("nodes { primes }", "totalCount", "nodes { primes } totalCount")
_CONDITIONS = ("", "", "", "... on {owner}", "... @include(if: true)", "... @skip(if: false)")
_SERVICES = (
    "service { version }",
    "service { version limits { maxRequestCost maxDigits maxPageSize maxBatchSize } }",
    "rateLimit { limit remaining resetAt }",
    "__typename",
)


def _semiprime(bits: int, seed: int, share: float) -> int:
    """Return a product of two primes, the smaller with this share of the bits."""
    small = max(2, round(bits * share))
    first = next_prime((1 << (small - 1)) + seed % (1 << (small - 1)))
    return first * next_prime((1 << (bits - small)) + seed * 7919 % (1 << (bits - small)))


def _pseudoprime(bits: int, seed: int) -> int:
    """Return p * (2p - 1), which fools strong tests to many bases if both are prime."""
    p = next_prime((1 << (bits // 2)) + seed % (1 << (bits // 2)))
    return p * (2 * p - 1)


def integers(most_bits: int = 14_000) -> SearchStrategy[int]:
    """Return integers that are hard for something, or easy, or at an edge."""
    seeds = st.integers(0, 2**62)
    semiprimes = st.builds(
        _semiprime,
        st.integers(8, min(most_bits, 150)),
        seeds,
        st.sampled_from((0.5, 0.5, 0.4, 0.3, 0.2)),
    )
    pseudoprimes = st.builds(_pseudoprime, st.integers(8, min(most_bits, 500)), seeds)
    primes = st.builds(
        lambda bits, seed: next_prime((1 << (bits - 1)) + seed % (1 << (bits - 1))),
        st.integers(2, min(most_bits, 420)),
        seeds,
    )
    easy = st.one_of(
        st.integers(-1000, 10**6), st.integers(0, 2**64), st.integers(-(2**130), 2**200)
    )
    smooth = st.builds(lambda n, k: n * k, st.sampled_from(_HIGHLY_COMPOSITE), st.integers(1, 5000))
    kinds = [semiprimes, primes, pseudoprimes, easy, smooth, st.integers(2**64 - 50, 2**64 + 50)]
    if most_bits > 4_000:
        kinds.append(st.sampled_from(_HUGE))
    return st.one_of(kinds)


@st.composite
def _integer_fields(draw: DrawFn) -> str:
    """Return fields of one integer."""
    fields = draw(st.lists(st.sampled_from(_READ_FIELDS), min_size=1, max_size=4))
    if draw(st.booleans()):
        first = draw(st.sampled_from((0, 1, 20, 100, 5_000, 50_000)))
        shown = draw(st.sampled_from(("nodes", "edges { node cursor }", "totalCount")))
        fields.append(f"divisors(first: {first}) {{ {shown} }}")
    if draw(st.booleans()):
        power = draw(st.sampled_from((0, 1, 3, 30, 100)))
        fields.append(f"arithmetic {{ divisorSum(power: {power}) }}")
    if draw(st.booleans()):
        count = draw(st.sampled_from((1, 2, 5, 30, 200)))
        fields.append(f"neighbours(count: {count}) {{ below above nearest gap }}")
    return _selected(draw, "Integer", fields)


@st.composite
def _range_fields(draw: DrawFn) -> str:
    """Return fields of one interval."""
    fields = draw(st.lists(st.sampled_from(_RANGE_FIELDS), max_size=2))
    size = draw(st.sampled_from((0, 1, 2, 20, 100, 1_000, 10_000, 100_000)))
    end, page = draw(st.sampled_from(("first", "last"))), draw(st.sampled_from(_PAGES))
    buckets = draw(st.sampled_from((1, 2, 7, 50, 1_000, 10_000)))
    modulus = draw(st.sampled_from((1, 2, 4, 210, 1_000, 99_991)))
    offsets, tuples = draw(st.sampled_from(_OFFSETS)), draw(st.sampled_from(_TUPLES))
    others = (
        f"primes({end}: {size}) {{ {page} }}",
        f"histogram(buckets: {buckets}) {{ low high count }}",
        f"residues(modulus: {modulus}) {{ residue count }}",
        f"constellations(offsets: {offsets}, first: {min(size, 2_000)}) {{ {tuples} }}",
    )
    fields += draw(st.lists(st.sampled_from(others), min_size=1, max_size=2))
    return _selected(draw, "PrimeRange", fields)


def _selected(draw: DrawFn, owner: str, fields: list[str]) -> str:
    """Return fields, each under several names now and then, in a fragment or on a condition."""
    copies = draw(st.sampled_from((1, 1, 1, 2, 5, 20)))
    condition = draw(st.sampled_from(_CONDITIONS))
    return " ".join(
        (
            f"{condition.format(owner=owner)} {{ f{place}_{copy}: {field} }}"
            if condition
            else f"f{place}_{copy}: {field}"
        )
        for place, field in enumerate(fields)
        for copy in range(copies)
    )


@st.composite
def _roots(draw: DrawFn) -> tuple[str, list[str]]:
    """Return a root field, and the values that it asks with as a variable."""
    make = {
        "one": _one,
        "many": _many,
        "arePrime": _are_prime,
        "range": _range,
        "number": _number,
        "progression": _progression,
    }
    kinds = ("one", "one", "many", "arePrime", "range", "range", "number", "progression")
    return make[draw(st.sampled_from(kinds))](draw)


def _one(draw: DrawFn) -> tuple[str, list[str]]:
    return f'integer(value: "{draw(integers())}") {{ {draw(_integer_fields())} }}', []


def _many(draw: DrawFn) -> tuple[str, list[str]]:
    return f"integers(values: $v) {{ {draw(_integer_fields())} }}", _values(draw)


def _are_prime(draw: DrawFn) -> tuple[str, list[str]]:
    return "arePrime(values: $v)", _values(draw)


def _values(draw: DrawFn) -> list[str]:
    """Return a list of values, some of them repeated."""
    values = [str(n) for n in draw(st.lists(integers(260), min_size=1, max_size=8))]
    return (values * draw(st.sampled_from((1, 1, 10, 50))))[:_MOST_VALUES]


def _range(draw: DrawFn) -> tuple[str, list[str]]:
    low = draw(st.one_of(st.integers(-5, 10**4), st.integers(0, 10**12), st.integers(0, 2**66)))
    high = low + draw(st.sampled_from((0, 1, 10, 10**3, 10**5, 10**6, 10**7, 10**8, 10**30)))
    return f'primeRange(low: "{low}", high: "{high}") {{ {draw(_range_fields())} }}', []


def _number(draw: DrawFn) -> tuple[str, list[str]]:
    name, argument = draw(st.sampled_from((("primeCount", "x"), ("nthPrime", "n"))))
    return f'{name}({argument}: "{draw(st.integers(1, 10**12))}")', []


def _progression(draw: DrawFn) -> tuple[str, list[str]]:
    start = draw(st.one_of(integers(500), st.sampled_from((5, 7, 199, 56211383760397))))
    difference = draw(st.sampled_from((2, 30, 210, 44546738095860, 10**60)))
    return f'progression(start: "{start}", difference: "{difference}") {{ terms endedBy }}', []


@st.composite
def documents(draw: DrawFn) -> Request:
    """Return one document with its variables."""
    shape = draw(st.sampled_from(("fields", "fields", "fields", "aliases", "fragment", "service")))
    if shape == "service":
        service = draw(st.sampled_from(_SERVICES))
        asked = " ".join(f"s{k}: {service}" for k in range(draw(st.integers(1, 1_000))))
        return Request("service", f"{{ {asked} }}", {})
    if shape == "fields" and draw(st.integers(0, 60)) == 0:
        return Request("introspection", get_introspection_query(), {})
    roots = draw(st.lists(_roots(), min_size=1, max_size=3))
    variables = next(({"v": values} for _, values in roots if values), {})
    copies = draw(st.integers(1, _MOST_COPIES)) if shape == "aliases" else 1
    texts = [text for text, _ in roots]
    asked = " ".join(
        f"r{place}_{copy}: {text}" for place, text in enumerate(texts) for copy in range(copies)
    )
    declared = "query ($v: [BigInt!]!)" if variables else "query"
    if shape != "fragment":
        return Request(shape, f"{declared} {{ {asked} }}", variables)
    for _ in range(draw(st.integers(1, 8))):
        asked = f"... on Query {{ {asked} }}"
    fragment = f"fragment All on Query {{ {asked} }}"
    return Request(shape, f"{declared} {{ ...All }} {fragment}", variables)
