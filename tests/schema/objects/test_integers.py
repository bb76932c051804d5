"""What clients are told about one integer; expected values from sympy and published tables."""

from typing import Any

import pytest
import sympy

from tests.conftest import Ask

# More than any list here has.
MOST_PAGES = 100
EVERYTHING = """query ($value: BigInt!, $count: Int! = 1) {
  integer(value: $value) {
    value isPrime isProbablePrime
    primality { verdict method witness }
    factorization { sign factors { prime exponent } primes isComplete composites expression }
    neighbours(count: $count) { below above nearest gap }
    nextPrime previousPrime primeIndex
    arithmetic {
      totient carmichael mobius divisorCount divisorSum squares: divisorSum(power: 2)
      distinctPrimeFactorCount primeFactorCount radical isSquarefree isPerfectPower isPerfect
    }
    divisors { nodes edges { node cursor } totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  }
}"""


async def test_tells_everything_about_60(ask: Ask) -> None:
    response = await ask(EVERYTHING, value=60, count=2)
    assert "errors" not in response
    integer = response["data"]["integer"]
    divisors = integer.pop("divisors")
    assert integer.pop("primality").pop("witness") is not None
    assert integer == {
        "value": "60",
        "isPrime": False,
        "isProbablePrime": False,
        "factorization": {
            "sign": 1,
            "factors": [
                {"prime": "2", "exponent": 2},
                {"prime": "3", "exponent": 1},
                {"prime": "5", "exponent": 1},
            ],
            "primes": ["2", "2", "3", "5"],
            "isComplete": True,
            "composites": [],
            "expression": "2^2 * 3 * 5",
        },
        "neighbours": {"below": ["59", "53"], "above": ["61", "67"], "nearest": "59", "gap": "2"},
        "nextPrime": "61",
        "previousPrime": "59",
        "primeIndex": None,
        "arithmetic": {
            "totient": "16",
            "carmichael": "4",
            "mobius": 0,
            "divisorCount": "12",
            "divisorSum": "168",
            "squares": "5460",
            "distinctPrimeFactorCount": 3,
            "primeFactorCount": 4,
            "radical": "30",
            "isSquarefree": False,
            "isPerfectPower": False,
            "isPerfect": False,
        },
    }
    assert divisors["nodes"] == ["1", "2", "3", "4", "5", "6", "10", "12", "15", "20", "30", "60"]
    assert [edge["node"] for edge in divisors["edges"]] == divisors["nodes"]
    cursors = [edge["cursor"] for edge in divisors["edges"]]
    assert divisors["totalCount"] == "12"
    assert divisors["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": cursors[0],
        "endCursor": cursors[-1],
    }


@pytest.mark.parametrize("value", [11, 13, 17, 19, 23, 29, 31, 2**61 - 1, 2**64 - 59])
async def test_primes_are_prime(ask: Ask, value: int) -> None:
    response = await ask(EVERYTHING, value=value)
    integer = response["data"]["integer"]
    assert integer["isPrime"] is integer["isProbablePrime"] is True
    assert integer["primality"]["verdict"] == "PRIME"
    assert integer["primality"]["witness"] is None
    assert integer["factorization"]["expression"] == str(value)
    assert integer["divisors"]["nodes"] == ["1", str(value)]
    assert integer["neighbours"]["nearest"] == str(value)
    assert integer["neighbours"]["above"] == [str(sympy.nextprime(value))]
    assert integer["neighbours"]["gap"] == str(sympy.nextprime(value) - value)


@pytest.mark.parametrize(
    "value", [4, 9, 2**32 + 1, 2**53 + 1, 2**64 + 1, 3215031751, 10**99, 4294967291**2]
)
async def test_composites_have_a_witness_anyone_can_check(ask: Ask, value: int) -> None:
    response = await ask(
        "query ($n: BigInt!) { integer(value: $n) " "{ isPrime primality { verdict witness } } }",
        n=value,
    )
    integer = response["data"]["integer"]
    assert integer["isPrime"] is False
    assert integer["primality"]["verdict"] == "COMPOSITE"
    witness = int(integer["primality"]["witness"])
    odd, twos = value - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    powers = [pow(witness, odd << k, value) for k in range(max(twos, 1))]
    assert 2 <= witness < value
    assert powers[0] != 1
    assert value - 1 not in powers


@pytest.mark.parametrize(
    ("value", "sign", "expression"), [(0, 0, "0"), (1, 1, "1"), (-1, -1, "-1"), (-7, -1, "-1 * 7")]
)
async def test_small_and_negative_integers(
    ask: Ask, value: int, sign: int, expression: str
) -> None:
    query = """query ($n: BigInt!) { integer(value: $n) { isPrime isProbablePrime
      primality { verdict method witness } factorization { sign primes expression isComplete }
      nextPrime previousPrime primeIndex neighbours { below above nearest gap } } }"""
    assert await ask(query, n=value) == {
        "data": {
            "integer": {
                "isPrime": False,
                "isProbablePrime": False,
                "primality": {"verdict": "NEITHER", "method": "BY_DEFINITION", "witness": None},
                "factorization": {
                    "sign": sign,
                    "primes": ["7"] if value == -7 else [],
                    "expression": expression,
                    "isComplete": True,
                },
                "nextPrime": "2",
                "previousPrime": None,
                "primeIndex": None,
                "neighbours": {"below": [], "above": ["2"], "nearest": "2", "gap": None},
            }
        }
    }


@pytest.mark.parametrize(("value", "previous", "following"), [(2, None, "3"), (3, "2", "5")])
async def test_neighbours_at_the_start_of_the_primes(
    ask: Ask, value: int, previous: str | None, following: str
) -> None:
    query = "query ($n: BigInt!) { integer(value: $n) { nextPrime previousPrime primeIndex } }"
    assert (await ask(query, n=value))["data"]["integer"] == {
        "nextPrime": following,
        "previousPrime": previous,
        "primeIndex": str(value - 1),
    }


@pytest.mark.parametrize("field", ["arithmetic { totient }", "divisors { nodes }"])
async def test_zero_has_no_arithmetic(ask: Ask, field: str) -> None:
    response = await ask(f"{{ integer(value: 0) {{ value {field} }} }}")
    (error,) = response["errors"]
    name = field.partition(" ")[0]
    assert error["path"] == ["integer", name]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert response["data"] == {"integer": {"value": "0", name: None}}


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("neighbours(count: 0) { nearest }", "BAD_USER_INPUT"),
        ("neighbours(count: -1) { nearest }", "BAD_USER_INPUT"),
        ("neighbours(count: 100001) { nearest }", "OUT_OF_RANGE"),
        ("divisors(first: -1) { nodes }", "BAD_USER_INPUT"),
        ("divisors(first: 100001) { nodes }", "OUT_OF_RANGE"),
        ('divisors(after: "") { nodes }', "BAD_USER_INPUT"),
        ('divisors(after: "7") { nodes }', "BAD_USER_INPUT"),
    ],
)
async def test_refuses_meaningless_and_excessive_arguments(ask: Ask, field: str, code: str) -> None:
    response = await ask(f"{{ integer(value: 12) {{ value {field} }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": code}
    assert response["data"]["integer"]["value"] == "12"


@pytest.mark.parametrize(
    ("field", "code"),
    [("divisorSum(power: -1)", "BAD_USER_INPUT"), ("divisorSum(power: 99999)", "OUT_OF_RANGE")],
)
async def test_refused_divisor_sum_costs_only_itself(ask: Ask, field: str, code: str) -> None:
    response = await ask(f"{{ integer(value: 12) {{ value arithmetic {{ totient {field} }} }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": code}
    arithmetic = {"totient": "4", "divisorSum": None}
    assert response["data"] == {"integer": {"value": "12", "arithmetic": arithmetic}}


async def test_longest_divisor_sum_is_printed(ask: Ask) -> None:
    response = await ask("{ integer(value: 7) { arithmetic { divisorSum(power: 4650) } } }")
    assert response["data"]["integer"]["arithmetic"]["divisorSum"] == str(7**4650 + 1)


async def test_divisors_by_page_are_the_same_as_at_once(ask: Ask) -> None:
    query = """query ($after: String) { integer(value: 5040) {
      divisors(first: 7, after: $after) { nodes pageInfo { hasNextPage hasPreviousPage endCursor } }
    } }"""
    found: list[str] = []
    after: str | None = None
    for _ in range(MOST_PAGES):
        page: dict[str, Any] = (await ask(query, after=after))["data"]["integer"]["divisors"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert found == [str(divisor) for divisor in sympy.divisors(5040)]


async def test_cursor_of_another_integer_is_refused(ask: Ask) -> None:
    query = "{ integer(value: 60) { divisors { edges { node cursor } } } }"
    edges = (await ask(query))["data"]["integer"]["divisors"]["edges"]
    of_five = next(edge["cursor"] for edge in edges if edge["node"] == "5")
    response = await ask(f'{{ integer(value: 12) {{ divisors(after: "{of_five}") {{ nodes }} }} }}')
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"].startswith("after is not a cursor of this list: send ")


async def test_large_prime_is_proven(ask: Ask) -> None:
    prime = 10**99 + 289  # the least prime of 100 digits, OEIS A033873
    response = await ask(
        "query ($n: BigInt!) { integer(value: $n) { isPrime primality { verdict method } } }",
        n=prime,
    )
    assert response == {
        "data": {
            "integer": {"isPrime": True, "primality": {"verdict": "PRIME", "method": "APR_CL"}}
        }
    }


async def test_prime_beyond_proof_is_said_to_be_unproven(ask: Ask) -> None:
    mersenne = 2**2203 - 1  # prime, OEIS A000043; 664 digits
    response = await ask(
        "query ($n: BigInt!) { integer(value: $n) "
        "{ isPrime isProbablePrime primality { verdict method } } }",
        n=mersenne,
    )
    assert response["data"]["integer"] == {
        "isPrime": None,
        "isProbablePrime": True,
        "primality": {"verdict": "PROBABLE_PRIME", "method": "BPSW"},
    }
    (error,) = response["errors"]
    assert error["path"] == ["integer", "isPrime"]
    assert error["extensions"] == {"code": "OUT_OF_RANGE"}


async def test_batch_keeps_the_order_and_the_duplicates(ask: Ask) -> None:
    query = "query ($v: [BigInt!]!) { integers(values: $v) { value isPrime } arePrime(values: $v) }"
    values = [7, "-7", 0, 2, 7, 2**64 - 59, 2**64 + 13, 561]
    response = await ask(query, v=values)
    primes = [True, False, False, True, True, True, True, False]
    assert response["data"]["integers"] == [
        {"value": str(value), "isPrime": is_prime}
        for value, is_prime in zip(values, primes, strict=True)
    ]
    assert response["data"]["arePrime"] == primes


async def test_empty_batch_has_empty_answers(ask: Ask) -> None:
    response = await ask("{ integers(values: []) { value } arePrime(values: []) }")
    assert response == {"data": {"integers": [], "arePrime": []}}


@pytest.mark.parametrize("field", ["arePrime(values: $v)", "integers(values: $v) { value }"])
async def test_batch_above_the_limit_is_refused(ask: Ask, field: str) -> None:
    query = f"query ($v: [BigInt!]!) {{ service {{ version }} field: {field} }}"
    response = await ask(query, v=[7] * 10_001)
    assert {error["extensions"]["code"] for error in response["errors"]} == {"OUT_OF_RANGE"}
    assert "at most 10000" in response["errors"][0]["message"]


async def test_large_batch_agrees_with_sympy(ask: Ask) -> None:
    values = [2**63 + 12345 * k for k in range(2_000)] + list(range(1_000))
    response = await ask("query ($v: [BigInt!]!) { arePrime(values: $v) }", v=values)
    assert response["data"]["arePrime"] == [sympy.isprime(value) for value in values]
