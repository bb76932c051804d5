"""What clients are told about the primes of an interval; expected values from sympy."""

import base64
from typing import Any

import pytest
import sympy

from tests.conftest import Ask

SUMMARY = """query ($low: BigInt!, $high: BigInt!) {
  primeRange(low: $low, high: $high) {
    low high count sum smallest largest primes(first: 1000) { nodes totalCount }
  }
}"""


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0, 100),
        (2, 2),
        (2, 3),
        (-100, 10),
        (-10, -5),
        (0, 0),
        (1, 1),
        (24, 28),
        (90, 97),
        (2**16 - 20, 2**16 + 20),
        (2**32 - 300, 2**32 + 300),
        (2**53 - 300, 2**53 + 300),
        (10**12, 10**12 + 1000),
        (2**63, 2**63 + 1000),
        (2**64 - 600, 2**64 - 1),
    ],
)
async def test_agrees_with_sympy(ask: Ask, low: int, high: int) -> None:
    primes = list(sympy.primerange(max(low, 0), high + 1))
    response = await ask(SUMMARY, low=low, high=high)
    assert response == {
        "data": {
            "primeRange": {
                "low": str(low),
                "high": str(high),
                "count": str(len(primes)),
                "sum": str(sum(primes)),
                "smallest": str(primes[0]) if primes else None,
                "largest": str(primes[-1]) if primes else None,
                "primes": {"nodes": [str(p) for p in primes], "totalCount": str(len(primes))},
            }
        }
    }


async def test_lists_above_two_to_the_64(ask: Ask) -> None:
    low, high = 2**64 - 100, 2**64 + 100
    query = """query ($low: BigInt!, $high: BigInt!) { primeRange(low: $low, high: $high) {
      smallest largest primes { nodes } } }"""
    primes = [str(p) for p in sympy.primerange(low, high + 1)]
    assert (await ask(query, low=low, high=high))["data"]["primeRange"] == {
        "smallest": primes[0],
        "largest": primes[-1],
        "primes": {"nodes": primes},
    }


async def test_a_page_costs_by_the_page_not_by_the_width(ask: Ask) -> None:
    query = """{ primeRange(low: 0, high: "1%s") {
      smallest primes(first: 4) { nodes pageInfo { hasNextPage hasPreviousPage } } } }"""
    assert (await ask(query % ("0" * 100)))["data"]["primeRange"] == {
        "smallest": "2",
        "primes": {
            "nodes": ["2", "3", "5", "7"],
            "pageInfo": {"hasNextPage": True, "hasPreviousPage": False},
        },
    }


async def test_ends_of_an_interval_of_any_width_are_found(ask: Ask) -> None:
    query = """query ($low: BigInt!, $high: BigInt!) { primeRange(low: $low, high: $high) {
      smallest primes(first: 1000) { pageInfo { hasNextPage } } } }"""
    response = await ask(query, low=2, high=10**4095)
    assert response["data"]["primeRange"] == {
        "smallest": "2",
        "primes": {"pageInfo": {"hasNextPage": True}},
    }


async def test_interval_of_long_negative_integers_is_empty(ask: Ask) -> None:
    query = """query ($low: BigInt!, $high: BigInt!) { primeRange(low: $low, high: $high) {
      smallest largest primes(last: 1) { nodes } } }"""
    response = await ask(query, low=-(10**4095), high=-(10**400))
    assert response == {
        "data": {"primeRange": {"smallest": None, "largest": None, "primes": {"nodes": []}}}
    }


@pytest.mark.parametrize("field", ["count", "sum", "primes { totalCount }"])
async def test_width_out_of_reach_is_refused_at_once(ask: Ask, field: str) -> None:
    query = f"{{ primeRange(low: 0, high: {10**19}) {{ low {field} smallest }} }}"
    response = await ask(query)
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "OUT_OF_RANGE"}
    assert response["data"]["primeRange"]["smallest"] == "2"


@pytest.mark.parametrize(("low", "high"), [(2, 1), (100, -100), (10**4095, 0)])
async def test_low_above_high_is_refused(ask: Ask, low: int, high: int) -> None:
    response = await ask(SUMMARY, low=low, high=high)
    (error,) = response["errors"]
    assert error["path"] == ["primeRange"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert len(error["message"]) < 300
    assert response["data"] == {"primeRange": None}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("first: -1", "BAD_USER_INPUT"),
        ("last: -1", "BAD_USER_INPUT"),
        ("first: 1, last: 1", "BAD_USER_INPUT"),
        ("first: 100001", "OUT_OF_RANGE"),
        ("last: 100001", "OUT_OF_RANGE"),
        ('after: ""', "BAD_USER_INPUT"),
        ('after: "97"', "BAD_USER_INPUT"),
        ('after: "nonsense"', "BAD_USER_INPUT"),
        ('before: "%%%"', "BAD_USER_INPUT"),
        ('after: "é"', "BAD_USER_INPUT"),
    ],
)
async def test_refuses_meaningless_and_excessive_pages(ask: Ask, arguments: str, code: str) -> None:
    response = await ask(
        f"{{ primeRange(low: 0, high: 10) {{ low primes({arguments}) {{ nodes }} }} }}"
    )
    (error,) = response["errors"]
    assert error["path"] == ["primeRange", "primes"]
    assert error["extensions"] == {"code": code}
    assert response["data"] == {"primeRange": {"low": "0", "primes": None}}


async def test_empty_page_is_answered(ask: Ask) -> None:
    query = """{ primeRange(low: 0, high: 10) { primes(first: 0) {
      nodes edges { node } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
    assert (await ask(query))["data"]["primeRange"]["primes"] == {
        "nodes": [],
        "edges": [],
        "pageInfo": {
            "hasNextPage": True,
            "hasPreviousPage": False,
            "startCursor": None,
            "endCursor": None,
        },
    }


PAGE = """query ($first: Int, $after: String, $last: Int, $before: String) {
  primeRange(low: 100, high: 300) {
    primes(first: $first, after: $after, last: $last, before: $before) {
      nodes edges { node cursor }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}"""
# More than any list here has.
MOST_PAGES = 100
PRIMES = [str(p) for p in sympy.primerange(100, 301)]


async def _page(ask: Ask, **arguments: Any) -> dict[str, Any]:
    response = await ask(PAGE, **arguments)
    assert "errors" not in response
    page: dict[str, Any] = response["data"]["primeRange"]["primes"]
    return page


async def test_pages_forwards_cover_the_interval_once(ask: Ask) -> None:
    found: list[str] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page = await _page(ask, first=7, after=after)
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert [edge["node"] for edge in page["edges"]] == page["nodes"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == PRIMES


async def test_pages_backwards_cover_the_interval_once(ask: Ask) -> None:
    found: list[str] = []
    before: str | None = None
    for _ in range(MOST_PAGES):
        page = await _page(ask, last=7, before=before)
        assert page["pageInfo"]["hasNextPage"] is (before is not None)
        found = page["nodes"] + found
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    assert found == PRIMES


async def test_page_between_two_cursors(ask: Ask) -> None:
    edges = (await _page(ask, first=20))["edges"]
    after, before = edges[3]["cursor"], edges[9]["cursor"]
    between = await _page(ask, after=after, before=before)
    assert between["nodes"] == PRIMES[4:9]
    assert between["pageInfo"]["hasNextPage"] is between["pageInfo"]["hasPreviousPage"] is True
    nothing = await _page(ask, after=before, before=after)
    assert nothing["nodes"] == []


async def test_exact_last_page_has_no_next(ask: Ask) -> None:
    page = await _page(ask, first=len(PRIMES))
    assert page["pageInfo"]["hasNextPage"] is False
    page = await _page(ask, first=len(PRIMES) - 1)
    assert page["pageInfo"]["hasNextPage"] is True


@pytest.mark.parametrize(
    "forged",
    [
        b"prime:\x67 ",  # not what we make: trailing byte, 26400 is even
        b"prime:\x69",  # 105 = 3 * 5 * 7 is not prime
        b"prime:\x03",  # 3 is below the interval
        b"prime:\x01\x33",  # 307 is above the interval
        b"prime:\x00\x65",  # 101 with a leading zero byte
        b"divisor:\x65",  # a cursor of another list
        b"prime:",
        b"",
    ],
)
async def test_forged_cursor_is_refused(ask: Ask, forged: bytes) -> None:
    cursor = base64.urlsafe_b64encode(forged).rstrip(b"=").decode()
    response = await ask(PAGE, after=cursor)
    (error,) = response["errors"]
    assert error["message"].startswith("after is not a cursor of this list: send ")
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_cursor_of_an_honest_page_is_accepted_with_its_exact_spelling_only(ask: Ask) -> None:
    cursor = (await _page(ask, first=1))["pageInfo"]["endCursor"]
    assert (await _page(ask, first=1, after=cursor))["nodes"] == ["103"]
    for spelling in (cursor + "=", cursor + "==", " " + cursor, cursor + "\n"):
        response = await ask(PAGE, after=spelling)
        assert response["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}
