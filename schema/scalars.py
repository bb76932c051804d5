"""The scalars: BigInt, exact integers as strings, and SafeInt, numbers JavaScript holds exactly."""

import re
from decimal import Decimal
from typing import Any, NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from resolvers.errors import MAX_ECHO, BadInputError
from resolvers.limits import MAX_SAFE_INTEGER

BigInt = NewType("BigInt", int)
SafeInt = NewType("SafeInt", int)

# An integer, and the string of its digits, mean the same to these, up to their bound.
DIGIT_SCALARS = frozenset({"BigInt"})

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)")
# A number with a decimal point, an exponent or both, as JSON and GraphQL write it.
_FLOAT = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")
_NEITHER = "a BigInt is a string of decimal digits or an integer"


class _BigIntParser:
    """Turns what clients send into exact integers of a bounded number of digits."""

    def __init__(self, max_digits: int) -> None:
        self._max_digits = max_digits
        self._bound = 10**max_digits

    def parse_value(self, value: Any) -> int:
        """Return the integer in a variable: a JSON integer or a decimal string."""
        if type(value) is str:
            return self._parse_text(value)
        if type(value) is not int:
            is_exact = type(value) is float and abs(value) <= MAX_SAFE_INTEGER
            text = repr(value) if is_exact else ""
            raise BadInputError(_whole(text) if type(value) is float else _NEITHER)
        if abs(value) >= self._bound:
            raise BadInputError(f"a BigInt has at most {self._max_digits} digits")
        return value

    def parse_literal(self, node: Any, _variables: Any = None) -> int:
        """Return the integer in a literal of a document: an Int or a String."""
        if node.kind not in ("int_value", "string_value"):
            raise BadInputError(_whole(node.value) if node.kind == "float_value" else _NEITHER)
        return self._parse_text(node.value)

    def _parse_text(self, text: str) -> int:
        """Return the integer written in ``text``, without sign other than minus, or spaces."""
        if len(text) > self._max_digits + 1 or len(text.lstrip("-")) > self._max_digits:
            raise BadInputError(f"a BigInt has at most {self._max_digits} digits")
        if not _DECIMAL.fullmatch(text):
            raise BadInputError(_advice(text))
        return int(text)


def _advice(text: str) -> str:
    """Return what to write instead of a text that is no BigInt."""
    digits = text.removeprefix("-")
    if digits.isascii() and digits.isdigit():
        shorter = digits.lstrip("0")
        written = "-" * text.startswith("-") + shorter if len(shorter) <= MAX_ECHO // 2 else ""
        return "a BigInt has no leading zeros" + (f": write {written}" if written else "")
    if _FLOAT.fullmatch(text):
        return _whole(text)
    return (
        "a BigInt is decimal digits with an optional leading minus, such as 1000000: no separators,"
        " exponents or formulas"
    )


def _whole(text: str) -> str:
    """Return what to write instead of a number with a decimal point or an exponent."""
    rule = "a BigInt is a whole number without decimal point or exponent"
    if not _FLOAT.fullmatch(text) or len(text) > MAX_ECHO:
        return rule
    number = Decimal(text)
    if number != number.to_integral_value() or number.adjusted() >= MAX_ECHO // 2:
        return rule
    return f"{rule}: write {int(number)}"


def _safe_int(value: Any) -> int:
    """Return ``value`` if JavaScript holds it exactly."""
    number = int(value)
    if number != value or isinstance(value, bool) or abs(number) > MAX_SAFE_INTEGER:
        raise BadInputError("a SafeInt is an integer within +-(2^53 - 1)")
    return number


def scalar_map(max_digits: int) -> dict[object, ScalarDefinition]:
    """Return the definitions of SafeInt and of BigInt, for up to ``max_digits`` digits."""
    parser = _BigIntParser(max_digits)
    big_int = strawberry.scalar(
        name="BigInt",
        description=(
            "An exact integer of any size. Always sent as a JSON string of decimal digits with an"
            ' optional leading minus ("0", "97", "-12"), since JSON numbers above 2^53 - 1 lose'
            " digits in JavaScript. Accepted as an Int literal of any length, a string of that"
            " same form, or a JSON integer in variables. Floats, booleans, exponents, spaces,"
            " underscores, a leading plus, leading zeros and empty strings are refused."
        ),
        serialize=str,
        parse_value=parser.parse_value,
        parse_literal=parser.parse_literal,
    )
    safe_int = strawberry.scalar(
        name="SafeInt",
        description=(
            "An integer within +-(2^53 - 1), sent as a JSON number: for charts and bulk lists."
        ),
        serialize=_safe_int,
        parse_value=_safe_int,
    )
    return {BigInt: big_int, SafeInt: safe_int}
