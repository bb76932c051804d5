"""Statistics and patterns of an interval, as clients ask for them; expected values from sympy."""

import math
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import sympy

from tests.conftest import Ask

# More than any list here has.
MOST_PAGES = 100
QUERY = """query ($low: BigInt!, $high: BigInt!, $buckets: Int! = 7, $modulus: Int! = 12) {
  primeRange(low: $low, high: $high) {
    gaps { count mean frequencies { length count }
      maximum { start end length merit } minimum { start end length } }
    constellations(offsets: [0, 2, 6], first: 1000) { nodes { primes } totalCount }
    histogram(buckets: $buckets) { low high count }
    residues(modulus: $modulus) { residue count }
  }
}"""
INTERVALS = [
    (0, 1_000),
    (-50, 50),
    (2, 3),
    (10**6, 10**6 + 2_000),
    (2**32 - 1_000, 2**32 + 1_000),
    (2**53 - 1_000, 2**53 + 1_000),
    (10**15, 10**15 + 2_000),
    (2**64 - 2_000, 2**64 - 1),
]


async def _answer(ask: Ask, low: int, high: int) -> dict[str, Any]:
    response = await ask(QUERY, low=low, high=high)
    assert "errors" not in response
    answer: dict[str, Any] = response["data"]["primeRange"]
    return answer


def _primes(low: int, high: int) -> list[int]:
    return list(sympy.primerange(max(low, 0), high + 1))


@pytest.mark.parametrize(("low", "high"), INTERVALS)
async def test_gaps(ask: Ask, low: int, high: int) -> None:
    found = (await _answer(ask, low, high))["gaps"]
    lengths = [(q - p, p) for p, q in pairwise(_primes(low, high))]
    longest, shortest = max(lengths)[0], min(lengths)[0]
    first_longest = min(p for length, p in lengths if length == longest)
    first_shortest = min(p for length, p in lengths if length == shortest)
    assert found["count"] == str(len(lengths))
    assert found["mean"] == pytest.approx(sum(length for length, _ in lengths) / len(lengths))
    assert found["frequencies"] == [
        {"length": length, "count": str(count)}
        for length, count in sorted(Counter(length for length, _ in lengths).items())
    ]
    assert found["maximum"] == {
        "start": str(first_longest),
        "end": str(first_longest + longest),
        "length": str(longest),
        "merit": pytest.approx(longest / math.log(first_longest)),
    }
    assert found["minimum"] == {
        "start": str(first_shortest),
        "end": str(first_shortest + shortest),
        "length": str(shortest),
    }


@pytest.mark.parametrize(("low", "high"), INTERVALS)
async def test_constellations(ask: Ask, low: int, high: int) -> None:
    primes = set(_primes(low, high))
    expected = [
        [str(p), str(p + 2), str(p + 6)]
        for p in sorted(primes)
        if p + 2 in primes and p + 6 in primes
    ]
    found = (await _answer(ask, low, high))["constellations"]
    assert [constellation["primes"] for constellation in found["nodes"]] == expected
    assert found["totalCount"] == str(len(expected))


@pytest.mark.parametrize(("low", "high"), INTERVALS)
async def test_histogram(ask: Ask, low: int, high: int) -> None:
    buckets = (await _answer(ask, low, high))["histogram"]
    primes = _primes(low, high)
    ends = [(int(bucket["low"]), int(bucket["high"])) for bucket in buckets]
    assert len(buckets) == min(7, high - low + 1)
    assert (ends[0][0], ends[-1][1]) == (low, high)
    assert all(before[1] + 1 == after[0] for before, after in pairwise(ends))
    widths = {end - begin for begin, end in ends}
    assert max(widths) - min(widths) <= 1
    assert [bucket["count"] for bucket in buckets] == [
        sum(begin <= p <= end for p in primes) for begin, end in ends
    ]


@pytest.mark.parametrize(("low", "high"), INTERVALS)
async def test_residues(ask: Ask, low: int, high: int) -> None:
    expected = sorted(Counter(p % 12 for p in _primes(low, high)).items())
    assert (await _answer(ask, low, high))["residues"] == [
        {"residue": residue, "count": str(count)} for residue, count in expected
    ]


@pytest.mark.parametrize(("low", "high"), [(24, 28), (8, 11), (-7, 1)])
async def test_fewer_than_two_primes_have_no_gaps(ask: Ask, low: int, high: int) -> None:
    response = await ask(f"{{ primeRange(low: {low}, high: {high}) {{ gaps {{ count }} }} }}")
    assert response == {"data": {"primeRange": {"gaps": None}}}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("constellations(offsets: []) { totalCount }", "BAD_USER_INPUT"),
        ("constellations(offsets: [2]) { totalCount }", "BAD_USER_INPUT"),
        ("constellations(offsets: [0, 2, 2]) { totalCount }", "BAD_USER_INPUT"),
        ("constellations(offsets: [0, -2]) { totalCount }", "BAD_USER_INPUT"),
        ("constellations(offsets: [0, 2], first: -1) { totalCount }", "BAD_USER_INPUT"),
        ("constellations(offsets: [0, 2], first: 100001) { totalCount }", "OUT_OF_RANGE"),
        ('constellations(offsets: [0, 2], after: "x") { totalCount }', "BAD_USER_INPUT"),
        ("histogram(buckets: 0) { count }", "BAD_USER_INPUT"),
        ("histogram(buckets: -1) { count }", "BAD_USER_INPUT"),
        ("histogram(buckets: 2147483647) { count }", "OUT_OF_RANGE"),
        ("residues(modulus: 0) { count }", "BAD_USER_INPUT"),
        ("residues(modulus: -1) { count }", "BAD_USER_INPUT"),
        ("residues(modulus: 2147483647) { count }", "OUT_OF_RANGE"),
    ],
)
async def test_refuses_meaningless_and_excessive_arguments(ask: Ask, field: str, code: str) -> None:
    response = await ask(f"{{ primeRange(low: 10, high: 100) {{ low {field} }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": code}
    assert response["data"]["primeRange"]["low"] == "10"


@pytest.mark.parametrize(
    "field",
    [
        "gaps { count }",
        "histogram { count }",
        "residues(modulus: 4) { count }",
        "constellations(offsets: [0, 2]) { totalCount }",
    ],
)
async def test_width_out_of_reach_is_refused_at_once(ask: Ask, field: str) -> None:
    response = await ask(f"{{ primeRange(low: 0, high: {10**19}) {{ low {field} }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "OUT_OF_RANGE"}


async def test_impossible_pattern_says_why_and_finds_its_exceptions(ask: Ask) -> None:
    field = "constellations(offsets: [0, 2, 4]) { nodes { primes } totalCount }"
    query = f"""{{ exceptions: primeRange(low: 0, high: 10) {{ {field} }}
      none: primeRange(low: 4, high: 100) {{ {field} }} }}"""
    response = await ask(query)
    assert response["data"] == {
        "exceptions": {
            "constellations": {"nodes": [{"primes": ["3", "5", "7"]}], "totalCount": "1"}
        },
        "none": {"constellations": None},
    }
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "every residue modulo 3" in error["message"]


async def test_constellations_by_page_are_the_same_as_at_once(ask: Ask) -> None:
    query = """query ($after: String) { primeRange(low: 100, high: 2000) {
      constellations(offsets: [0, 2], first: 5, after: $after) {
        nodes { primes } pageInfo { hasNextPage hasPreviousPage endCursor } } } }"""
    primes = set(_primes(100, 2_000))
    found: list[str] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = (await ask(query, after=after))["data"]["primeRange"]["constellations"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += [node["primes"][0] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [str(p) for p in sorted(primes) if p + 2 in primes]


async def test_cursor_of_another_pattern_is_refused(ask: Ask) -> None:
    field = "primeRange(low: 10, high: 100) {{ constellations(offsets: {}) {{ {} }} }}"
    twins = await ask("{ " + field.format("[0, 2], first: 2", "pageInfo { endCursor }") + " }")
    cursor = twins["data"]["primeRange"]["constellations"]["pageInfo"]["endCursor"]
    # The cursor is of 17, which with 19 is a pair of twins; 17 and 21 are no cousins.
    response = await ask("{ " + field.format(f'[0, 4], after: "{cursor}"', "totalCount") + " }")
    (error,) = response["errors"]
    assert error["message"].startswith("after is not a cursor of this list: send ")


@pytest.mark.parametrize(
    ("value", "classes"),
    [
        (-7, []),
        (0, []),
        (1, []),
        (4, []),
        (127, ["MERSENNE"]),
        (65_537, ["FERMAT"]),
        (1_093, ["WIEFERICH"]),
        (563, ["WILSON"]),
        (2**61 - 1, ["MERSENNE"]),
        (1_111_111_111_111_111_111, ["REPUNIT", "CIRCULAR", "PALINDROMIC"]),
    ],
)
async def test_classes(ask: Ask, value: int, classes: list[str]) -> None:
    response = await ask("query ($n: BigInt!) { integer(value: $n) { classes } }", n=value)
    found = response["data"]["integer"]["classes"]
    assert set(classes) <= set(found)
    assert bool(found) == bool(classes)


async def test_classes_beyond_reach_are_refused(ask: Ask) -> None:
    query = "query ($n: BigInt!) { integer(value: $n) { isProbablePrime classes } }"
    response = await ask(query, n=2**2203 - 1)
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "OUT_OF_RANGE"}
    assert response["data"] == {"integer": {"isProbablePrime": True, "classes": None}}
