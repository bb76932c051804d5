"""pi(x), the n-th prime and progressions, as clients ask for them."""

import pytest
import sympy

from tests.conftest import DEADLINE_MILLISECONDS, Ask


@pytest.mark.parametrize(
    ("x", "count"),
    # pi(10^k): OEIS A006880.
    [
        (-5, 0),
        (0, 0),
        (1, 0),
        (2, 1),
        (3, 2),
        (4, 2),
        (10**3, 168),
        (10**6, 78498),
        (10**9, 50847534),
    ],
)
async def test_prime_count(ask: Ask, x: int, count: int) -> None:
    response = await ask("query ($x: BigInt!) { primeCount(x: $x) }", x=x)
    assert response == {"data": {"primeCount": str(count)}}


@pytest.mark.parametrize(
    ("n", "prime"),
    # p_(10^k): OEIS A006988.
    [(1, 2), (2, 3), (3, 5), (10, 29), (10**3, 7919), (10**6, 15485863), (10**8, 2038074743)],
)
async def test_nth_prime(ask: Ask, n: int, prime: int) -> None:
    response = await ask("query ($n: BigInt!) { nthPrime(n: $n) }", n=n)
    assert response == {"data": {"nthPrime": str(prime)}}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("nthPrime(n: 0)", "BAD_USER_INPUT"),
        ("nthPrime(n: -1)", "BAD_USER_INPUT"),
        (f"nthPrime(n: {10**30})", "OUT_OF_RANGE"),
        (f"primeCount(x: {10**30})", "OUT_OF_RANGE"),
        ("progression(start: 5, difference: 0) { length }", "BAD_USER_INPUT"),
        ("progression(start: 5, difference: 6, maxTerms: 0) { length }", "BAD_USER_INPUT"),
        ("progression(start: 5, difference: 6, maxTerms: -1) { length }", "BAD_USER_INPUT"),
        ("progression(start: 5, difference: 6, maxTerms: 100001) { length }", "OUT_OF_RANGE"),
    ],
)
async def test_refuses_what_has_no_answer(ask: Ask, field: str, code: str) -> None:
    response = await ask(f"{{ refused: {field} answered: primeCount(x: 10) }}")
    (error,) = response["errors"]
    assert error["path"] == ["refused"]
    assert error["extensions"] == {"code": code}
    assert response["data"] == {"refused": None, "answered": "4"}


async def _progression(ask: Ask, **arguments: int) -> dict[str, object]:
    query = """query ($start: BigInt!, $difference: BigInt!, $maxTerms: Int! = 1000) {
      progression(start: $start, difference: $difference, maxTerms: $maxTerms) {
        start difference length terms endedBy } }"""
    found: dict[str, object] = (await ask(query, **arguments))["data"]["progression"]
    return found


async def test_progression_of_five_terms(ask: Ask) -> None:
    assert await _progression(ask, start=5, difference=6) == {
        "start": "5",
        "difference": "6",
        "length": 5,
        "terms": ["5", "11", "17", "23", "29"],
        "endedBy": "35",
    }


async def test_progression_that_starts_composite_is_empty(ask: Ask) -> None:
    assert await _progression(ask, start=4, difference=6) == {
        "start": "4",
        "difference": "6",
        "length": 0,
        "terms": [],
        "endedBy": "4",
    }


async def test_progression_cut_at_its_bound_is_ended_by_nothing(ask: Ask) -> None:
    found = await _progression(ask, start=7, difference=30, maxTerms=3)
    assert (found["terms"], found["endedBy"]) == (["7", "37", "67"], None)


@pytest.mark.parametrize(
    ("start", "difference"),
    # 199 + 210k has 10 terms; the last is the known run of 21 terms (OEIS A033188).
    [(199, 210), (7, 30), (29, -6), (2, 1), (-7, 10), (142072321123, 1419763024680)],
)
async def test_progression_agrees_with_sympy(ask: Ask, start: int, difference: int) -> None:
    terms: list[int] = []
    while sympy.isprime(start + len(terms) * difference):
        terms.append(start + len(terms) * difference)
    found = await _progression(ask, start=start, difference=difference)
    assert found["terms"] == [str(term) for term in terms]
    assert found["endedBy"] == str(start + len(terms) * difference)


async def test_service_says_its_version_and_limits(ask: Ask) -> None:
    response = await ask("""{ service { version limits { maxRequestCost maxDigits maxPageSize
      maxBatchSize maxRequestBytes deadlineMilliseconds } } }""")
    assert response["data"]["service"]["limits"] == {
        "maxRequestCost": 20_000,
        "maxDigits": 4_096,
        "maxPageSize": 100_000,
        "maxBatchSize": 10_000,
        "maxRequestBytes": 1_048_576,
        "deadlineMilliseconds": DEADLINE_MILLISECONDS,
    }
    assert response["data"]["service"]["version"] == "0.1.0"
