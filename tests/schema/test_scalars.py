"""BigInt takes exact integers only, and says what is wrong with everything else."""

from typing import Any

import pytest

from tests.conftest import Ask

LITERALS = {
    "0": "0",
    "97": "97",
    "-12": "-12",
    '"0"': "0",
    '"97"': "97",
    '"-12"': "-12",
    str(2**53 + 1): "9007199254740993",
    str(10**99 + 289): "1" + "0" * 96 + "289",
    '"' + "9" * 4096 + '"': "9" * 4096,
    '"-' + "9" * 4096 + '"': "-" + "9" * 4096,
    "9" * 4096: "9" * 4096,
}
REFUSED_TEXTS = [
    "",
    " ",
    "-",
    "--1",
    "+7",
    " 7",
    "7 ",
    "7\\n",
    "1_000",
    "1,000",
    "1.5",
    "1e3",
    "0x10",
    "007",
    "-07",
    "٣",
    "seven",
    "NaN",
]


@pytest.mark.parametrize(("literal", "text"), LITERALS.items(), ids=range(len(LITERALS)))
async def test_accepts_exact_literals(ask: Ask, literal: str, text: str) -> None:
    response = await ask(f"{{ integer(value: {literal}) {{ value }} }}")
    assert response == {"data": {"integer": {"value": text}}}


@pytest.mark.parametrize("literal", [*(f'"{text}"' for text in REFUSED_TEXTS), "1.5", "1e3"])
async def test_refuses_other_literals(ask: Ask, literal: str) -> None:
    response = await ask(f"{{ integer(value: {literal}) {{ value }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "BigInt" in error["message"]
    assert "data" not in response


@pytest.mark.parametrize("literal", ["true", "null", "SEVEN", "[7]", "{value: 7}"])
async def test_refuses_literals_of_other_kinds(ask: Ask, literal: str) -> None:
    response = await ask(f"{{ integer(value: {literal}) {{ value }} }}")
    assert {error["extensions"]["code"] for error in response["errors"]} == {
        "GRAPHQL_VALIDATION_FAILED"
    }


QUERY = "query ($value: BigInt!) { integer(value: $value) { value } }"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-12, "-12"),
        ("97", "97"),
        ("-0", "0"),
        (2**53 + 1, "9007199254740993"),
        (2**64, "18446744073709551616"),
        (10**30, "1000000000000000000000000000000"),
        ("9" * 4096, "9" * 4096),
    ],
)
async def test_accepts_exact_variables(ask: Ask, value: Any, text: str) -> None:
    assert await ask(QUERY, value=value) == {"data": {"integer": {"value": text}}}


@pytest.mark.parametrize("value", [*REFUSED_TEXTS, 1.5, 1e3, True, None, [7], {"value": 7}])
async def test_refuses_other_variables(ask: Ask, value: Any) -> None:
    response = await ask(QUERY, value=value)
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "data" not in response


@pytest.mark.parametrize(
    "value",
    ["9" * 5000, 10**4096, -(10**4096), "-" + "9" * 4097],
    ids=["text", "number", "negative number", "negative text"],
)
async def test_names_the_bound_and_does_not_echo(ask: Ask, value: Any) -> None:
    response = await ask(QUERY, value=value)
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "at most 4096 digits" in error["message"]
    assert len(error["message"]) < 300


async def test_overlong_literal_names_the_bound_and_is_not_echoed(ask: Ask) -> None:
    response = await ask(f"{{ integer(value: {'9' * 5000}) {{ value }} }}")
    (error,) = response["errors"]
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
    assert "at most 4096 digits" in error["message"]
    assert len(error["message"]) < 300


async def test_null_for_a_defaulted_variable_is_the_clients_mistake(ask: Ask) -> None:
    query = "query ($value: BigInt = 5) { integer(value: $value) { value } }"
    response = await ask(query, value=None)
    (error,) = response["errors"]
    assert (error["path"], error["extensions"]) == (["integer"], {"code": "BAD_USER_INPUT"})
    assert response["data"] == {"integer": None}


async def test_safe_integers_are_json_numbers(ask: Ask) -> None:
    response = await ask(
        "{ primeRange(low: 0, high: 10) { primes { numbers nodes } } }",
    )
    assert response == {
        "data": {"primeRange": {"primes": {"numbers": [2, 3, 5, 7], "nodes": ["2", "3", "5", "7"]}}}
    }


async def test_numbers_refuses_what_javascript_cannot_hold(ask: Ask) -> None:
    # 2^53 - 111 and 2^53 + 5 are the primes around 2^53 (OEIS A014234, A014210).
    query = """{
      below: primeRange(low: 9007199254740000, high: 9007199254740991) {
        primes(last: 1) { numbers }
      }
      above: primeRange(low: 9007199254740991, high: 9007199254741000) {
        primes { nodes numbers }
      }
    }"""
    response = await ask(query)
    assert response["data"] == {
        "below": {"primes": {"numbers": [9007199254740881]}},
        "above": {"primes": {"nodes": ["9007199254740997"], "numbers": None}},
    }
    (error,) = response["errors"]
    assert error["path"] == ["above", "primes", "numbers"]
    assert error["extensions"] == {"code": "OUT_OF_RANGE"}


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("97.0", "97"),
        ("1e6", "1000000"),
        ("1E+6", "1000000"),
        ("-2.50e1", "-25"),
        ("12345678901234567890.0", "12345678901234567890"),
        ("1.5", None),
        ("1e-3", None),
        ("1e400", None),
    ],
)
@pytest.mark.parametrize("form", ["{}", '"{}"'])
async def test_a_float_is_told_how_to_write_the_whole_number(
    ask: Ask, text: str, whole: str | None, form: str
) -> None:
    response = await ask(f"{{ integer(value: {form.format(text)}) {{ value }} }}")
    (error,) = response["errors"]
    assert error["message"].startswith("Argument 'value' has invalid value: ")
    advice = "" if whole is None else f": write {whole}"
    assert f"'a BigInt is a whole number without decimal point or exponent{advice}';" in (
        error["message"]
    )


@pytest.mark.parametrize(
    ("value", "advice"),
    [(97.0, ": write 97"), (1e6, ": write 1000000"), (1.5, ""), (12345678901234567890.0, "")],
)
async def test_a_float_in_a_variable_is_told_what_is_certain(
    ask: Ask, value: float, advice: str
) -> None:
    response = await ask("query ($n: BigInt!) { integer(value: $n) { value } }", n=value)
    (error,) = response["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert f"without decimal point or exponent{advice}';" in error["message"]
